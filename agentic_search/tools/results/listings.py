"""Tells what a call counted or listed, in words that people can read: `13 stories hold "Kubernetes".`, 75 `packages`.

What is listed or counted is called as the data calls it, or as the tool's name does: `packages`, `count_stories`.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Listing
from agentic_search.domain.tool import Tool
from agentic_search.text.counting import singular
from agentic_search.text.lexicon import name_parts
from agentic_search.text.sentences import shortened
from agentic_search.tools.results import field_names
from agentic_search.tools.results.naming import ReadThing, questions_asked

_VERBS = frozenset(
    """
    count get list number num total how many of size search find fetch show read query all the lookup look up
    """.split()  # noqa: SIM905 - a list of twenty words is no easier to read
)
"""Words of a tool's name that say what it does, and not with what."""
_COUNTING = frozenset(["count", "counts", "number", "num", "total", "many", "size"])
_SEARCHING = frozenset(["search", "find", "query", "lookup"])
_LONGEST_ARGUMENT = 80
_MOST_READ = 24
"""Words of a question, and words for each, that are taken from a tool."""


def count_sentence(value: JsonValue, tool: Tool, arguments: JsonObject) -> str:
    """What a tool that counts has counted, as a sentence; empty where it gave anything else."""
    match value:
        case dict() if len(value) == 1 and next(iter(value)).lower() in field_names.COUNTS:
            number = next(iter(value.values()))
        case _:
            number = value
    words = name_parts(tool.name)
    if isinstance(number, bool) or not isinstance(number, int | float) or not _COUNTING.intersection(words):
        return ""
    return f"{_counted(number, things_of(tool))}{_by_what(arguments, number)}."


def things_of(tool: Tool) -> str:
    """What a tool's name says that it is about: `stories` of `count_stories`."""
    words = [word for word in name_parts(tool.name) if word not in _VERBS]
    return " ".join(words) or "results"


def place_searched(value: JsonValue, tool: Tool, arguments: JsonObject) -> str:
    """Where a call has searched, for people, with how much there is where its data says so; empty for other calls."""
    words = (tool.title or " ".join(name_parts(tool.name))).split()
    begins_so = [word.lower() in _SEARCHING for word in words]
    if not any(begins_so) or not any(questions_asked(arguments)):
        return ""
    place = " ".join(word for word, is_verb in zip(words, begins_so, strict=True) if not is_verb) or tool.server
    size = value.get("searched") if isinstance(value, dict) else None
    return f"{place} ({shortened(size, _LONGEST_ARGUMENT)})" if isinstance(size, str) and size else place


def words_read(value: JsonValue) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a search read misspelt or foreign words of its question as, where its data says so in `read_as`."""
    told = value.get("read_as") if isinstance(value, dict) else None
    if isinstance(told, dict):
        for word, meant in islice(told.items(), _MOST_READ):
            others = [each for each in meant if isinstance(each, str)] if isinstance(meant, list) else []
            kept = tuple(each for each in others[:_MOST_READ] if 0 < len(each) <= _LONGEST_ARGUMENT)
            if kept and 0 < len(word) <= _LONGEST_ARGUMENT:
                yield word, kept


def listing_in(value: JsonValue, thing: ReadThing, tool: Tool, arguments: JsonObject) -> Listing | None:
    """The list that a call of a tool that does not search gave: it is whole, and its order is the tool's own."""
    if any(questions_asked(arguments)) or _SEARCHING.intersection(name_parts(tool.name)):
        return None
    match value:
        case list():
            name = things_of(tool)
        case dict():
            lists = [field for field, each in value.items() if _is_of_records(each)]
            name = lists[0] if len(lists) == 1 else ""
            value = value[name] if name else None
        case _:
            return None
    if not _is_of_records(value):
        return None
    return Listing(things=name.replace("_", " "), title=thing.title, address=thing.address)


def _is_of_records(value: JsonValue) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _counted(number: float, things: str) -> str:
    shown = f"{number:,}" if number >= 10_000 else str(number)
    return f"{shown} {singular(things) if number == 1 else things}"


def _by_what(arguments: JsonObject, number: float) -> str:
    asked = {text for text in questions_asked(arguments) if text}
    held = " and ".join(f'"{shortened(text, _LONGEST_ARGUMENT)}"' for text in sorted(asked))
    others = [
        f"{name}: {shortened(str(value), _LONGEST_ARGUMENT)}"
        for name, value in arguments.items()
        if value not in (None, "") and not isinstance(value, dict | list) and value not in asked
    ]
    hold = f" {'holds' if number == 1 else 'hold'} {held}" if held else ""
    return f"{hold} ({', '.join(others)})" if others else hold
