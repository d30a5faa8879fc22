"""The facts that a run can emit: one class a fact, named in the past tense, each with its message for people.

A fact carries no number and no time: the channel adds them. `kind` is the event's type on the wire; the other fields
are its data. A fact with an empty message is no thinking step.
"""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from agentic_search.domain.approval.decision import UnusedTool
from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.receipt.contacts import Receipt
from agentic_search.domain.run import PlannerKind, ProcessUse, RunUsage, Timings
from agentic_search.domain.tool import ServerStatus
from agentic_search.events.answer_facts import (
    AnswerBlock,
    AnswerCompleted,
    AnswerDelta,
    AnswerPreview,
    AnswerStarted,
    SupportByWords,
)
from agentic_search.events.base_fact import BaseFact
from agentic_search.events.execution_facts import ExecutionCompleted, ExecutionStarted, manner
from agentic_search.events.task_facts import (
    ApprovalDenied,
    ApprovalGiven,
    ApprovalNeeded,
    ServerSlowed,
    SourcesFound,
    TaskCompleted,
    TaskFailed,
    TaskProgress,
    TaskRetrying,
    TaskSkipped,
    TaskStarted,
    headline,
    shown_id,
)
from agentic_search.text.counting import count

_MOST_NOTES = 3
SHUTDOWN = "shutdown"  # who has cancelled a run that ends with the service


class RunQueued(BaseFact):
    """As many runs as may are running: it waits for its turn."""

    kind: Literal["run.queued"] = "run.queued"
    before: int
    """How many runs begin before it."""

    @property
    def message(self) -> str:
        return f"🕒 Waiting behind {count(self.before, 'run')}"


class RunStarted(BaseFact):
    """The run left the queue."""

    kind: Literal["run.started"] = "run.started"
    query: str
    thread_id: str
    model: str | None = None
    """The writer's model; none when there is none."""
    retry_of: str | None = None
    """The run that it goes on from, where it does."""
    instructions: str = ""
    """What its asker wants of the answer's form."""

    @property
    def message(self) -> str:
        return f"🔎 {self.query}"


class QuestionUnderstood(BaseFact):
    """It is a follow-up: this is searched for in its place."""

    kind: Literal["question.understood"] = "question.understood"
    text: str
    """The question as it stands by itself."""

    @property
    def message(self) -> str:
        return f"💬 Understood as: “{self.text}”"


class ToolsDiscovered(BaseFact):
    """What this run may use is known."""

    kind: Literal["tools.discovered"] = "tools.discovered"
    servers: tuple[ServerStatus, ...]
    tools: int
    """How many tools the planner may choose from."""

    @property
    def message(self) -> str:
        ready = sum(server.status == "ready" for server in self.servers)
        not_here = [server for server in self.servers if server.status not in {"ready", "disabled"}]
        missing = [f"{server.name} {server.state.removeprefix('is ')}" for server in not_here]
        tail = f" ({', '.join(missing)})" if missing else ""
        return f"🧰 Found {count(self.tools, 'tool')} on {count(ready, 'server')}{tail}"


class PlanStarted(BaseFact):
    """Planning began."""

    kind: Literal["plan.started"] = "plan.started"
    planner: PlannerKind
    model: str | None = None
    round: int = 1
    """1 is the first; later ones add to the plan."""

    @property
    def message(self) -> str:
        if self.round > 1:
            return (
                f"🧠 Planning round {self.round} {f'with {self.model}' if self.model else 'without a language model'}"
            )
        if self.planner == "model":
            return f"🧠 Planning with {self.model}"
        return "🧠 Planning without a language model" if self.planner == "offline" else "🧠 Checking the given plan"


class PlanTask(BaseFact):
    """One task of the plan, as soon as it is written."""

    kind: Literal["plan.task"] = "plan.task"
    task: Task

    @property
    def message(self) -> str:
        return f"📝 Task {headline(shown_id(self.task.id), self.task.tool, self.task.purpose)}"


class PlanReady(BaseFact):
    """The whole plan of a round was accepted and runs."""

    kind: Literal["plan.ready"] = "plan.ready"
    plan: Plan
    """With the tasks of earlier rounds, which come first."""
    planner: PlannerKind
    model: str | None = None
    round: int = 1
    """1 is the first; later ones add to the plan."""
    earlier: int = 0
    """How many of the tasks are of earlier rounds; where that is all of them, nothing more is needed."""
    usage: RunUsage = RunUsage()
    """What the run has asked of models so far."""
    not_used: tuple[UnusedTool, ...] = ()
    """Tools that would have suited the question, but wait for approval, and a plan without a model asks for none."""
    parallel: bool = True
    """Whether its tasks may run at once."""
    inputs: JsonObject | None = None
    """What its references to `inputs` read, where it is a workflow's."""
    runs: bool = True
    """False where only the plan was asked for."""

    @property
    def message(self) -> str:
        if not self.runs:
            return f"🧠 Planned {count(len(self.plan.tasks), 'task')}, which do not run yet"
        added = len(self.plan.tasks) - self.earlier
        if not added:
            return "🧠 No more tasks are needed"
        unused = f"; not used: {', '.join(tool.tool for tool in self.not_used)}" if self.not_used else ""
        how = f"{manner(parallel=self.parallel)} " if added > 1 else ""
        return f"🚀 Starting {how}execution of {count(added, 'more task' if self.earlier else 'task')}{unused}"


