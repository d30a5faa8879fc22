"""Which of two ready calls starts first."""

from typing import NamedTuple

from agentic_search.domain.plan import Task


class CallOrder(NamedTuple):
    """A ready call among those of its run; the least starts first."""

    less_urgent: int
    """The task's priority, negated."""
    shorter: float
    """The longest path from the task to an end of the plan, in seconds, negated: the longest path begins first."""
    position: int
    """Where the task stands in the plan."""
    element: int


class QueueOrder(NamedTuple):
    """A ready call among those of all runs; the least starts first, and no two are equal."""

    batch: bool
    """Nobody waits for the run."""
    less_urgent: int
    shorter: float
    since: float
    """When it became ready."""
    position: int
    element: int
    number: int
    """Counts offers, for calls that are equal in all else."""


def order_of(task: Task, *, path: float, position: int, element: int) -> CallOrder:
    """The order of one call of a task; `path` in seconds."""
    return CallOrder(-task.priority, -path, position, element)
