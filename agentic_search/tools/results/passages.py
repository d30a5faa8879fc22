"""What an answer may cite: makes passages of the records in a tool's data that hold text.

A record is an object with a text, or with a title or path and an address, wherever it stands: in `results`, in a
bare list, on its own. Its text is kept whole and as it is, its plain fields beside it; whoever puts it before a model
treats it as data.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Listing, Passage
from agentic_search.domain.tool import Tool
from agentic_search.text.sentences import split_sentences
from agentic_search.tools.results.facts import as_lines, plain_facts
from agentic_search.tools.results.listings import count_sentence, listing_in
from agentic_search.tools.results.naming import ReadThing, last_part, questions_put_in, repeats_the_question

_TITLES = ("title", "name", "headline", "heading", "subject")
_ADDRESSES = ("url", "uri", "link", "href", "address", "permalink")
_TEXTS = (
    *("text", "snippet", "content", "summary", "body", "description", "abstract", "passage", "excerpt"),
    *("markdown", "answer"),
)
_PATHS = ("path", "file", "filename", "file_path", "filepath")

_DEEPEST = 8
_A_FACT = 200
"""Characters up to which a text says a fact and no more."""
_LONGEST_DESCRIPTION = 1_000


def passages_in(value: JsonValue, thing: ReadThing, tool: Tool, arguments: JsonObject) -> tuple[Passage, ...]:
    """Every record of a tool's data as a passage, in order; none where it has no records.

    `thing` names those that name nothing themselves.
    """
    numbers, asked = count(1), questions_put_in(arguments)
    found = [
        passage
        for record in _records(value, _DEEPEST)
        for passage in (_passage(record, thing, asked, next(numbers)), *_lists(record, thing))
    ]
    listing = listing_in(value, thing, tool, arguments)
    if listing is None or (isinstance(value, dict) and _is_record(value)):
        return tuple(found)
    listed = {"listing": listing, "fact_of": _names_of(tool)}
    return tuple(passage.model_copy(update=listed) for passage in found if passage.listing is None)


def whole_passage(value: JsonValue, thing: ReadThing, tool: Tool, arguments: JsonObject) -> Iterator[Passage]:
    """Data without records as one passage: a text as it is, a count as a sentence, all else as lines of facts."""
    text = value if isinstance(value, str) else count_sentence(value, tool, arguments) or as_lines(value)
    if text.strip():
        is_fact = not isinstance(value, str) or len(text) <= _A_FACT
        yield Passage(
            title=thing.title,
            url=thing.address,
            text=text,
            echo=thing.echo,
            fact_of=_names_of(tool) if is_fact else "",
        )


def _names_of(tool: Tool) -> str:
    return " ".join(filter(None, (tool.title, tool.name, _first_sentence(tool.description))))


def _first_sentence(description: str) -> str:
    return next(iter(split_sentences(description[:_LONGEST_DESCRIPTION])), "")


def _records(value: JsonValue, deeper: int) -> Iterator[Mapping[str, JsonValue]]:
    match value:
        case dict() if deeper:
            fields = {name.lower(): field for name, field in value.items()}
            if _is_record(fields):
                yield fields
            for field in value.values():
                yield from _records(field, deeper - 1)
        case list() if deeper:
            for element in value:
                yield from _records(element, deeper - 1)
        case _:
            return


def _is_record(fields: Mapping[str, JsonValue]) -> bool:
    is_named = _first(fields, _TITLES) or _first(fields, _PATHS)
    return bool(_first(fields, _TEXTS) or (is_named and _first(fields, _ADDRESSES)))


def _passage(record: Mapping[str, JsonValue], thing: ReadThing, asked: Sequence[Sequence[str]], number: int) -> Passage:
    own = _first(record, _TITLES) or last_part(_first(record, _PATHS))
    title = own or thing.title
    text = max(_strings(record, _TEXTS), key=len, default="")
    return Passage(
        title=title,
        url=_first(record, _ADDRESSES) or f"{thing.address}#{number}",
        text=text or _fact_sheet(title, record),
        echo=repeats_the_question(own, asked) if own else thing.echo,
        facts=plain_facts(record, (*_TITLES, *_ADDRESSES, *_TEXTS)),
    )


def _lists(record: Mapping[str, JsonValue], thing: ReadThing) -> Iterator[Passage]:
    """Each long list of texts in a record as a passage of its own: the methods of a class, the parts of a whole."""
    title = _first(record, _TITLES) or thing.title
    for name, value in record.items():
        texts = [each.strip() for each in value if isinstance(each, str)] if isinstance(value, list) else []
        if sum(map(len, texts)) > _A_FACT:
            address = _first(record, _ADDRESSES) or thing.address
            listing = Listing(things=name.replace("_", " "), title=f"{title}: {name}", address=address)
            lines = "\n".join(f"- {text}" for text in texts if text)
            yield Passage(title=listing.title, url=f"{address}#{name}", text=lines, listing=listing)


def _fact_sheet(title: str, record: Mapping[str, JsonValue]) -> str:
    """What a record without a text says: its title and its plain values."""
    facts = [
        f"{name}: {value}"
        for name, value in record.items()
        if name not in _TITLES and isinstance(value, str | int | float) and value != ""
    ]
    return "\n".join([title, *facts])


def _first(fields: Mapping[str, JsonValue], names: Sequence[str]) -> str:
    return next(_strings(fields, names), "")


def _strings(fields: Mapping[str, JsonValue], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        value = fields.get(name)
        if isinstance(value, str) and value.strip():
            yield value