class PlanFallback(BaseFact):
    """A plan could not be used and another way is taken: tasks emitted since the last accepted plan are dropped."""

    kind: Literal["plan.fallback"] = "plan.fallback"
    reason: str
    """Why the plan was not used."""
    instead: str
    """What is done instead."""
    seconds: float = 0.0
    """What planning has taken so far."""
    usage: RunUsage = RunUsage()
    """What the run has asked of models so far."""

    @property
    def message(self) -> str:
        return f"↩️ {self.reason} {self.instead}"


class ModelWaiting(BaseFact):
    """A call of a model has not begun, and why; with no request before it and nothing to load, it has begun."""

    kind: Literal["model.waiting"] = "model.waiting"
    model: str
    purpose: Literal["plan", "answer"]
    before: int = 0
    """How many requests must end before the model server takes this one."""
    loading: bool = False
    """The model server is loading the model."""

    @property
    def message(self) -> str:
        if self.loading:
            return f"⏳ Loading the model {self.model}; this can take a minute"
        return f"⏳ Waiting for the model, {self.before} before you" if self.before else "⏳ The model has begun"


class PlanMended(BaseFact):
    """Parts of the model's plan that cannot be were left out, or were there twice; the rest is used."""

    kind: Literal["plan.mended"] = "plan.mended"
    notes: tuple[str, ...]
    """What was left out, and why; one sentence each, without a full stop."""

    @property
    def message(self) -> str:
        shown = "; ".join(self.notes[:_MOST_NOTES])
        more = len(self.notes) - _MOST_NOTES
        return f"🩹 Mended the plan: {shown}" + (f"; and {count(more, 'more change')}" if more > 0 else "")


class RunCompleted(BaseFact):
    """The run ended with an answer."""

    terminal: ClassVar[bool] = True
    kind: Literal["run.completed"] = "run.completed"
    status: Literal["completed", "partial"]
    timings: Timings
    usage: RunUsage
    process: ProcessUse = ProcessUse()
    receipt: Receipt | None = None
    """What was contacted."""
    parallel: bool = True
    """False where several tasks ran one after another, as the settings say."""

    @property
    def message(self) -> str:
        done = "Done" if self.status == "completed" else "Done, with parts missing"
        return f"🏁 {done} in {self.timings.total:.1f} s; tools took {self._tools()}"

    def _tools(self) -> str:
        """How long: tools are compared with tools, not with the whole run."""
        took, serial = f"{self.timings.tools:.1f} s", f"{self.timings.serial_tools:.1f} s"
        if not self.parallel:
            return f"{took}, one after another"
        return took if serial == took else f"{took}, one after another {serial}"


class RunFailed(BaseFact):
    """The run ended without an answer."""

    terminal: ClassVar[bool] = True
    kind: Literal["run.failed"] = "run.failed"
    status: Literal["failed"] = "failed"
    error: str
    """What happened and what to do."""
    code: str = "run_failed"
    """The error's stable name."""
    timings: Timings = Timings()
    usage: RunUsage = RunUsage()
    process: ProcessUse = ProcessUse()
    receipt: Receipt | None = None
    """What was contacted."""

    @property
    def message(self) -> str:
        return f"💥 {self.error}"


class RunCancelled(BaseFact):
    """The run was stopped."""

    terminal: ClassVar[bool] = True
    kind: Literal["run.cancelled"] = "run.cancelled"
    status: Literal["cancelled"] = "cancelled"
    by: str
    """user, or shutdown."""
    timings: Timings = Timings()
    usage: RunUsage = RunUsage()
    process: ProcessUse = ProcessUse()
    receipt: Receipt | None = None
    """What was contacted."""

    @property
    def message(self) -> str:
        return "🛑 Stopped" if self.by == "user" else f"🛑 Stopped by {self.by}"


Fact = Annotated[
    RunQueued
    | RunStarted
    | QuestionUnderstood
    | ToolsDiscovered
    | PlanStarted
    | PlanTask
    | PlanReady
    | PlanFallback
    | PlanMended
    | ExecutionStarted
    | ExecutionCompleted
    | TaskStarted
    | TaskProgress
    | TaskRetrying
    | TaskCompleted
    | TaskFailed
    | TaskSkipped
    | ApprovalNeeded
    | ApprovalGiven
    | ApprovalDenied
    | ServerSlowed
    | SourcesFound
    | ModelWaiting
    | AnswerPreview
    | AnswerStarted
    | AnswerDelta
    | AnswerBlock
    | SupportByWords
    | AnswerCompleted
    | RunCompleted
    | RunFailed
    | RunCancelled,
    Field(discriminator="kind"),
]
"""Every fact, known by its `kind`."""

Terminal = RunCompleted | RunFailed | RunCancelled
"""The facts that end a run."""

Emit: TypeAlias = Callable[[Fact], None]
"""How a part of the service emits a fact of the run it works for: synchronous, never blocks, never raises."""
