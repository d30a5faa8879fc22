"""Makes the examples of a planning prompt from the tools at hand, with values from the question.

Small models copy examples. So each is a plan that the check accepts, of tools that only read, and as good as what is
planned without a model: a copy does no harm.
"""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.argument_check import argument_complaints
from agentic_search.planning.draft.check import check
from agentic_search.planning.model.tool_line import result_schema
from agentic_search.planning.offline.filling import fill
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.offline.question import read_question
from agentic_search.planning.relevance import by_relevance
from agentic_search.planning.schema.alternatives import alternatives
from agentic_search.text.shortening import shortened

_LONGEST_TEXT = 120
_MOST_ELEMENTS = 2
"""Of a list, that a linked example calls a tool for."""


def example_plans(query: str, tools: Sequence[Tool], *, linked: bool) -> tuple[Plan, ...]:
    """One task, then two; where `linked`, the last is one task and another for each element of its result.

    Fewer where the question gives the tools no arguments, none where it gives them to no tool.
    """
    tasks = list(_independent(query, tools))
    drafts = [tasks[:count] for count in range(1, len(tasks) + 1)]
    if linked and (pair := next(_pairs(tasks, tools), None)):
        drafts = [tasks, pair]
    return tuple(Plan(tasks=tuple(draft)) for draft in drafts if draft)


def _independent(query: str, tools: Sequence[Tool]) -> Iterator[Task]:
    """At most two calls of different tools, best first."""
    numbered = zip(("t1", "t2"), _calls(query, tools), strict=False)
    yield from (Task(id=id_, tool=tool.name, arguments=arguments) for id_, (tool, arguments) in numbered)


def _calls(query: str, tools: Sequence[Tool]) -> Iterator[tuple[Tool, JsonObject]]:
    """What would be called without a model, then what else the question gives all arguments of."""
    by_name = {tool.name: tool for tool in tools}
    seen: set[str] = set()
    for name, arguments in (*_offline(query, tools), *_filled(query, tools)):
        short = {key: _short(value) for key, value in arguments.items()}
        if name not in seen and not argument_complaints(short, by_name[name]):
            seen.add(name)
            yield by_name[name], short


def _offline(query: str, tools: Sequence[Tool]) -> list[tuple[str, JsonObject]]:
    try:
        return [(task.tool, task.arguments) for task in OfflinePlanner().tasks(query, tools)]
    except PlanRefused:
        return []


def _filled(query: str, tools: Sequence[Tool]) -> Iterator[tuple[str, JsonObject]]:
    question = read_question(query)
    for scored in by_relevance(query, tools):
        filling = fill(scored.tool, question)
        if scored.tool.read_only and not filling.missing:
            yield scored.tool.name, filling.arguments


def _short(value: JsonValue) -> JsonValue:
    """Words may be left out; what is one word, as an address, stays."""
    if isinstance(value, str) and " " in value and len(value) > _LONGEST_TEXT:
        return shortened(value, _LONGEST_TEXT).rstrip("…")
    return value


def _pairs(tasks: Sequence[Task], tools: Sequence[Tool]) -> Iterator[list[Task]]:
    """A task, and a tool called for each element of its result: one that needs a field of that name alone."""
    by_name = {tool.name: tool for tool in tools}
    for first in tasks:
        for path, fields in _lists(by_name[first.tool]):
            for tool in tools:
                if tool.read_only and tool.name != first.tool and (name := _only_required(tool)) in fields:
                    yield from _checked(first, tool, name, f"${{t1{path}[:{_MOST_ELEMENTS}]}}", tools)


def _checked(first: Task, tool: Tool, name: str, elements: str, tools: Sequence[Tool]) -> Iterator[list[Task]]:
    task = Task(id="t2", tool=tool.name, arguments={name: f"${{item.{name}}}"}, for_each=elements)
    pair = [first.model_copy(update={"id": "t1"}), task]
    try:
        check(Plan(tasks=tuple(pair)).model_dump(mode="json"), tools)
    except PlanRefused:
        return
    yield pair


def _only_required(tool: Tool) -> str:
    match tool.input_schema.get("required"):
        case [str(name)]:
            return name
        case _:
            return ""


def _lists(tool: Tool) -> Iterator[tuple[str, JsonObject]]:
    """Each list of objects in a result, by the path of a reference, with the fields of its elements."""
    root = tool.output_schema or {}
    for form in alternatives(result_schema(tool), root):
        for path, schema in (("", form), *_properties(form)):
            for each in alternatives(schema, root):
                for element in alternatives(each["items"], root) if "items" in each else ():
                    match element.get("properties"):
                        case {**fields}:
                            yield path, fields
                        case _:
                            pass


def _properties(form: JsonObject) -> Iterator[tuple[str, JsonValue]]:
    match form.get("properties"):
        case {**properties}:
            yield from ((f".{name}", schema) for name, schema in properties.items())
        case _:
            return
