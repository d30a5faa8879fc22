"""The facts that can be told of a run: one class a fact, named in the past tense, each with its message for people.

A fact carries no number and no time: the channel adds them. `kind` is the event's type on the wire; the other fields
are its data. A fact with an empty message is no thinking step.
"""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, JsonValue

from agentic_search.domain.answer import LeftOut, Source
from agentic_search.domain.data import Frozen, JsonObject
from agentic_search.domain.outcome import Passage
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.run import PlannerKind, Timings, Usage
from agentic_search.domain.tool import ServerStatus


def count(number: int, noun: str) -> str:
    """`3 tasks`, `1 task`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _headline(task: str, tool: str, purpose: str) -> str:
    return f"{task}: {tool} - {purpose}" if purpose else f"{task}: {tool}"


class _Fact(Frozen):
    terminal: ClassVar[bool] = False

    @property
    def message(self) -> str:
        """The thinking step, for people; empty for none."""
        return ""


class RunStarted(_Fact):
    """The run left the queue."""

    kind: Literal["run.started"] = "run.started"
    query: str
    thread_id: str
    model: str | None = None
    """The writer's model; none when there is none."""

    @property
    def message(self) -> str:
        return f"🔎 {self.query}"


class ToolsDiscovered(_Fact):
    """What this run may use is known."""

    kind: Literal["tools.discovered"] = "tools.discovered"
    servers: tuple[ServerStatus, ...]
    tools: int
    """How many tools the planner may choose from."""

    @property
    def message(self) -> str:
        ready = sum(server.status == "ready" for server in self.servers)
        missing = [f"{server.name} {server.status}" for server in self.servers if server.status != "ready"]
        tail = f" ({', '.join(missing)})" if missing else ""
        return f"🧰 Found {count(self.tools, 'tool')} on {count(ready, 'server')}{tail}"


class PlanStarted(_Fact):
    """Somebody began to plan."""

    kind: Literal["plan.started"] = "plan.started"
    planner: PlannerKind
    model: str | None = None

    @property
    def message(self) -> str:
        if self.planner == "model":
            return f"🧠 Planning with {self.model}"
        return "🧠 Planning without a language model" if self.planner == "offline" else "🧠 Checking the given plan"


class PlanTask(_Fact):
    """One task of the plan, as soon as it is written."""

    kind: Literal["plan.task"] = "plan.task"
    task: Task

    @property
    def message(self) -> str:
        return f"📝 {_headline(self.task.id, self.task.tool, self.task.purpose)}"


class PlanReady(_Fact):
    """The whole plan was accepted and runs."""

    kind: Literal["plan.ready"] = "plan.ready"
    plan: Plan
    planner: PlannerKind
    model: str | None = None

    @property
    def message(self) -> str:
        return f"🚀 Starting parallel execution of {count(len(self.plan.tasks), 'task')}"


class PlanFallback(_Fact):
    """A plan could not be used and another way is taken."""

    kind: Literal["plan.fallback"] = "plan.fallback"
    reason: str
    """Why the plan was not used."""
    instead: str
    """What is done instead."""

    @property
    def message(self) -> str:
        return f"↩️ {self.reason} {self.instead}"


class TaskStarted(_Fact):
    """An attempt at a task began."""

    kind: Literal["task.started"] = "task.started"
    id: str
    tool: str
    server: str = ""
    purpose: str = ""
    attempt: int = 1
    arguments: JsonObject = Field(default_factory=dict)
    """What the tool is given, references filled in."""

    @property
    def message(self) -> str:
        return f"⚡ Task {_headline(self.id, self.tool, self.purpose)}"


class TaskProgress(_Fact):
    """The tool told how far it is."""

    kind: Literal["task.progress"] = "task.progress"
    id: str
    tool: str
    progress: float
    total: float | None = None
    text: str = ""

    @property
    def message(self) -> str:
        return f"⏳ Task {self.id}: {self.text}" if self.text else ""


class TaskRetrying(_Fact):
    """An attempt failed and another follows."""

    kind: Literal["task.retrying"] = "task.retrying"
    id: str
    tool: str
    attempt: int
    """The attempt that failed."""
    wait: float
    """Seconds until the next."""
    error: str

    @property
    def message(self) -> str:
        return f"🔁 Task {self.id}: {self.tool} failed, trying again in {self.wait:.1f} s - {self.error}"


