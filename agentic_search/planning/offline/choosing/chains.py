"""Calls that take what another call gives: read what a search finds, where the question asks for that."""

import re
from collections.abc import Iterator, Sequence

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.draft.argument_check import argument_complaints
from agentic_search.planning.offline.arguments.argument import Argument
from agentic_search.planning.offline.arguments.filling import fill
from agentic_search.planning.offline.arguments.roles import arguments_of
from agentic_search.planning.offline.arguments.tool_words import verbs
from agentic_search.planning.offline.choosing.calls import OfflineCall
from agentic_search.planning.offline.reading.question import Question
from agentic_search.planning.offline.reading.wording import intents, things
from agentic_search.planning.schema.alternatives import alternatives

_READING = frozenset({"read", "get", "open", "fetch", "show", "view", "load"})
_ONE = re.compile(r"\b(?:the|this|that|first|das|den|die|dem|le|la|l['’]|cet|cette)\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|every|each|alle|jede[nrs]?|tous|toutes)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:address|url)\b", re.IGNORECASE)
_PLACEHOLDER = "${t1}"
"""Stands for a reference in the check of arguments: as one whole reference it fits anything."""


def read_what_is_found(tools: Sequence[Tool], searched: Sequence[OfflineCall], question: Question) -> list[OfflineCall]:
    """A call that reads the first thing that a search on its server finds, where it is to be read."""
    is_one = _ONE.search(question.text) and not _ALL.search(question.text)
    if (
        not is_one
        or "read" not in intents(question.text)
        or question.paths
        or question.urls
        or question.dotted
        or question.ids
    ):
        return []
    asked = things(question.text)
    for call in searched:
        for tool in tools:
            own = things(tool.name) - _READING
            reads = tool.server == call.tool.server and _READING & verbs(tool.name) and own and own <= asked
            if reads and (linked := _linked(tool, [call], {})):
                return [linked]
    return []


def linked_call(tool: Tool, earlier: Sequence[OfflineCall], question: Question) -> OfflineCall | None:
    """A call that takes from the results of earlier ones what its part of the question does not name for sure."""
    guessed = fill(tool, question, freely=True).arguments
    return _linked(tool, earlier, fill(tool, question).arguments, guessed)


def _linked(
    tool: Tool, earlier: Sequence[OfflineCall], given: JsonObject, guessed: JsonObject | None = None
) -> OfflineCall | None:
    lacking = [one for one in arguments_of(tool) if one.required and one.name not in given]
    links = [
        (one.name, call, path)
        for one in lacking
        for call, path in [next(_sources(one, tool, earlier), (None, ""))]
        if call is not None
    ]
    taken = {name for name, _, _ in links}
    arguments = {**{name: value for name, value in (guessed or {}).items() if name not in taken}, **given}
    complaints = argument_complaints({**arguments, **dict.fromkeys(taken, _PLACEHOLDER)}, tool)
    return None if not links or complaints else OfflineCall(tool, arguments, tuple(links))


def _sources(argument: Argument, tool: Tool, earlier: Sequence[OfflineCall]) -> Iterator[tuple[OfflineCall, str]]:
    """The earlier calls whose results have a field for the argument, the last first, and the path of the field."""
    for call in reversed(earlier):
        if call.tool.name == tool.name or call.links:
            continue
        for name in (argument.name, *(("url",) if _ADDRESS.search(argument.said) else ())):
            for path in _paths(call.tool.output_schema or {}, name):
                yield call, path


def _paths(root: JsonObject, name: str) -> Iterator[str]:
    """Where a result has a field of the name: its own, or that of the first element of a list in it."""
    for form in alternatives(root, root):
        properties = form.get("properties")
        if not isinstance(properties, dict):
            continue
        if name in properties:
            yield f".{name}"
        for field, schema in properties.items():
            for each in alternatives(schema, root):
                for element in alternatives(each["items"], root) if "items" in each else ():
                    fields = element.get("properties")
                    if isinstance(fields, dict) and name in fields:
                        yield f".{field}[0].{name}"
