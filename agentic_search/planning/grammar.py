"""The tools flow in; the JSON Schema that Ollama turns into the grammar of a plan flows out.

A token costs time, so a task holds only what its writer must decide: ids follow from the order (`t1`, `t2`, …),
purposes are written by the service, what has a default is left out. The grammar puts required fields first, and some of
Ollama's models get them in alphabetical order: `tool` before `tool_arguments` is a decision before its detail in both.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.bounds import DEFINITIONS, bounded_arguments, definition


def plan_schema(tools: Sequence[Tool], *, most_tasks: int = 12) -> JsonObject:
    """The schema of plans of 1 to `most_tasks` tasks over `tools`, at least one: bounded everywhere."""
    if not tools:
        raise ValueError("a plan needs at least one tool")
    return {
        "type": "object",
        "properties": {
            "tasks": {
                "type": "array",
                "items": {"anyOf": [_task(tool, most_tasks) for tool in tools]},
                "minItems": 1,
                "maxItems": most_tasks,
            }
        },
        "required": ["tasks"],
        "additionalProperties": False,
        "$defs": {**DEFINITIONS, "earlier": _earlier(most_tasks)},
    }


def _task(tool: Tool, most_tasks: int) -> JsonObject:
    arguments = bounded_arguments(tool.input_schema)
    properties: JsonObject = {**_links(most_tasks), "tool": {"const": tool.name}}
    required: list[JsonValue] = ["tool"]
    if arguments.get("properties") != {}:
        properties["tool_arguments"] = arguments
    if arguments.get("required") != []:
        required.append("tool_arguments")
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _links(most_tasks: int) -> JsonObject:
    """What a task waits for: only where there can be another task."""
    if most_tasks < 2:
        return {}
    return {"depends_on": definition("earlier"), "for_each": definition("reference")}


def _earlier(most_tasks: int) -> JsonObject:
    ids: list[JsonValue] = [f"t{place}" for place in range(1, max(2, most_tasks))]
    return {"type": "array", "items": {"enum": ids}, "minItems": 1, "maxItems": len(ids)}
