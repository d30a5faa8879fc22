"""Which of two ready calls starts first: what is known of a call flows in, something to sort by flows out."""

from typing import NamedTuple

from agentic_search.domain.plan import Task


class Rank(NamedTuple):
    """A ready call's rank within its run; the least starts first."""

    less_urgent: int
    """The task's priority, negated."""
    shorter: float
    """The longest path from the task to an end of the plan, in seconds, negated: who has most to come begins first."""
    place: int
    """Where the task stands in the plan."""
    element: int


class Standing(NamedTuple):
    """A ready call's rank among those of all runs; the least starts first, and no two are equal."""

    batch: bool
    """Nobody waits for the run."""
    less_urgent: int
    shorter: float
    since: float
    """When it became ready."""
    place: int
    element: int
    number: int
    """Counts offers: the last word."""


def rank_of(task: Task, *, path: float, place: int, element: int) -> Rank:
    """The rank of one call of a task; `path` in seconds."""
    return Rank(-task.priority, -path, place, element)
