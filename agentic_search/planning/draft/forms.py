"""Reads the forms in which models write plans and tasks, and makes them one: that of `Task`.

What models are asked for is `{"tasks": [{"search_stories": {…}}]}`. Understood are also a list or a single task without
the plan around it, and the native forms of tool calls. Anything else stays as it is, for the check to refuse.
"""

import json
import math
import re
from collections.abc import Container, Iterator, Sequence

import json_repair
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import ARGUMENTS, TASK_FIELDS
from agentic_search.errors import PlanRefused

_TOOL = ("tool", "tool_name")
_LISTS = ("tasks", "tool_calls")
_MOST_VALUES = 20
_OPENING = re.compile(r"(?P<json>\{\s*\"|\[\s*\{)|[{\[]")
_DECODER = json.JSONDecoder(strict=False)


def plan_in(text: str, tools: Container[str] = ()) -> JsonValue:
    """The plan that stands in the text, which may have to be repaired; an empty text where it holds no JSON.

    Raises PlanRefused.
    """
    for value in _whole_values(text):
        plan = as_plan(value, tools)
        if _is_plan(plan):
            return plan
    try:
        value: JsonValue = json_repair.loads(text)  # pyright: ignore[reportAssignmentType] - json_repair says object
    except (RecursionError, ValueError) as problem:  # which of the two depends on its version, and on Python's
        raise PlanRefused(("the plan is nested too deeply to be read",)) from problem
    return as_plan(value, tools)


def _whole_values(text: str) -> Iterator[JsonValue]:
    """Objects and lists in the text, up to the first that needs repair; few are tried."""
    offset = 0
    for _ in range(_MOST_VALUES):
        found = _OPENING.search(text, offset)
        if found is None:
            return
        try:
            value, offset = _DECODER.raw_decode(text, found.start())
            yield value
        except (ValueError, RecursionError):
            if found["json"]:
                return
            offset = found.end()


def as_plan(value: JsonValue, tools: Container[str]) -> JsonValue:
    """The plan with its list of tasks; of several JSON values that stood in a text the first with such a list."""
    match value:
        case [*values] if not values or any(isinstance(each, dict) for each in values):
            plans = (each for each in values if isinstance(each, dict) and _is_plan(each))
            return next((as_plan(plan, tools) for plan in plans), _plan_of(values))
        case {"tool_calls": [*calls]}:
            return _plan_of(calls)
        case {"tasks": _}:
            return value
        case {} if as_task(value, tools).keys() & {*_TOOL}:
            return _plan_of([value])
        case _:
            return value


def _plan_of(tasks: Sequence[JsonValue]) -> JsonObject:
    return {"tasks": [*tasks]}


def _is_plan(value: JsonValue) -> bool:
    """Whether it is an object with a list of tasks in which there are some."""
    return isinstance(value, dict) and any(isinstance(listed := value.get(name), list) and listed for name in _LISTS)


def as_task(draft: JsonValue, tools: Container[str] = ()) -> JsonObject:
    """The task with its tool and its arguments under these names, as far as it has them.

    Of several keys that are no field of a task that one is the tool which is in `tools`. What is no object becomes an
    empty one: a task in which everything is missing.
    """
    if not isinstance(draft, dict):
        return {}
    match draft:
        case {"function": {"name": str(name), **call}}:
            return _called(name, {key: value for key, value in call.items() if key in ARGUMENTS})
        case {"name": str(name), **rest} if not draft.keys() & {*_TOOL}:
            return _called(name, {key: value for key, value in rest.items() if key in TASK_FIELDS})
        case _ if not draft.keys() & {*_TOOL, *ARGUMENTS}:
            return _keyed(draft, tools)
        case _:
            return _called(None, draft)


def _keyed(draft: JsonObject, tools: Container[str]) -> JsonObject:
    """The task whose tool is a key, that of its arguments."""
    strange = [key for key in draft if key not in TASK_FIELDS]
    known = [key for key in strange if key in tools] or strange
    if len(known) != 1:
        return draft
    fields = {key: value for key, value in draft.items() if key != known[0]}
    return _called(known[0], {**fields, "arguments": draft[known[0]] or {}})


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
