"""What is asked of the history: lists, runs of before, renaming, deleting, undoing; each in a thread, for it blocks."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime

from cachetools import LRUCache

from agentic_search.access.caller import Caller
from agentic_search.clock import Clock
from agentic_search.domain.answer import Turn
from agentic_search.domain.history import (
    Conversation,
    Deleted,
    HistoryState,
    RunFilter,
    RunPage,
    ThreadPage,
    ThreadReport,
)
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunReport
from agentic_search.errors import StorageFailed
from agentic_search.events.event import Event
from agentic_search.history import deleting, listing, stored_runs
from agentic_search.history.recorder import Recorder

_RUNS_OF_THREAD = 200
_CALLERS = 20_000
_CHUNKS = 20
"""Of events, read at once."""


class History:
    """The runs and conversations in the database; every method may raise StorageFailed."""

    def __init__(
        self,
        recorder: Recorder,
        gone: Mapping[str, int],
        *,
        clock: Clock,
        on_deleted: Callable[[str], Awaitable[None]],
    ) -> None:
        """`gone`: how many runs went for good, by why; `on_deleted` is given the id of each that is deleted."""
        self._recorder = recorder
        self._gone = gone
        self._clock = clock
        self._on_deleted = on_deleted
        self._callers: LRUCache[str, str | None] = LRUCache(_CALLERS)
        """Whose runs are, which never changes."""
        self._sees_only: str | None = None

    def __repr__(self) -> str:
        return f"<History {self._recorder!r}>"

    async def list(self, chosen: RunFilter, *, limit: int, cursor: str | None = None) -> RunPage:
        """`limit` runs after the cursor, newest first; raises RequestError for a cursor that is none."""
        if self._sees_only is not None:
            chosen = replace(chosen, asked_by=self._sees_only)
        # Before the rows are read: a run that ends meanwhile is among the one or the other.
        drafts, owner = list(self._recorder.drafts.values()), self._recorder.owner.name
        return await self._recorder.transact(listing.list_runs, chosen, drafts, owner, limit=limit, cursor=cursor)

    async def threads(self, wanted: str | None, *, limit: int, cursor: str | None = None) -> ThreadPage:
        """`limit` conversations after the cursor; raises RequestError for a cursor that is none."""
        return await self._recorder.transact(listing.list_threads, wanted, self._sees_only, limit=limit, cursor=cursor)

    async def thread(self, thread_id: str) -> ThreadReport:
        """A conversation with its newest runs; raises NotFound."""
        await self.check_thread(thread_id)
        summary = await self._recorder.transact(listing.thread_of, thread_id)
        page = await self.list(RunFilter(thread_id=thread_id), limit=_RUNS_OF_THREAD)
        return ThreadReport(**summary.model_dump(), runs=page.runs[::-1])

    async def conversation(self, thread_id: str, *, limit: int, cursor: str | None = None) -> Conversation:
        """A conversation with `limit` of its runs as they are shown; raises NotFound, or RequestError for a cursor."""
        await self.check_thread(thread_id)
        drafts = self._recorder.drafts.values()
        own = {draft.record.id: draft.record for draft in drafts if draft.record.thread_id == thread_id}
        summary = await self._recorder.transact(listing.thread_of, thread_id)
        page = await self.list(RunFilter(thread_id=thread_id), limit=limit, cursor=cursor)
        others = [run.id for run in page.runs if run.id not in own]
        stored = await self._recorder.transact(stored_runs.briefs_of, others)
        briefs = stored | {run_id: record.report().brief() for run_id, record in own.items()}
        runs = tuple(briefs[run.id] for run in page.runs if run.id in briefs)  # another process may have deleted one
        return Conversation(**summary.model_dump(), runs=runs, next_cursor=page.next_cursor)

    async def rename(self, thread_id: str, title: str) -> ThreadReport:
        """Call a conversation otherwise; raises NotFound."""
        await self.check_thread(thread_id)
        await self._recorder.transact(deleting.rename_thread, thread_id, title)
        return await self.thread(thread_id)

    async def delete_run(self, run_id: str) -> Deleted:
        """Delete a run that has ended; raises NotFound or WrongState."""
        await self.check_run(run_id)
        await self._recorder.written()
        now = self._now()
        await self._recorder.transact(deleting.delete_run, run_id, now)
        await self._on_deleted(run_id)
        return _deleted(run_id, f"POST /runs/{run_id}/restore", now)

    async def restore_run(self, run_id: str) -> RunReport:
        """Bring a run back; raises NotFound where it is gone for good."""
        await self.check_run(run_id)
        await self._recorder.transact(deleting.restore_run, run_id)
        return await self.report(run_id)

    async def delete_thread(self, thread_id: str) -> Deleted:
        """Delete a conversation with its runs, which have ended; raises NotFound or WrongState."""
        await self.check_thread(thread_id)
        await self._recorder.written()
        now = self._now()
        for run_id in await self._recorder.transact(deleting.delete_thread, thread_id, now):
            await self._on_deleted(run_id)
        return _deleted(thread_id, f"POST /threads/{thread_id}/restore", now)

    async def restore_thread(self, thread_id: str) -> ThreadReport:
        """Bring a conversation back, with its runs; raises NotFound where it is gone for good."""
        await self.check_thread(thread_id)
        await self._recorder.transact(deleting.restore_thread, thread_id)
        return await self.thread(thread_id)

    async def report(self, run_id: str) -> RunReport:
        """A run; raises NotFound."""
        await self.check_run(run_id)
        if draft := self._recorder.drafts.get(run_id):
            return draft.record.report()
        return await self._recorder.transact(stored_runs.report_of, run_id)

    async def query(self, run_id: str) -> Query:
        """What was asked; raises NotFound."""
        await self.check_run(run_id)
        await self._recorder.written()
        return await self._recorder.transact(stored_runs.query_of, run_id)

    async def last(self, run_id: str) -> int | None:
        """The number of the last event of a run that has ended; raises NotFound."""
        await self.check_run(run_id)
        await self._recorder.written()
        run = await self._recorder.transact(stored_runs.found, run_id)
        return run.last_seq if run.ended_at is not None else None

    async def events(self, run_id: str, *, after: int) -> AsyncIterator[Sequence[Event]]:
        """The events above number `after` that are kept; raises NotFound."""
        await self.check_run(run_id)
        await self._recorder.written()
        while events := await self._recorder.transact(stored_runs.events_after, run_id, after, _CHUNKS):
            yield events
            after = events[-1].seq

    async def turns_before(self, run_id: str, thread_id: str) -> tuple[Turn, ...] | None:
        """What was asked and answered in a conversation before a run of it; none where that cannot be read."""
        await self._recorder.written()  # the run is in the database before it begins, as far as it can be
        drafts = self._recorder.drafts
        own = drafts.get(run_id)
        if own is not None and own.opens_thread:
            return ()
        place = own.position if own is not None else self.new_position()
        asked_by = own.asked_by if own is not None else None
        ended = [draft for draft in drafts.values() if draft.record.thread_id == thread_id and draft.ended_at]
        ended = [draft for draft in ended if draft.asked_by == asked_by]
        turns = {draft.position: draft.record.turn() for draft in ended if draft.position < place}
        try:
            turns |= await self._recorder.transact(stored_runs.turns_before, thread_id, place, asked_by)
        except StorageFailed:
            return None
        return tuple(turns[position] for position in sorted(turns)[-stored_runs.MOST_TURNS :])

    def new_position(self) -> int:
        """Where a run stands that is asked for now: behind all others, in microseconds."""
        newest = max((draft.position for draft in self._recorder.drafts.values()), default=0)
        return max(newest + 1, int(self._now() * 1_000_000))

    async def state(self) -> HistoryState:
        """What is kept, and what stands against it."""
        recorder = self._recorder
        try:
            count, taken = await self._recorder.transact(deleting.kept)
        except StorageFailed as error:
            count = taken = None
            why = recorder.failure or error
        else:
            why = recorder.failure
        return HistoryState(
            database=recorder.database.address.name,
            runs=count,
            bytes=taken,
            unwritten=len(recorder.drafts),
            lost=recorder.lost,
            deleted=dict(self._gone),
            error=None if why is None else str(why),
        )

    def of(self, caller: Caller) -> "History":
        """The same as a caller sees it: what is not theirs is not there."""
        seen = copy(self)
        seen._sees_only = caller.sees_only
        return seen

    @property
    def sees_all(self) -> bool:
        """Whether it has what is everybody's."""
        return self._sees_only is None

    async def check_run(self, run_id: str) -> None:
        """Raises NotFound for a run that is somebody else's."""
        if self._sees_only is not None and await self.caller_of_run(run_id) != self._sees_only:
            raise stored_runs.no_run(run_id)

    async def check_thread(self, thread_id: str) -> None:
        """Raises NotFound for a conversation that is somebody else's."""
        if self._sees_only is not None and await self.caller_of_thread(thread_id) != self._sees_only:
            raise stored_runs.no_thread(thread_id)

    async def caller_of_run(self, run_id: str) -> str | None:
        """Whose a run is; raises NotFound."""
        if draft := self._recorder.drafts.get(run_id):
            return draft.asked_by
        if run_id not in self._callers:
            self._callers[run_id] = await self._recorder.transact(listing.caller_of_run, run_id)
        return self._callers[run_id]

    async def caller_of_thread(self, thread_id: str) -> str | None:
        """Whose a conversation is; raises NotFound."""
        for draft in self._recorder.drafts.values():
            if draft.record.thread_id == thread_id:
                return draft.asked_by
        return await self._recorder.transact(listing.caller_of_thread, thread_id)

    async def unfinished(self, asked_by: str) -> int:
        """How many runs of a caller have not ended, at all processes."""
        return await self._recorder.transact(listing.unfinished, asked_by)

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written now; none while it can."""
        return None if self._recorder.failure is None else str(self._recorder.failure)

    def _now(self) -> float:
        return self._clock.wall().timestamp()


def _deleted(id_: str, undo: str, now: float) -> Deleted:
    gone = datetime.fromtimestamp(now + deleting.UNDO_SECONDS, UTC).isoformat(timespec="seconds")
    return Deleted(id=id_, undo=undo, gone_at=gone)
