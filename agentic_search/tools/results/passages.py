"""What an answer may cite: makes passages of the records in a tool's data that hold text.

A record is an object with a text, or with a title and an address, wherever it stands: in `results`, in a
bare list, on its own. Its text is kept whole and as it is; whoever puts it before a model treats it as data.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from pydantic import JsonValue

from agentic_search.domain.outcome import Passage
from agentic_search.domain.tool import Tool

_TITLES = ("title", "name", "headline", "heading", "subject")
_ADDRESSES = ("url", "uri", "link", "href", "address", "permalink")
_TEXTS = (
    *("text", "snippet", "content", "summary", "body", "description", "abstract", "passage", "excerpt"),
    *("markdown", "answer"),
)
_ABOUT_THE_ANSWER = {
    *("note", "notes", "message", "hint", "warning", "error", "info", "status", "query", "success", "ok"),
    *("total", "count", "page", "pages", "limit", "offset", "size", "took", "cursor", "next_cursor", "has_more"),
}
"""Fields about the answer itself: alone they are not worth citing."""

_DEEPEST = 8


def passages_in(value: JsonValue, tool: Tool) -> tuple[Passage, ...]:
    """Every record of a tool's data as a passage, in order; none where it has no records."""
    numbers = count(1)
    return tuple(_passage(record, tool, next(numbers)) for record in _records(value, _DEEPEST))


def whole_passage(value: JsonValue, text: str, tool: Tool) -> Iterator[Passage]:
    """The whole text as one passage, if `value`, the data in it, says more than about the answer itself."""
    if text.strip() and _has_substance(value):
        yield Passage(title=_named(tool), url=_address(tool), text=text)


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
    return bool(_first(fields, _TEXTS) or (_first(fields, _TITLES) and _first(fields, _ADDRESSES)))


def _passage(record: Mapping[str, JsonValue], tool: Tool, number: int) -> Passage:
    title = _first(record, _TITLES) or _named(tool)
    return Passage(
        title=title,
        url=_first(record, _ADDRESSES) or f"{_address(tool)}#{number}",
        text=max(_strings(record, _TEXTS), key=len, default="") or _fact_sheet(title, record),
    )


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


def _has_substance(value: JsonValue) -> bool:
    match value:
        case dict():
            return any(_has_substance(field) for name, field in value.items() if name.lower() not in _ABOUT_THE_ANSWER)
        case list():
            return any(_has_substance(element) for element in value)
        case str():
            return bool(value.strip())
        case _:
            return value is not None


def _named(tool: Tool) -> str:
    return tool.title or tool.name


def _address(tool: Tool) -> str:
    """Says which tool said it, whatever that is: of an MCP server, or a function of the operator's."""
    return f"tool:{tool.server}/{tool.remote_name}"
