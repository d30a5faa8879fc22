"""The facts of tasks and of the servers that they call, each with its message for people."""

import re
from typing import Literal

from pydantic import ConfigDict, Field

from agentic_search.domain.approval.decision import ApprovalWhy, WaitingCall
from agentic_search.domain.approval.policy import reason
from agentic_search.domain.data import AnyJson, AnyJsonObjects, JsonObject
from agentic_search.domain.outcome import Passage
from agentic_search.events.base_fact import BaseFact
from agentic_search.text.controls import without_controls
from agentic_search.text.counting import count
from agentic_search.text.json_start import json_start
from agentic_search.text.sentences import shortened

_LONGEST_QUESTION = 300
_LONGEST_RESULT = 300
"""Characters of a result in a thinking step."""
_NUMBERED = re.compile("t[0-9]+")


def headline(task: str, tool: str, purpose: str) -> str:
    """A task in one line: `t1: search_stories - Find stories`."""
    return f"{task}: {tool} - {purpose}" if purpose else f"{task}: {tool}"


def shown_id(task: str) -> str:
    """What people are told of a task's id: of one that was only numbered, as `t1`, the number."""
    return task[1:] if _NUMBERED.fullmatch(task) else task


class TaskStarted(BaseFact):
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
        return f"⚡ Task {headline(shown_id(self.id), self.tool, self.purpose)}"


class TaskProgress(BaseFact):
    """The tool reported how far it is."""

    kind: Literal["task.progress"] = "task.progress"
    id: str
    tool: str
    progress: float
    total: float | None = None
    text: str = ""

    @property
    def message(self) -> str:
        return f"⏳ Task {shown_id(self.id)}: {self.text}" if self.text else ""


class TaskRetrying(BaseFact):
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
        return f"🔁 Task {shown_id(self.id)}: {self.tool} failed, trying again in {self.wait:.1f} s - {self.error}"


class TaskCompleted(BaseFact):
    """A task gave its result."""

    kind: Literal["task.completed"] = "task.completed"
    id: str
    tool: str
    purpose: str = ""
    duration: float
    attempts: int = 1
    cached: bool = False
    result: AnyJson = None
    content: AnyJsonObjects = ()
    """Its blocks that are not text, in MCP's form."""
    note: str = ""
    """What the tool says of its own search: `found nothing`."""

    failed_calls: tuple[str, ...] = ()
    """Why single calls of a `for_each` failed."""
    remarks: tuple[str, ...] = ()
    """What of the tool's answer was left out, or is not as the tool promises."""
    searched: str = ""
    """What a call that searches has searched, for people."""
    read_as: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Words of the question, each with those that the tool searched for in addition."""
    kept: bool = False
    """It is an earlier run's result: nothing was called."""
    server: str = ""
    """Who gave a result that is kept."""

    size: int = Field(default=0, exclude=True)
    """As its ToolResult has it."""

    @property
    def message(self) -> str:
        if self.kept:
            return f"📌 Task {headline(shown_id(self.id), self.tool, self.purpose)}: kept from the run before"
        lost = f" ({count(len(self.failed_calls), 'call')} failed)" if self.failed_calls else ""
        done = f"✅ Task {headline(shown_id(self.id), self.tool, self.purpose)}{lost}"
        if self.note.startswith(("said", "says")):
            return f"{done}{', it' if self.purpose else ''} {self.note}"
        return f"{done}: {self.note}" if self.note else done

    @property
    def steps(self) -> tuple[str, ...]:
        """The result, too: its beginning. Whoever reads events has the whole of it."""
        if self.kept:
            return (self.message,)
        result = " ".join(without_controls(json_start(self.result, _LONGEST_RESULT)).split())
        return self.message, f"📊 Full Result: {result}"


