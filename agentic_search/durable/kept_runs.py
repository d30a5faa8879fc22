"""The engine whose runs are kept: another engine carries them out, and what it forgets the history still has.

On Postgres any number of processes are one such engine together: runs wait in the database for one that has room, and
each process follows, stops and decides on the runs of all.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from types import TracebackType
from typing import Self

from pydantic import JsonValue

from agentic_search.clock import Clock
from agentic_search.database.database import Database
from agentic_search.database.notices import Notices
from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.history import RunFilter
from agentic_search.domain.query import ContinuedQuery, Query
from agentic_search.domain.run import RunCounts, RunReport, RunStatus, RunSummary, TaskRecord
from agentic_search.durable.elsewhere import RunsElsewhere, task_of
from agentic_search.durable.messages import RunMessage
from agentic_search.durable.queueing import queue
from agentic_search.durable.sharing import Sharing
from agentic_search.durable.taking_over import WHOLE_QUERY, UnfinishedRun, hand_over
from agentic_search.engine.protocols import Program, ResumingEngine, Run
from agentic_search.errors import NotFound, StorageFailed
from agentic_search.events.event import Event
from agentic_search.events.facts import RunCompleted
from agentic_search.events.record import RunRecord
from agentic_search.history.deleting import KeptBounds
from agentic_search.history.history import History
from agentic_search.history.owner import NOBODY
from agentic_search.history.recorder import Recorder
from agentic_search.history.retention import Retention
from agentic_search.history.run_journal import RunJournal
from agentic_search.history.writing import RunDraft

_PAGE = 200
_LAST_EVENT = 2.0
"""Seconds that whoever waits for a run's end waits at most until it is kept."""


