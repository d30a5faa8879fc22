"""The JSON of the API that is not already a domain object: lists, problems, health."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, StrictBool

from agentic_search.domain.approval.decision import ApprovalWhy
from agentic_search.domain.approval.policy import ApprovalRules
from agentic_search.domain.data import Frozen, JsonObject
from agentic_search.domain.history import HistoryState, ThreadSummary
from agentic_search.domain.run import RunCounts, RunSummary
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.models.chat import ModelInfo, SuggestedModel
from agentic_search.workflows.workflow import WorkflowEntry

MOST_RUNS = 200
"""Runs or conversations of one page."""
MOST_SHOWN = 50
"""Runs of a conversation that are shown at once."""
ABOUT = "Part of the question, or words that stand in it or in the answer, in any form; the last may be begun only"
"""What `q` looks for."""
REFUSED = "refused"
"""The last message of a stream of events whose caller may no longer read it: a problem, and no event."""


class FieldError(Frozen):
    """What is wrong with one field."""

    field: str
    """Its path in the request: `plan.tasks.0.tool`."""
    message: str


class Problem(Frozen):
    """An error, in the form of RFC 9457."""

    type: str = "about:blank"
    """A URI for the kind of error: `urn:agentic-search:CODE`, with the error's stable name."""
    title: str
    status: int
    detail: str
    """What happened and what to do."""
    errors: tuple[FieldError, ...] | None = None
    """Every bad field at once."""
    run_id: str | None = None
    """The run that failed."""


class RunList(Frozen):
    """Runs, newest first."""

    runs: tuple[RunSummary, ...]
    next_cursor: str | None
    """Give it as `cursor` for the next ones; null at the end."""


class ThreadList(Frozen):
    """Conversations; those in which something was asked last come first."""

    threads: tuple[ThreadSummary, ...]
    next_cursor: str | None
    """Give it as `cursor` for the next ones; null at the end."""


class Rename(Frozen):
    """The body of PATCH /threads/{thread_id}."""

    title: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S", examples=["Lamps of the north tower"])]
    """What the conversation is called from now on."""


class ToolView(Frozen):
    """A tool that plans may use now."""

    name: str
    """What plans call it."""
    server: str
    title: str
    description: str
    input_schema: JsonObject
    output_schema: JsonObject | None = None
    """JSON Schema of its structured result, where it has one."""
    read_only: bool
    """It changes nothing."""
    idempotent: bool
    destructive: bool = False
    """It may delete or overwrite, as its server says; of no account where it only reads."""
    open_world: bool | None = None
    """It reaches beyond this machine, as its server says; null where it says nothing."""
    waits: ApprovalWhy | None = None
    """Why its calls wait for approval in a plan that is made; null where they run freely."""

    @staticmethod
    def of(tool: Tool, rules: ApprovalRules) -> "ToolView":
        """What callers need to know of a tool."""
        return ToolView(**tool.model_dump(include=set(ToolView.model_fields)), waits=rules.why_waits(tool))


class Approval(Frozen):
    """A task may run, or its server is answered."""

    always: bool = False
    """Calls of the tool run unasked from now on, also after a restart."""
    answer: JsonObject | None = None
    """What the task's server asked for, by its schema."""


class Denial(Frozen):
    """A task is not to run, or its server gets no answer."""

    always: bool = False
    """Calls of the tool are denied from now on, also after a restart, but where a request's `approve` names it."""


class UnusableTool(Frozen):
    """A tool that cannot be used."""

    name: str
    server: str
    reason: str


class ToolList(Frozen):
    """The tools that can be used now, and why the others cannot."""

    tools: tuple[ToolView, ...]
    unusable: tuple[UnusableTool, ...] = ()


class ServerList(Frozen):
    """Every configured MCP server."""

    servers: tuple[ServerStatus, ...]


class ServerSwitch(Frozen):
    """The body of POST /servers/{name}/switch."""

    on: StrictBool = Field(examples=[True])
    """Whether the server may run."""


class ModelList(Frozen):
    """The models there are, and which ones would be used."""

    models: tuple[ModelInfo, ...]
    writer: str | None
    """The model that would write the next answer; null: answers quote their sources."""
    planner: str | None
    """The model that would plan; null: plans are made without one."""
    error: str | None
    """Why there is no model, or none of one of several servers, and what to do."""
    suggestion: SuggestedModel | None = None
    """A model that Ollama could fetch, where there is none: see POST /models/pull."""


class PullRequest(Frozen):
    """A model to fetch."""

    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$", examples=["qwen3:8b"])]
    """As Ollama's library names it."""


class WorkflowList(Frozen):
    """The saved plans there are, also those that cannot be used."""

    workflows: tuple[WorkflowEntry, ...]


class WorkflowRequest(Frozen):
    """The body of POST /runs/{id}/workflow."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$", examples=["my-research"])]
    """What requests will call it; its file gets the same name."""
    description: Annotated[str, Field(max_length=2_000)] = ""
    """What it does, for people."""
    inputs: Annotated[tuple[str, ...], Field(max_length=200)] | None = None
    """The arguments that become inputs, as `t1.limit`; null takes every text, number and truth value in the plan."""
    replace: bool = False
    """Write it anew, where there is a file of this name."""


class Load(Frozen):
    """What the process takes of the machine, and what it has to do."""

    uptime: float
    """Seconds since the process began."""
    cpu_seconds: float
    """CPU time since then, without that of the MCP servers' processes."""
    memory: int | None = None
    """Bytes that the process holds now; left out where the system does not tell."""
    peak_memory: int | None = None
    """The most bytes that it has held."""
    runs: RunCounts
    servers: dict[str, int]
    """How many MCP servers are in each state."""
    history: HistoryState


class Health(Frozen):
    """The process is alive."""

    status: Literal["ok"] = "ok"
    version: str
    trouble: str | None = None
    """Why runs cannot be kept now; they go on all the same."""
    load: Load | None = None
    """With `verbose` only."""


class Readiness(Frozen):
    """Whether a question can be answered now."""

    ready: bool
    reasons: tuple[str, ...]
    """What is missing or not there yet, and what to do."""


class EventMessage(Frozen):
    """The `data` of one server-sent event; its `id` is `seq`, its `event` is `type`."""

    seq: int
    run_id: str
    at: float
    """Seconds since the run began."""
    type: str
    message: str
    """The thinking step, for people; may be empty."""
    data: dict[str, JsonValue]