class TaskFailed(BaseFact):
    """Every attempt at a task failed."""

    kind: Literal["task.failed"] = "task.failed"
    id: str
    tool: str
    duration: float
    attempts: int = 1
    error: str
    code: str = ""
    """The error's stable name."""

    @property
    def message(self) -> str:
        return f"❌ Task {shown_id(self.id)}: {self.tool} - {self.error}"


class TaskSkipped(BaseFact):
    """A task will not run."""

    kind: Literal["task.skipped"] = "task.skipped"
    id: str
    tool: str
    because: str
    waited: WaitingCall | None = None
    """What it waited for approval with, where it got none."""
    intended: bool = False
    """The plan's own condition said so: nothing is missing."""

    @property
    def message(self) -> str:
        return f"⏭️ Task {shown_id(self.id)}: {self.tool} skipped - {self.because}"


class ApprovalNeeded(BaseFact):
    """A task waits for somebody's word: see POST /runs/{id}/tasks/{task_id}/approve and /deny."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    kind: Literal["approval.needed"] = "approval.needed"
    id: str
    tool: str
    server: str = ""
    purpose: str = ""
    why: ApprovalWhy
    arguments: JsonObject = Field(default_factory=dict)
    """What the tool is to be given, references filled in; of a task over a list, as the plan has them."""
    each: tuple[JsonObject, ...] = ()
    """The arguments of the calls of a task over a list: the first 100."""
    calls: int = 1
    """How many calls the task makes."""
    question: str | None = None
    """What the tool's server asks, in its words; untrusted."""
    answer_schema: JsonObject | None = Field(default=None, alias="schema")
    """JSON Schema of the answer, an object of plain values."""
    url: str | None = None
    """Where the server wants the user to go instead, to answer there."""

    @property
    def message(self) -> str:
        if self.question is not None:
            return f"✋ Task {shown_id(self.id)}: {self.server} asks: {shortened(self.question, _LONGEST_QUESTION)}"
        calls = f", {self.calls} calls" if self.calls > 1 else ""
        return f"✋ Task {shown_id(self.id)}: {self.tool} waits for approval{calls} - {reason(self.why)}"


class BaseDecision(BaseFact):
    """Somebody's word on a task that waited."""

    id: str
    tool: str
    by: str
    """`user`, or `always` where it was said for good before."""
    always: bool = False
    """It holds for every later call of the tool."""


class ApprovalGiven(BaseDecision):
    """A task that waited goes on."""

    kind: Literal["approval.given"] = "approval.given"

    @property
    def message(self) -> str:
        return f"👍 Task {shown_id(self.id)}: {self.tool} was approved{' for good' if self.always else ''}"


class ApprovalDenied(BaseDecision):
    """A task that waited does not run, or its server's question is not answered."""

    kind: Literal["approval.denied"] = "approval.denied"

    @property
    def message(self) -> str:
        return f"🚫 Task {shown_id(self.id)}: {self.tool} was denied{' for good' if self.always else ''}"


class ServerSlowed(BaseFact):
    """A server asked for fewer calls: it gets them, from all runs, until the service is started again."""

    kind: Literal["server.slowed"] = "server.slowed"
    server: str
    tool: str | None = None
    """Where only this tool of it is meant."""
    calls: int
    """The most calls that begin from now on …"""
    seconds: float
    """… in any span of this many seconds."""
    wait: float = 0.0
    """Seconds until the next call, as the server asked."""

    @property
    def message(self) -> str:
        pause = f", none for {self.wait:g} s" if self.wait else ""
        most = f"at most {self.calls} in {self.seconds:g} s from now on"
        return f"🐢 {self.tool or self.server} asked for fewer calls: {most}{pause}"


class SourcesFound(BaseFact):
    """A task returned something an answer may cite."""

    kind: Literal["sources.found"] = "sources.found"
    task_id: str
    sources: tuple[Passage, ...]

    @property
    def message(self) -> str:
        return f"📚 {count(len(self.sources), 'source')} from task {shown_id(self.task_id)}"
