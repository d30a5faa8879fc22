"""A task whose dependencies have completed, and all values, flow in; its calls flow out, or why there are none."""

from collections.abc import Mapping

from pydantic import JsonValue

from agentic_search.domain.outcome import Failed, Skipped
from agentic_search.domain.plan import Task
from agentic_search.domain.references import ITEM, BadReference
from agentic_search.scheduler.messages import CallId, StartCall
from agentic_search.scheduler.references import evaluate, fill, is_true


def calls_of(task: Task, values: Mapping[str, JsonValue], *, now: float) -> list[StartCall] | Skipped | Failed:
    """One call, or one an element of its list; an outcome where its condition, or a reference, stands against it."""
    try:
        if task.when is not None and not is_true(evaluate(task.when, values)):
            return Skipped(task_id=task.id, because=f"its condition {task.when} does not hold")
        return _calls(task, values)
    except BadReference as problem:
        return Failed(task_id=task.id, error=str(problem), code="bad_reference", started_at=now, duration=0)


def _calls(task: Task, values: Mapping[str, JsonValue]) -> list[StartCall]:
    if task.for_each is None:
        return [StartCall(CallId(task.id), task, fill(task.arguments, values))]
    items = evaluate(task.for_each, values)
    if not isinstance(items, list):
        raise BadReference(f"for_each {task.for_each} is no list but {_kind(items)}")
    return [
        StartCall(CallId(task.id, place), task, fill(task.arguments, {**values, ITEM: item}), len(items))
        for place, item in enumerate(items)
    ]


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case _:
            return "an object"