class KeptRuns:
    """Runs that a restart does not forget; an async context manager."""

    def __init__(
        self,
        database: Database,
        program: Program,
        make_engine: Callable[[Program], AbstractAsyncContextManager[ResumingEngine]],
        *,
        clock: Clock,
        bounds: KeptBounds,
        max_queued: int = sys.maxsize,
        takes_runs: bool = True,
        on_decided: Callable[[Decision], Awaitable[None]] | None = None,
        notices: Notices | None = None,
    ) -> None:
        """`make_engine` gives the engine that carries the program out; `bounds` are those of the history.

        `max_queued`: runs that wait in the database at most. `takes_runs`: this process carries runs out; else it has
        others do that. `on_decided` is given each decision that was taken here. `notices` are heard by others in the
        process, too; without, the runs hear their own.
        """
        self._program = program
        self._make_engine = make_engine
        self._engine: ResumingEngine
        self._clock = clock
        self._max_queued = max_queued
        self._takes_runs = takes_runs
        self._on_decided = on_decided
        self._notices = notices or Notices(database.address, clock=clock)
        self._hears_alone = notices is None
        self.recorder = Recorder(database, clock=clock, on_kept=self._keep, on_lost=self._lose)
        self.retention = Retention(self.recorder, bounds, clock=clock)
        self.history = History(self.recorder, self.retention.gone, clock=clock, on_deleted=self._drop)
        self._elsewhere = RunsElsewhere(self.recorder, self.history, self._notices, clock=clock)
        self._sharing = Sharing(
            self.recorder,
            self._notices,
            clock=clock,
            room=lambda: self._engine.free,
            go_on=self._go_on,
            on_message=self._obey,
        )
        self._group = asyncio.TaskGroup()
        self._recording: dict[str, asyncio.Task[None]] = {}
        """Who follows each run that lives, to write it down."""
        self._finished: dict[str, dict[str, JsonValue]] = {}
        """The steps of runs that go on, which they did in a process that died."""
        self._stack = AsyncExitStack()

    def __repr__(self) -> str:
        return f"<KeptRuns {len(self._recording)} recorded, {self.history!r}>"

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.recorder)
            await stack.enter_async_context(self.retention)
            if self._hears_alone:
                await stack.enter_async_context(self._notices)
            await stack.enter_async_context(self._elsewhere)
            await stack.enter_async_context(self._group)
            self._engine = await stack.enter_async_context(self._make_engine(self._carry_out))
            if self._takes_runs:
                await stack.enter_async_context(self._sharing)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def start(
        self, run_id: str, query: Query, *, thread_id: str, attended: bool = False, asked_by: str | None = None
    ) -> RunStatus:
        """Begin a run, or queue it; gives its status when it is kept. Raises Overloaded where the queue is full."""
        position = self.history.new_position()
        steps = [(WHOLE_QUERY, query)] if isinstance(query, ContinuedQuery) and (query.kept or query.done) else []
        is_shared = not self.recorder.database.is_sqlite and self.recorder.failure is None
        if not self._takes_runs or (is_shared and (self._sharing.is_behind or not self._engine.free)):
            created_at = self._clock.wall().isoformat(timespec="milliseconds")
            record = RunRecord(run_id, thread_id=thread_id, query=query.query, created_at=created_at)
            draft = RunDraft(record, position, NOBODY, query, attended=attended, asked_by=asked_by)
            await self.recorder.transact(queue, draft, steps, most=self._max_queued)
            self._sharing.note_queued()
            return record.status
        status = await self._engine.start(run_id, query, thread_id=thread_id, attended=attended)
        created_at = (await self._engine.report(run_id)).created_at
        record = RunRecord(run_id, thread_id=thread_id, query=query.query, created_at=created_at)
        owner = self.recorder.owner.name
        self.recorder.begin(RunDraft(record, position, owner, query, attended=attended, asked_by=asked_by))
        for name, step in steps:
            self.recorder.add_step(run_id, name, step)
        self._follow(run_id, after=0)
        await self.recorder.written()
        return status

    async def decide(self, run_id: str, task_id: str, decision: Decision) -> TaskRecord:
        """Somebody's word on a task that waits for it; gives the task."""
        try:
            task = await self._engine.decide(run_id, task_id, decision)
        except NotFound:
            return await self._elsewhere.decide(run_id, task_id, decision)
        if self._on_decided is not None:
            await self._on_decided(decision)
        await self.recorder.written()
        return task

    async def cancel(self, run_id: str, *, by: str) -> None:
        """Stop a run and all it does; nothing happens to one that has ended."""
        try:
            await self._engine.cancel(run_id, by=by)
        except NotFound:
            await self._elsewhere.cancel(run_id, by=by)

    async def end(self) -> None:
        """Take no more runs, and stop those there are: all that they did is kept on return.

        Where the database outlives the process they go on at the next start, or in another process; else each ends.
        """
        await self._sharing.stop()
        self._elsewhere.leave()
        if self.recorder.database.is_lasting and self.recorder.failure is None:
            await self._engine.leave()
        else:
            await self._engine.end()
        for run_id in list(self._recording):
            await self._recorded(run_id)
        await self.recorder.written()
        if self.recorder.database.is_lasting and self.recorder.failure is None:
            with suppress(StorageFailed):  # then they are taken over as those of a dead process
                await self.recorder.transact(hand_over, self.recorder.owner.name)

    async def forget(self, run_id: str) -> None:
        """Delete a run that has ended; raises WrongState for one that lives."""
        await self.history.delete_run(run_id)

    def follow(self, run_id: str, *, after: int = 0, live: bool = True) -> AsyncIterator[Sequence[Event]]:
        """The run's events above number `after` until the terminal one, or, if not `live`, those so far."""
        try:
            return self._engine.follow(run_id, after=after, live=live)
        except NotFound:
            return self._elsewhere.follow(run_id, after=after, live=live)

    async def has_no_more(self, run_id: str, *, after: int) -> bool:
        """Whether the run has ended, and event number `after` is its last, or would come later."""
        with suppress(NotFound):
            return await self._engine.has_no_more(run_id, after=after)
        last = await self.history.last(run_id)
        return last is not None and after >= last

    async def ended(self, run_id: str) -> RunReport:
        """Wait for the run's end, and until that is kept."""
        with suppress(NotFound):
            report = await self._engine.ended(run_id)
            await self._recorded(run_id)
            await self.recorder.written()
            return report
        return await self._elsewhere.ended(run_id)

    async def report(self, run_id: str) -> RunReport:
        """The run as far as it has come."""
        with suppress(NotFound):
            return await self._engine.report(run_id)
        return await self.history.report(run_id)

    async def query(self, run_id: str) -> Query:
        """What was asked; of one that went on from another, without the outcomes that it kept."""
        with suppress(NotFound):
            return await self._engine.query(run_id)
        return await self.history.query(run_id)

    async def task(self, run_id: str, task_id: str) -> TaskRecord:
        """One task as far as it has come."""
        return task_of(await self.report(run_id), task_id)

    def counts(self) -> RunCounts:
        """How many runs there are here, and how many listen to these and to those that are elsewhere."""
        counts = self._engine.counts()
        return counts.model_copy(update={"open_streams": counts.open_streams + self._elsewhere.listeners})

    async def summaries(self) -> Iterator[RunSummary]:
        """Every run there is, newest first."""
        found: list[RunSummary] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await self.history.list(RunFilter(), limit=_PAGE, cursor=cursor or None)
            found += page.runs
            cursor = page.next_cursor
        return iter(found)

    async def _carry_out(self, run: Run, query: Query) -> RunCompleted:
        """The program, with the whole conversation: the engine may have forgotten some of it, or never known it."""
        turns = await self.history.turns_before(run.id, run.thread_id)
        if turns is not None:
            run.earlier = turns
        if self.recorder.database.is_lasting:
            run.journal = RunJournal(self.recorder, run.id, self._finished.pop(run.id, {}))
        return await self._program(run, query)

    async def _obey(self, run_id: str, message: RunMessage) -> bool:
        """Do what somebody asked of a run at another process; false where the run does not wait for it yet."""
        if (by := message.cancelled_by) is not None:
            await self._engine.cancel(run_id, by=by)
        elif message.decision is not None:
            task = await self._engine.task(run_id, message.task_id)
            if task.status != "waiting" or task.approval != message.waits_with:
                return False
            await self.decide(run_id, message.task_id, message.decision)
        return True

    def _go_on(self, run: UnfinishedRun) -> None:
        record = run.draft.record
        self._finished[record.id] = run.steps
        self.recorder.go_on(run.draft)
        self._engine.go_on(
            record.id,
            run.query,
            thread_id=record.thread_id,
            attended=run.draft.attended,
            before=run.events,
            created_at=record.created_at,
        )
        self._follow(record.id, after=len(run.events))

    def _keep(self, run_id: str, number: int) -> None:
        self._engine.keep(run_id, number)

    def _lose(self, run_id: str) -> None:
        """Another process goes on with it."""
        self._engine.give_up(run_id)

    def _follow(self, run_id: str, *, after: int) -> None:
        following = self._engine.follow_to_keep(run_id, after=after)
        self._recording[run_id] = self._group.create_task(self._record(run_id, following), name=f"record {run_id}")

    async def _record(self, run_id: str, following: AsyncIterator[Sequence[Event]]) -> None:
        try:
            async for events in following:
                self.recorder.add(run_id, events)
        finally:
            del self._recording[run_id]
            self._sharing.note_room()

    async def _recorded(self, run_id: str) -> None:
        """Wait a moment until the run's last event has come to whoever writes it down."""
        if task := self._recording.get(run_id):
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_EVENT):
                    await asyncio.shield(task)

    async def _drop(self, run_id: str) -> None:
        with suppress(NotFound):
            await self._engine.forget(run_id)
