"""Plans and ends of calls, written shortly for the scheduler's tests."""

from collections.abc import Callable
from typing import TypeAlias

from agentic_search.domain.outcome import Completed, Outcome, ToolResult
from agentic_search.domain.plan import Task
from agentic_search.scheduler.commands import (
    CallCompleted,
    CallFailed,
    CallId,
    Command,
    PlanSealed,
    StartCall,
    TaskEnded,
    TasksAdded,
)
from agentic_search.scheduler.machine import Machine
from tests.scheduler.solo import Solo

Verdict: TypeAlias = Callable[[StartCall], bool]


def task(id_: str, *depends_on: str, **more: object) -> Task:
    """A task of the tool `tool`."""
    return Task.model_validate({"id": id_, "tool": "tool", "depends_on": depends_on, **more})


def result(value: object = "ok") -> ToolResult:
    """What a call gives."""
    return ToolResult.model_validate({"value": value, "text": str(value)})


def completed(id_: str, value: object = "ok", element: int = 0) -> CallCompleted:
    """A call that gave a value."""
    return CallCompleted(CallId(id_, element), result(value))


def failed(id_: str, error: str = "no", element: int = 0) -> CallFailed:
    """A call that failed."""
    return CallFailed(CallId(id_, element), error, "tool_failed")


def started(commands: list[Command]) -> list[str]:
    """The tasks whose calls are to start, in order."""
    return [each.task.id for each in commands if isinstance(each, StartCall)]


def ended(commands: list[Command]) -> dict[str, str]:
    """How tasks ended, by id."""
    return {each.task.id: each.outcome.status for each in commands if isinstance(each, TaskEnded)}


def machine_with(*tasks: Task, max_concurrent: int = 100) -> tuple[Solo, list[Command]]:
    """A machine that was given a whole plan at second 0, and its first commands."""
    machine = Solo(Machine(), max_concurrent=max_concurrent)
    commands = machine.handle(TasksAdded(tasks), 0)
    return machine, [*commands, *machine.handle(PlanSealed(), 0)]


def value_of(outcome: Outcome) -> object:
    """The value of a completed task."""
    assert isinstance(outcome, Completed), outcome
    return outcome.result.value
