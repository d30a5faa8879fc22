"""A run as far as it has come: one search from query to answer, in the form that GET /runs/{id} shows."""

from collections.abc import Mapping
from functools import reduce
from typing import Literal, Self

from pydantic import Field

from agentic_search.domain.answer import LeftOut, Source, Support
from agentic_search.domain.approval.decision import WaitingCall
from agentic_search.domain.data import AnyJson, AnyJsonObjects, Frozen, JsonObject
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.receipt.contacts import Receipt

RunStatus = Literal["queued", "running", "waiting", "completed", "partial", "failed", "cancelled"]
PlannerKind = Literal["model", "offline", "given"]
TaskStatus = Literal["queued", "running", "waiting", "completed", "failed", "skipped", "cancelled"]
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
    kept: bool = False
    """Its result is that of the run that this one goes on from: nothing was called."""
    started_at: float | None = None
    """Seconds since the run began."""
    duration: float | None = None
    """Seconds."""
    result: AnyJson = None
    """The tool's whole result, never cut."""
    content: AnyJsonObjects = ()
    """What of the result is not text: images, audio, files and links, in MCP's JSON form."""
    note: str = ""
    """What the tool says of its own search, as what happened: `found nothing`, `said: …`."""
    failed_calls: tuple[str, ...] = ()
    """Why single calls of a `for_each` failed; the others gave the result."""
    remarks: tuple[str, ...] = ()
    """What of the tool's answer was left out, or is not as the tool promises."""
    error: str | None = None
    """Why it failed or was skipped."""
    approval: WaitingCall | None = None
    """What it waits for somebody's word with, or was skipped for want of it."""
    size: int = Field(default=0, exclude=True)
    """As its ToolResult has it."""


class Timings(Frozen):
    """Where the time went, in seconds."""

    discover: float = 0.0
    plan: float = 0.0
    execute: float = 0.0
    synthesize: float = 0.0
    total: float = 0.0
    serial_tools: float = 0.0
    """What the tool calls would have taken one after another."""
    tools: float = 0.0
    """What they took as they ran: while at least one was under way."""


class ProcessUse(Frozen):
    """What the service's process took of the machine while a run was under way, for all that it did then."""

    cpu_seconds: float = 0.0
    """CPU time; of several runs at once each counts all of it."""
    peak_memory: int | None = None
    """The most bytes that the process has held since it began; null where the system does not tell."""


class Usage(Frozen):
    """What was asked of one language model."""

    model_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    """In the currency of the operator's prices; none where there is no price."""

    def plus(self, other: "Usage") -> "Usage":
        """Both together."""
        costs = [each.cost for each in (self, other) if each.cost is not None]
        return Usage(
            model_calls=self.model_calls + other.model_calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cost=sum(costs) if costs else None,
        )


class RunUsage(Usage):
    """What the run asked of language models: plans, also refused ones, answers, and tasks that ask a model."""

    by_model: Mapping[str, Usage] = {}
    """The same for each model, by its name."""

    @classmethod
    def of(cls, by_model: Mapping[str, Usage]) -> Self:
        """The sum of what each was asked."""
        total = reduce(Usage.plus, by_model.values(), Usage())
        return cls(**total.model_dump(), by_model=dict(by_model))


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


class Started(Frozen):
    """A run that was accepted."""

    id: str
    thread_id: str
    status: RunStatus
    retry_of: str | None = None
    """The run that it goes on from, where it does."""


class RunCounts(Frozen):
    """How many runs there are, by how they stand, and how many listen to them."""

    queued: int
    running: int
    """Also those that wait for somebody's approval."""
    kept: int
    """Ended, and remembered."""
    open_streams: int
    """Listeners that are being sent a run's events."""


class Span(Frozen):
    """A time in which something went on, in seconds since the run began."""

    begun: float
    ended: float | None = None
    """None while it goes on."""


class Attempt(Span):
    """One try at a task."""

    error: str | None = None
    """Why it failed, where it did."""


class TaskCourse(Frozen):
    """How one task went."""

    written_at: float
    """When the planner had written it."""
    ended_at: float | None = None
    arguments: JsonObject | None = None
    """What the tool was given, references filled in; none where it was never called, or with more than 64 KiB."""
    attempts: tuple[Attempt, ...] = ()


class StepCourse(Frozen):
    """When a thinking step was told, and of what it tells."""

    at: float
    result_of: str | None = None
    """The task whose result it shows the beginning of."""


class Course(Frozen):
    """When what began and ended: with its report, all that a picture of a run needs."""

    understood: str | None = None
    """What a follow-up was taken to ask."""
    discovered_at: float | None = None
    """When it was known which tools there are."""
    planning: tuple[Span, ...] = ()
    """One span for each start of the planner."""
    answering: Span | None = None
    ended_at: float | None = None
    tasks: Mapping[str, TaskCourse] = {}
    steps: tuple[StepCourse, ...] = ()
    """One for each of the thinking steps, in their order."""
    drafted: tuple[Task, ...] = ()
    """Tasks that were written and are of no plan that was accepted."""
    blocks: tuple[str, ...] = ()
    """Of an answer that was not finished: its blocks as safe HTML …"""
    tail: str = ""
    """… and the text after them."""


class RunReport(Frozen):
    """One search, as far as it has come."""

    id: str
    thread_id: str
    status: RunStatus
    query: str
    instructions: str = ""
    """What its asker wants of the answer's form, in the asker's words."""
    model: str | None = None
    """The model that writes the answer; none when it is written without one."""
    planner: PlannerKind | None = None
    """Who made the plan; none before there is one."""
    answer: str | None = None
    """Markdown with marks [n]."""
    html: str | None = None
    """The same as safe HTML."""
    sources: tuple[Source, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """What the answer had to do without, and why."""
    support: tuple[Support, ...] = ()
    """What each source has for each sentence that cites it."""
    nothing_found: bool = False
    """The answer says that nothing was found."""
    plan: Plan | None = None
    tasks: tuple[TaskRecord, ...] = ()
    thinking_steps: tuple[str, ...] = ()
    """The messages of the run's events, in order."""
    timings: Timings = Timings()
    usage: RunUsage = RunUsage()
    process: ProcessUse = ProcessUse()
    receipt: Receipt | None = None
    """What was contacted; none until the run has ended, and in one that an earlier version of the service has kept."""
    created_at: str
    """ISO 8601, UTC."""
    error: str | None = None
    """Why there is no answer."""
    error_code: str | None = None
    """The error's stable name."""
    retry_of: str | None = None
    """The run that it goes on from, where it does."""
    course: Course | None = None
    """When what began and ended; none in a run that an earlier version of the service has kept."""

    def brief(self) -> Self:
        """The run without what its tasks returned."""
        tasks = (task.model_copy(update={"result": None, "content": (), "size": 0}) for task in self.tasks)
        return self.model_copy(update={"tasks": tuple(tasks)})

    @property
    def size(self) -> int:
        """Characters that its tasks' results take as JSON, as far as they were counted."""
        return sum(task.size for task in self.tasks)
