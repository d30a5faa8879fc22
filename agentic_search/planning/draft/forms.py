"""Reads the forms in which models write plans and tasks, and makes them one: that of `Task`.

What models are asked for is `{"tasks": [{"search_stories": {…}}]}`. Understood are also a list or a single task without
the plan around it, and the native forms of tool calls. Anything else stays as it is, for the check to refuse.
"""

import json
import math

import json_repair
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import ARGUMENTS, TASK_FIELDS
from agentic_search.errors import PlanRefused

_TOOL = ("tool", "tool_name")
_LISTS = ("tasks", "tool_calls")


def plan_in(text: str) -> JsonValue:
    """The plan that stands in the text, which may have to be repaired; an empty text where it holds no JSON.

    Raises PlanRefused.
    """
    try:
        value: JsonValue = json_repair.loads(text)  # pyright: ignore[reportAssignmentType] - json_repair says object
    except (RecursionError, ValueError) as problem:  # which of the two depends on its version, and on Python's
        raise PlanRefused(("the plan is nested too deeply to be read",)) from problem
    return as_plan(value)


def as_plan(value: JsonValue) -> JsonValue:
    """The plan with its list of tasks; of several JSON values that stood in a text the first with such a list."""
    match value:
        case [*values]:
            return next((as_plan(each) for each in values if _is_plan(each)), {"tasks": values})
        case {"tool_calls": [*calls]}:
            return {"tasks": calls}
        case {"tasks": _}:
            return value
        case {} if "tool" in as_task(value):
            return {"tasks": [value]}
        case _:
            return value


def _is_plan(value: JsonValue) -> bool:
    return isinstance(value, dict) and any(isinstance(value.get(name), list) for name in _LISTS)


def as_task(draft: JsonValue) -> JsonObject:
    """The task with its tool and its arguments under these names, as far as it has them.

    What is no object becomes an empty one: a task in which everything is missing.
    """
    match draft:
        case {"function": {"name": str(name)} as call}:
            return _called(name, {key: value for key, value in call.items() if key in ARGUMENTS})
        case {"name": str(name), **rest} if not draft.keys() & {*_TOOL}:
            return _called(name, {key: value for key, value in rest.items() if key in TASK_FIELDS})
        case {} if not draft.keys() & {*_TOOL, *ARGUMENTS}:
            return _keyed(draft)
        case {**fields}:
            return _called(None, fields)
        case _:
            return {}


def _keyed(draft: JsonObject) -> JsonObject:
    """The tool's name is the one key that is no field of a task."""
    strange = [key for key in draft if key not in TASK_FIELDS]
    if len(strange) != 1:
        return draft
    fields = {key: value for key, value in draft.items() if key in TASK_FIELDS}
    return _called(strange[0], {**fields, "arguments": draft[strange[0]] or {}})


def _called(name: str | None, fields: JsonObject) -> JsonObject:
    tool: JsonObject = {} if name is None else {"tool": name}
    return {**tool, **{key: _parsed(value) if key in ARGUMENTS else value for key, value in fields.items()}}


def _parsed(arguments: JsonValue) -> JsonValue:
    """Arguments that are JSON in a text, as native calls have them."""
    if not isinstance(arguments, str):
        return arguments
    try:
        value: JsonValue = json.loads(arguments, strict=False)
    except (ValueError, RecursionError):
        return arguments
    return value


def is_finite(value: JsonValue) -> bool:
    """Whether every number in the value is one that JSON has: `NaN` and `1e999` are none."""
    match value:
        case float():
            return math.isfinite(value)
        case [*elements]:
            return all(is_finite(element) for element in elements)
        case {**fields}:
            return all(is_finite(element) for element in fields.values())
        case _:
            return True
