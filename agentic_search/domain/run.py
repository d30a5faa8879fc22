"""A run as far as it has come: one search from query to answer, in the form that GET /runs/{id} shows."""

from typing import Literal

from pydantic import JsonValue

from agentic_search.domain.answer import Source
from agentic_search.domain.data import Frozen
from agentic_search.domain.plan import Plan

RunStatus = Literal["queued", "running", "completed", "partial", "failed", "cancelled"]
PlannerKind = Literal["model", "offline", "given"]
TaskStatus = Literal["queued", "running", "completed", "failed", "skipped", "cancelled"]
ENDED: frozenset[RunStatus] = frozenset({"completed", "partial", "failed", "cancelled"})
"""The statuses a run never leaves."""


class TaskRecord(Frozen):
    """One task of a run, as far as it has come."""

    id: str
    tool: str
    server: str = ""
    purpose: str = ""
    status: TaskStatus = "queued"
    attempts: int = 0
    cached: bool = False
    started_at: float | None = None
    """Seconds since the run began."""
    duration: float | None = None
    """Seconds."""
    result: JsonValue = None
    """The tool's whole result, never cut."""
    error: str | None = None
    """Why it failed or was skipped."""


class Timings(Frozen):
    """Where the time went, in seconds."""

    plan: float = 0.0
    execute: float = 0.0
    synthesize: float = 0.0
    total: float = 0.0
    serial_tools: float = 0.0
    """What the tool calls would have taken one after another."""


class Usage(Frozen):
    """What the run asked of language models."""

    model_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def plus(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(
            model_calls=self.model_calls + other.model_calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
        )


class RunSummary(Frozen):
    """One run in a list."""

    id: str
    thread_id: str
    status: RunStatus
    query: str
    model: str | None
    created_at: str
    duration: float | None
    """Seconds, for a run that has ended."""


class RunReport(Frozen):
    """One search, as far as it has come."""

    id: str
    thread_id: str
    status: RunStatus
    query: str
    model: str | None = None
    """The model that writes the answer; none when it is written without one."""
    planner: PlannerKind | None = None
    """Who made the plan; none before there is one."""
    answer: str | None = None
    """Markdown with marks [n]."""
    sources: tuple[Source, ...] = ()
    plan: Plan | None = None
    tasks: tuple[TaskRecord, ...] = ()
    thinking_steps: tuple[str, ...] = ()
    """The messages of the run's events, in order."""
    timings: Timings = Timings()
    usage: Usage = Usage()
    created_at: str
    """ISO 8601, UTC."""
    error: str | None = None
    """Why there is no answer."""
    error_code: str | None = None
    """The error's stable name."""