class TaskCompleted(_Fact):
    """A task gave its result."""

    kind: Literal["task.completed"] = "task.completed"
    id: str
    tool: str
    purpose: str = ""
    duration: float
    attempts: int = 1
    cached: bool = False
    result: JsonValue = None

    @property
    def message(self) -> str:
        return f"✅ Task {_headline(self.id, self.tool, self.purpose)}"


class TaskFailed(_Fact):
    """Every attempt at a task failed."""

    kind: Literal["task.failed"] = "task.failed"
    id: str
    tool: str
    duration: float
    attempts: int = 1
    error: str

    @property
    def message(self) -> str:
        return f"❌ Task {self.id}: {self.tool} - {self.error}"


class TaskSkipped(_Fact):
    """A task will not run."""

    kind: Literal["task.skipped"] = "task.skipped"
    id: str
    tool: str
    because: str

    @property
    def message(self) -> str:
        return f"⏭️ Task {self.id}: {self.tool} skipped - {self.because}"


class SourcesFound(_Fact):
    """A task returned something an answer may cite."""

    kind: Literal["sources.found"] = "sources.found"
    task_id: str
    sources: tuple[Passage, ...]

    @property
    def message(self) -> str:
        return f"📚 {count(len(self.sources), 'source')} from {self.task_id}"


class AnswerStarted(_Fact):
    """The answer is being written."""

    kind: Literal["answer.started"] = "answer.started"
    model: str | None = None
    """None when it is put together from quotations, without a model."""

    @property
    def message(self) -> str:
        return f"✍️ Writing the answer with {self.model}" if self.model else "✍️ Quoting the best passages"


class AnswerDelta(_Fact):
    """More of the answer's text."""

    kind: Literal["answer.delta"] = "answer.delta"
    text: str


class AnswerBlock(_Fact):
    """A finished block of the answer, in place of the text told since the block before."""

    kind: Literal["answer.block"] = "answer.block"
    index: int
    """0, 1, 2 … down the answer."""
    html: str
    """Safe HTML."""


class AnswerCompleted(_Fact):
    """The answer is whole."""

    kind: Literal["answer.completed"] = "answer.completed"
    answer: str
    html: str
    """Sanitised HTML of the whole answer."""
    sources: tuple[Source, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def message(self) -> str:
        return f"📄 Answer with {count(len(self.sources), 'source')}"


class RunCompleted(_Fact):
    """The run ended with an answer."""

    terminal: ClassVar[bool] = True
    kind: Literal["run.completed"] = "run.completed"
    status: Literal["completed", "partial"]
    timings: Timings
    usage: Usage

    @property
    def message(self) -> str:
        spent = f"{self.timings.total:.1f} s; tools one after another {self.timings.serial_tools:.1f} s"
        return f"🏁 {'Done' if self.status == 'completed' else 'Done, with parts missing'} in {spent}"


class RunFailed(_Fact):
    """The run ended without an answer."""

    terminal: ClassVar[bool] = True
    kind: Literal["run.failed"] = "run.failed"
    status: Literal["failed"] = "failed"
    error: str
    """What happened and what to do."""
    code: str = "run_failed"
    """The error's stable name."""
    timings: Timings = Timings()
    usage: Usage = Usage()

    @property
    def message(self) -> str:
        return f"💥 {self.error}"


class RunCancelled(_Fact):
    """Somebody stopped the run."""

    terminal: ClassVar[bool] = True
    kind: Literal["run.cancelled"] = "run.cancelled"
    status: Literal["cancelled"] = "cancelled"
    by: str
    """user, or shutdown."""
    timings: Timings = Timings()
    usage: Usage = Usage()

    @property
    def message(self) -> str:
        return "🛑 Stopped" if self.by == "user" else f"🛑 Stopped by {self.by}"


Fact = Annotated[
    RunStarted
    | ToolsDiscovered
    | PlanStarted
    | PlanTask
    | PlanReady
    | PlanFallback
    | TaskStarted
    | TaskProgress
    | TaskRetrying
    | TaskCompleted
    | TaskFailed
    | TaskSkipped
    | SourcesFound
    | AnswerStarted
    | AnswerDelta
    | AnswerBlock
    | AnswerCompleted
    | RunCompleted
    | RunFailed
    | RunCancelled,
    Field(discriminator="kind"),
]
"""Every fact; its `kind` tells which."""

Terminal = RunCompleted | RunFailed | RunCancelled
"""The facts that end a run."""

Tell: TypeAlias = Callable[[Fact], None]
"""How a room tells a fact of the run it works for: synchronous, never blocks, never raises."""
