"""The service that every way in uses: starts runs, finds them, follows them, stops them."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from weakref import WeakValueDictionary

from agentic_search.access.access import Access
from agentic_search.access.caller import ANYBODY, Caller, need, permitted
from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.approval.policy import ApprovalRules
from agentic_search.domain.query import ContinuedQuery, Query, TraceContext
from agentic_search.domain.run import ENDED, RunCounts, RunReport, Started, TaskRecord
from agentic_search.engine.protocols import Engine
from agentic_search.errors import NotFound, TooManyRequests, WrongState
from agentic_search.events.event import Event
from agentic_search.history.history import History
from agentic_search.metrics.loop_lag import LoopLag
from agentic_search.metrics.run_metrics import RunMetrics
from agentic_search.models.chat import PullProgress
from agentic_search.models.choice import ModelChoice
from agentic_search.runs.continuing import PlanStart, Retry, Synthesis, planned_first, retried, synthesized
from agentic_search.runs.dropped import DroppedDocuments
from agentic_search.runs.ledger import Ledger
from agentic_search.schedules.schedules import Schedules
from agentic_search.text.counting import count
from agentic_search.tools.mcp.auth.sign_ins import SignIns
from agentic_search.tools.pool import ToolPool
from agentic_search.workflows.folder import WorkflowFolder

_LOOK_AGAIN = 2
"""Seconds after which a caller with too many runs asks again."""


class SearchService:
    """Starts runs and finds them again, on whatever engine they live."""

    def __init__(
        self, engine: Engine, history: History, callers_trace: Callable[[], TraceContext | None] | None = None
    ) -> None:
        """`history`: what is kept of runs; `callers_trace`: what whoever asks is doing, where runs are traced."""
        self._callers_trace = callers_trace
        self._engine = engine
        self.history = history
        self._caller = ANYBODY
        self._starting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By the id that its caller has made for a run: of several starts one begins it."""

    def of(self, caller: Caller) -> "SearchService":
        """The same for a caller: what is not theirs is not there, and what they may not do is refused."""
        if caller is self._caller:
            return self
        theirs = copy(self)
        theirs._caller, theirs.history = caller, self.history.of(caller)
        return theirs

    async def start(
        self, query: Query, *, attended: bool = False, run_id: str | None = None, asked_by: str | None = None
    ) -> Started:
        """Begin a search; raises Overloaded, and for a caller Forbidden or TooManyRequests.

        `attended`: its caller learns of tasks that wait, and can approve them.

        `run_id`: an id that the caller has made for it. It begins one run, however often and from wherever it is
        started: who starts it again is given that run as it is, or WrongState where it asks something else.
        `asked_by`: the caller whose it is, where the service itself begins it for them.
        """
        if run_id is not None:
            async with self._starting.setdefault(run_id, asyncio.Lock()):
                begun = await self._begun(run_id, query)
                return begun or await self._start(run_id, query, attended=attended, asked_by=asked_by)
        if self._caller is ANYBODY:
            return await self._start(uuid.uuid4().hex, query, attended=attended, asked_by=asked_by)
        async with self.room_for(self._caller):
            asked_by = await self._owner_of(query.thread_id)
            return await self._start(
                uuid.uuid4().hex, permitted(query, self._caller), attended=attended, asked_by=asked_by
            )

    async def _start(self, run_id: str, query: Query, *, attended: bool, asked_by: str | None) -> Started:
        if self._callers_trace is not None and (told := self._callers_trace()) is not None:
            query = query.model_copy(update={"trace": told})
        thread_id = query.thread_id or uuid.uuid4().hex
        status = await self._engine.start(run_id, query, thread_id=thread_id, attended=attended, asked_by=asked_by)
        return Started(id=run_id, thread_id=thread_id, status=status)

    async def _owner_of(self, thread_id: str | None) -> str | None:
        """Whose a run in a conversation is: everything in one is the same caller's. Raises NotFound."""
        if thread_id is None:
            return self._caller.id
        try:
            owner = await self.history.caller_of_thread(thread_id)
        except NotFound:  # its caller has made the id
            return self._caller.id
        await self.history.check_thread(thread_id)
        return owner

    @asynccontextmanager
    async def room_for(self, caller: Caller) -> AsyncGenerator[None]:
        """The block in which a caller begins a run; raises TooManyRequests where they may have no more.

        One block at a time: two that come together do not both take the last room.
        """
        async with self._starting.setdefault(f"caller {caller.id}", asyncio.Lock()):
            most = caller.max_runs
            if most is not None and caller.id is not None and await self.history.unfinished(caller.id) >= most:
                told = (
                    f"{count(most, 'run')} of this key have not ended, and it may have no more: wait for one, or stop"
                    " it."
                )
                raise TooManyRequests(told, retry_after=_LOOK_AGAIN)
            yield

    async def _begun(self, run_id: str, query: Query) -> Started | None:
        """The run of this id, where there is one."""
        try:
            run = await self._engine.report(run_id)
        except NotFound:
            return None
        asked = await self._engine.query(run_id)
        is_same = (asked.query, asked.instructions) == (query.query, query.instructions)
        if not is_same or query.thread_id not in {None, run.thread_id}:
            raise WrongState(f"Run {run_id!r} has been begun, and asks something else: take another id for this one.")
        return Started(id=run_id, thread_id=run.thread_id, status=run.status)

    async def retry(self, run_id: str, retry: Retry, *, attended: bool = False) -> Started:
        """Begin a run of what did not complete, or of one task; raises NotFound, WrongState or Overloaded."""
        return await self._go_on(run_id, partial(retried, retry=retry), attended=attended)

    async def synthesize(self, run_id: str, synthesis: Synthesis) -> Started:
        """Begin a run that only writes another answer; raises NotFound, WrongState or Overloaded."""
        return await self._go_on(run_id, partial(synthesized, synthesis=synthesis), attended=False)

    async def start_planned(self, run_id: str, start: PlanStart, *, attended: bool = False) -> Started:
        """Begin a run of a plan that was only made; raises NotFound, WrongState or Overloaded."""
        return await self._go_on(run_id, partial(planned_first, start=start), attended=attended)

    async def ledger(self, run_id: str) -> Ledger:
        """What a run that has ended leaves; raises NotFound or WrongState."""
        await self.history.check_run(run_id)
        run = await self._engine.report(run_id)
        if run.status not in ENDED:
            raise WrongState(
                f"Run {run_id!r} has not ended: wait for its end (GET /runs/{run_id}/events), or stop it first:"
                f" POST /runs/{run_id}/cancel."
            )
        told = [event.fact async for events in self._engine.follow(run_id) for event in events]
        return Ledger(told)

    async def _go_on(
        self, run_id: str, make: Callable[[str, Query, Ledger], ContinuedQuery], *, attended: bool
    ) -> Started:
        ledger = await self.ledger(run_id)
        asked = await self._engine.query(run_id)
        query = await asyncio.to_thread(make, run_id, asked, ledger)  # a plan may be large
        thread_id = (await self._engine.report(run_id)).thread_id
        started = await self.start(query.model_copy(update={"thread_id": thread_id}), attended=attended)
        return started.model_copy(update={"retry_of": run_id})

    async def wait(self, run_id: str) -> RunReport:
        """The run, when it has ended; raises NotFound."""
        await self.history.check_run(run_id)
        return await self._engine.ended(run_id)

    def follow(self, run_id: str, *, after: int = 0, live: bool = True) -> AsyncIterator[Sequence[Event]]:
        """The run's events above number `after`, live until the terminal one, each time some; raises NotFound.

        Not `live`: only those that have come so far.
        """
        if self.history.sees_all:
            return self._engine.follow(run_id, after=after, live=live)
        return self._follow_own(run_id, after, live)

    async def _follow_own(self, run_id: str, after: int, live: bool) -> AsyncIterator[Sequence[Event]]:
        await self.history.check_run(run_id)
        events = self._engine.follow(run_id, after=after, live=live)
        try:
            async for come in events:
                yield come
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()

    async def has_no_more(self, run_id: str, *, after: int) -> bool:
        """Whether the run has ended, and event number `after` is its last, or would come later; raises NotFound."""
        await self.history.check_run(run_id)
        return await self._engine.has_no_more(run_id, after=after)

    async def get(self, run_id: str) -> RunReport:
        """The run as far as it has come; raises NotFound."""
        await self.history.check_run(run_id)
        return await self._engine.report(run_id)

    async def task(self, run_id: str, task_id: str) -> TaskRecord:
        """One task with its whole result; raises NotFound."""
        await self.history.check_run(run_id)
        return await self._engine.task(run_id, task_id)

    async def decide(self, run_id: str, task_id: str, decision: Decision) -> TaskRecord:
        """Approve or deny a task that waits; raises NotFound, or WrongState where it waits for nothing like that.

        What is decided for good holds for everybody's runs: only an administrator's word does. Raises Forbidden.
        """
        await self.history.check_run(run_id)
        need(
            self._caller, "admin" if decision.always else "approve", "decide for good" if decision.always else "decide"
        )
        return await self._engine.decide(run_id, task_id, decision)

    async def cancel(self, run_id: str) -> RunReport:
        """Stop a run; raises NotFound, and does nothing to one that has ended."""
        await self.history.check_run(run_id)
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
    schedules: Schedules
    """Standing questions."""
    access: Access
    """Keys, sign-ins and the audit log."""
    dropped: DroppedDocuments
    """What was dropped on the page, for all who search here."""
    metrics: RunMetrics
    """What the runs of this process added up to."""
    loop_lag: LoopLag
    prepare: Callable[[], Awaitable[object]]
    """Begins to load what runs are carried out with, for which the first one waits else; it need not be awaited."""

    def of(self, caller: Caller) -> "Service":
        """The same for a caller, who is given nothing that is not theirs."""
        return replace(self, searches=self.searches.of(caller), schedules=self.schedules.of(caller))
