"""The service that every way in uses: starts runs, finds them, follows them, stops them."""

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.approval.policy import ApprovalRules
from agentic_search.domain.data import Frozen
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunCounts, RunReport, RunStatus, TaskRecord
from agentic_search.engine.protocols import Engine
from agentic_search.events.event import Event
from agentic_search.history.history import History
from agentic_search.models.chat import PullProgress
from agentic_search.models.choice import ModelChoice
from agentic_search.scheduler.approval.memory import ApprovalMemory
from agentic_search.tools.mcp.auth.sign_ins import SignIns
from agentic_search.tools.pool import ToolPool
from agentic_search.workflows.folder import WorkflowFolder


class Started(Frozen):
    """A run that was accepted."""

    id: str
    thread_id: str
    status: RunStatus


class SearchService:
    """Starts runs and finds them again, on whatever engine they live."""

    def __init__(self, engine: Engine, history: History, approvals: ApprovalMemory) -> None:
        """`history`: what is kept of runs; `approvals`: what is said of tools for good."""
        self._engine = engine
        self.history = history
        self._approvals = approvals

    async def start(self, query: Query, *, attended: bool = False) -> Started:
        """Begin a search; raises Overloaded. `attended`: its caller learns of tasks that wait, and can approve them."""
        run_id, thread_id = uuid.uuid4().hex, query.thread_id or uuid.uuid4().hex
        status = await self._engine.start(run_id, query, thread_id=thread_id, attended=attended)
        return Started(id=run_id, thread_id=thread_id, status=status)

    async def wait(self, run_id: str) -> RunReport:
        """The run, when it has ended; raises NotFound."""
        return await self._engine.ended(run_id)

    def follow(self, run_id: str, *, after: int = 0) -> AsyncIterator[Sequence[Event]]:
        """The run's events above number `after`, live until the terminal one, each time some; raises NotFound."""
        return self._engine.follow(run_id, after=after)

    async def has_no_more(self, run_id: str, *, after: int) -> bool:
        """Whether the run has ended, and event number `after` is its last, or would come later; raises NotFound."""
        return await self._engine.has_no_more(run_id, after=after)

    async def get(self, run_id: str) -> RunReport:
        """The run as far as it has come; raises NotFound."""
        return await self._engine.report(run_id)

    async def task(self, run_id: str, task_id: str) -> TaskRecord:
        """One task with its whole result; raises NotFound."""
        return await self._engine.task(run_id, task_id)

    async def decide(self, run_id: str, task_id: str, decision: Decision) -> TaskRecord:
        """Approve or deny a task that waits; raises NotFound, or WrongState where it waits for nothing like that."""
        task = await self._engine.decide(run_id, task_id, decision)
        if decision.always:
            await self._approvals.save()
        return task

    async def cancel(self, run_id: str) -> RunReport:
        """Stop a run; raises NotFound, and does nothing to one that has ended."""
        await self._engine.cancel(run_id, by="user")
        return await self._engine.report(run_id)

    async def end(self) -> None:
        """Take no more runs, and end those there are: each emits its last event, also one that waits for its turn."""
        await self._engine.end()

    def counts(self) -> RunCounts:
        """How many runs there are, and how many listen to them."""
        return self._engine.counts()


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that is open while the service runs."""

    searches: SearchService
    tools: ToolPool
    models: ModelChoice
    workflows: WorkflowFolder
    approval_rules: ApprovalRules
    """What holds for plans that are made, where the request says nothing."""
    pull_model: Callable[[str], AsyncGenerator[PullProgress, None]]
    """Fetches a model for Ollama, with progress; raises ModelError."""
    sign_ins: SignIns
    """People's sign-ins at remote MCP servers."""
    hosts: frozenset[str]
    """Names under which the service may be reached: a sign-in comes back to no other."""
