"""What is asked of the history and what it answers: pages of runs and of conversations, and what was deleted."""

from dataclasses import dataclass

from agentic_search.domain.data import Frozen
from agentic_search.domain.run import RunReport, RunStatus, RunSummary


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs to list; None: no filter."""

    thread_id: str | None = None
    status: RunStatus | None = None
    text: str | None = None
    """Part of the question, in any case; or words that stand in the question or the answer, in any form of theirs."""
    asked_by: str | None = None
    """The caller whose they are."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs, newest first, and the cursor of the next ones."""

    runs: tuple[RunSummary, ...]
    next_cursor: str | None


class ThreadSummary(Frozen):
    """One conversation in a list."""

    id: str
    title: str
    """Its first question, or what somebody has called it."""
    created_at: str
    """ISO 8601, UTC."""
    changed_at: str
    """When its newest question was asked."""
    run_count: int
    """How many questions were asked in it."""


class ThreadReport(ThreadSummary):
    """One conversation with its questions."""

    runs: tuple[RunSummary, ...]
    """Its runs, oldest first; of more than 200 the newest: GET /runs?thread_id= has all."""


class Conversation(ThreadSummary):
    """One conversation with what was asked and answered in it, as a page shows it."""

    runs: tuple[RunReport, ...]
    """Some of its runs, newest first, without what tasks returned: GET /runs/{run_id}/tasks/{task_id} has that."""
    next_cursor: str | None
    """Give it as `cursor` for the earlier ones; null at the end."""


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """Some conversations, those asked in last first, and the cursor of the next ones."""

    threads: tuple[ThreadSummary, ...]
    next_cursor: str | None


class Deleted(Frozen):
    """What was deleted, and how to have it back."""

    id: str
    undo: str
    """The request that brings it back."""
    gone_at: str
    """When it is gone for good: ISO 8601, UTC."""


class HistoryState(Frozen):
    """What is kept in the database, and what is not."""

    database: str
    """Where it is: the file, or host, port and name; never a password."""
    runs: int | None = None
    """Runs in it; left out while it cannot be read."""
    bytes: int | None = None
    """What they take in it, about."""
    unwritten: int
    """Runs of which something is not written yet."""
    lost: int
    """Runs that could not be written for too long, and will not be found after a restart."""
    deleted: dict[str, int]
    """How many runs were deleted since the start, by why: age, count, bytes, user."""
    error: str | None = None
    """Why nothing can be written now; left out while it can."""
