"""The calls of one task: made when its dependencies have completed; their ends make the task's outcome."""

from collections.abc import Container, Mapping, Sequence

from pydantic import JsonValue

from agentic_search.domain.approval.decision import ApprovalWhy, WaitingCall
from agentic_search.domain.outcome import Completed, Failed, Skipped, ToolResult
from agentic_search.domain.plan import Task
from agentic_search.domain.references import ITEM, BadReference
from agentic_search.scheduler.commands import CallCompleted, CallFailed, CallId, StartCall
from agentic_search.scheduler.references import NothingFound, evaluate, fill, is_true

_MOST_SHOWN = 100
"""Calls of one task whose arguments are told while it waits."""


def calls_of(
    task: Task, values: Mapping[str, JsonValue], *, required: Container[str], now: float
) -> list[StartCall | CallFailed] | Skipped | Failed:
    """One call, or one an element of its list, of which one that cannot be made has failed.

    An outcome where the task's condition, or a reference, stands against it. `required`: arguments that its tool needs.
    """
    try:
        if task.when is not None and not is_true(evaluate(task.when, values)):
            return Skipped(task_id=task.id, because=f"its condition {task.when} does not hold", intended=True)
        return _calls(task, values, required)
    except BadReference as problem:
        return Failed(task_id=task.id, error=str(problem), code="bad_reference", started_at=now, duration=0)


def _calls(task: Task, values: Mapping[str, JsonValue], required: Container[str]) -> list[StartCall | CallFailed]:
    if task.for_each is None:
        return [StartCall(CallId(task.id), task, fill(task.arguments, values, required=required))]
    items = evaluate(task.for_each, values)
    if not isinstance(items, list):
        raise BadReference(f"for_each {task.for_each} is no list but {_kind(items)}")
    calls: list[StartCall | CallFailed] = []
    for index, item in enumerate(items):
        call = CallId(task.id, index)
        try:
            arguments = fill(task.arguments, {**values, ITEM: item}, required=required)
        except NothingFound as problem:
            calls.append(CallFailed(call, str(problem), "bad_reference"))
        else:
            calls.append(StartCall(call, task, arguments, len(items)))
    return calls


def waiting_call(why: ApprovalWhy, task: Task, calls: Sequence[StartCall]) -> WaitingCall:
    """What people are told of a task that waits for their word before it makes these calls."""
    if task.for_each is None:
        return WaitingCall(why=why, arguments=calls[0].arguments)
    return WaitingCall(
        why=why, arguments=task.arguments, each=tuple(call.arguments for call in calls[:_MOST_SHOWN]), calls=len(calls)
    )


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


class Elements:
    """One call for a plain task; one an element for a task that runs `for_each`, each failing alone."""

    def __init__(self, task: Task, count: int) -> None:
        self.count = count
        self._task = task
        self._ends: dict[int, CallCompleted | CallFailed] = {}
        self._attempts = 1

    @property
    def ended(self) -> int:
        """How many calls have ended."""
        return len(self._ends)

    @property
    def done(self) -> bool:
        """All have."""
        return self.ended == self.count

    def take(self, end: CallCompleted | CallFailed, *, attempt: int) -> None:
        """Keep how one call ended, at which attempt."""
        self._ends[end.call.element] = end
        self._attempts = max(self._attempts, attempt)

    def outcome(self, *, started_at: float, now: float) -> Completed | Failed:
        """What the task comes to: it fails only when every call did, and there was one."""
        duration = now - started_at
        ends = [self._ends[index] for index in sorted(self._ends)]
        failures = [end for end in ends if isinstance(end, CallFailed)]
        if failures and len(failures) == len(ends):
            first = failures[0]
            return Failed(
                task_id=self._task.id,
                error=first.error,
                code=first.code,
                started_at=started_at,
                duration=duration,
                attempts=self._attempts,
            )
        results = [end.result if isinstance(end, CallCompleted) else _failure(end) for end in ends]
        result = results[0] if self._task.for_each is None else _together(results)
        return Completed(
            task_id=self._task.id,
            result=result,
            started_at=started_at,
            duration=duration,
            attempts=self._attempts,
            failed_calls=tuple(end.error for end in failures),
        )


def _failure(end: CallFailed) -> ToolResult:
    return ToolResult(value={"error": end.error}, text=f"error: {end.error}")


def _together(results: list[ToolResult]) -> ToolResult:
    return ToolResult(
        value=[result.value for result in results],
        text="\n\n".join(result.text for result in results),
        passages=tuple(passage for result in results for passage in result.passages),
        blocks=tuple(block for result in results for block in result.blocks),
        size=sum(result.size for result in results),
        note="; ".join(dict.fromkeys(result.note for result in results if result.note)),
        remarks=tuple(dict.fromkeys(note for result in results for note in result.remarks)),
    )
