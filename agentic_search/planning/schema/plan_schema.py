"""Makes the JSON Schema of a plan over the tools at hand, which a provider turns into a grammar.

A token costs time, so a task holds only what its writer must decide: ids follow from the order (`t1`, `t2`, …),
purposes are written by the service, what has a default is left out, and arguments have the short name `with`. The
grammar puts required fields first, and some of Ollama's models get them in alphabetical order: `tool` before `with` is
a decision before its detail in both.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.models.chat import GrammarLimits
from agentic_search.planning.planner import next_number
from agentic_search.planning.schema.bounds import bounded_arguments, definition, definitions
from agentic_search.planning.schema.scalars import honoured


def plan_schema(
    tools: Sequence[Tool],
    limits: GrammarLimits,
    *,
    most_tasks: int = 12,
    earlier: Sequence[str] = (),
    linked: bool = True,
) -> JsonObject:
    """The schema of plans of 1 to `most_tasks` tasks over `tools`, at least one: bounded everywhere.

    With the ids of `earlier` tasks it is that of what is added to their plan, which may be nothing. Unless `linked`,
    no task waits for another.
    """
    if not tools:
        raise ValueError("a plan needs at least one tool")
    linked = linked and (most_tasks > 1 or bool(earlier))
    tasks: JsonObject = {
        "type": "array",
        "items": {"anyOf": [_task(tool, limits, linked=linked) for tool in tools]},
        "minItems": 0 if earlier else 1,
        "maxItems": most_tasks,
    }
    return {
        "type": "object",
        "properties": {"tasks": honoured(tasks, limits)},
        "required": ["tasks"],
        "additionalProperties": False,
        "$defs": {**definitions(limits), "earlier": honoured(_earlier(most_tasks, earlier), limits)},
    }


def _task(tool: Tool, limits: GrammarLimits, *, linked: bool) -> JsonObject:
    arguments = bounded_arguments(tool.input_schema, limits)
    properties: JsonObject = {**(_links() if linked else {}), tool.name: arguments}
    return {"type": "object", "properties": properties, "required": [tool.name], "additionalProperties": False}


def _links() -> JsonObject:
    """What a task waits for: only where there can be another task."""
    return {"depends_on": definition("earlier"), "for_each": definition("reference")}


def _earlier(most_tasks: int, earlier: Sequence[str]) -> JsonObject:
    first = next_number(earlier)
    new = [f"t{number}" for number in range(first, first + most_tasks - 1)]
    ids: list[JsonValue] = [*earlier, *new] or ["t1"]
    return {"type": "array", "items": {"enum": ids}, "minItems": 1, "maxItems": max(1, most_tasks - 1)}
