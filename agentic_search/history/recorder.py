"""Writes runs into the database beside their work: what happens is collected for a moment and written together.

One task writes, in a thread. A database that cannot be written holds no run up: what it was to get is kept packed, and
written later, or said to be lost where that becomes too much.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

from agentic_search.clock import Clock, happens
from agentic_search.database import notices
from agentic_search.database.database import Database
from agentic_search.errors import StorageFailed
from agentic_search.events.event import Event
from agentic_search.history.owner import PING, Owner
from agentic_search.history.writing import RunDraft, pack, write
from agentic_search.text.counting import count

_COLLECTED = 0.002
"""Seconds that what happens waits for more, to be written together; more collects while something is written."""
_COLLECTED_IN_MEMORY = 0.05
"""The same where nobody is kept from an event until it is written."""
_RETRY = 1.0
"""Seconds from a failed attempt to the next."""
_PAUSE = 0.05
"""Seconds between two attempts to have all written."""
_PATIENCE = 2.0
"""Seconds that somebody waits for something to be written, at most."""
_MOST_UNWRITTEN = 64 * 1024 * 1024
"""Packed bytes that wait for the database."""
_THREADS = 4

_OF_ONE_ROW = (DataError, IntegrityError, ProgrammingError)
"""What a database says against a row; anything else that it says is of itself."""

_Given = TypeVar("_Given")
_Step = TypeVar("_Step")
_Asked = ParamSpec("_Asked")
logger = logging.getLogger(__name__)


class Recorder:
    """What is not written yet, and who writes it; an async context manager that writes all before it is left."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        on_kept: Callable[[str, int], None],
        on_lost: Callable[[str], None],
    ) -> None:
        """`on_kept` is given a run's id and the number of its last event that is kept, or is not waited for.

        `on_lost` is given the id of each run that another process goes on with: it took this one for dead.
        """
        self.database = database
        self.drafts: dict[str, RunDraft] = {}
        """Runs of this process that are not in the database as a whole, in the order in which they were asked for."""
        self.failure: StorageFailed | None = None
        """Why the last attempt to write failed; none where it did not."""
        self.lost = 0
        """Runs that were given up: they were too much to be kept until they could be written."""
        self.owner = Owner(database)
        self._clock = clock
        self._on_kept, self._on_lost = on_kept, on_lost
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="history")
        self._changed: dict[str, None] = {}
        """The ids of runs with something to write."""
        self._is_writing = False
        self._lost: list[str] = []
        """The ids of runs that the last attempt found to be another process's."""
        self._waiters: list[asyncio.Future[None]] = []
        self._news, self._hurry, self._closing = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._writing: asyncio.Task[None]
        self._holding: asyncio.Task[None]
        self._group = asyncio.TaskGroup()

    def __repr__(self) -> str:
        return f"<Recorder {self.database.address.name!r}, {len(self.drafts)} runs to write>"

    async def __aenter__(self) -> Self:
        """Raises StorageFailed where the database cannot be used."""
        await self._hold()
        await self._group.__aenter__()
        self._writing = self._group.create_task(self._write_on(), name="write runs")
        if not self.database.is_sqlite:
            self._holding = self._group.create_task(self._hold_on(), name="say that the process lives")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._wake()
        await self._group.__aexit__(None, None, None)
        await asyncio.to_thread(self.owner.close)
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)  # what reads has a connection in use

    def begin(self, draft: RunDraft) -> None:
        """A run is about to begin."""
        self.drafts[draft.record.id] = draft
        self._note(draft)

    def discard(self, run_id: str) -> None:
        """It does not begin after all."""
        self.drafts.pop(run_id, None)
        self._changed.pop(run_id, None)

    def add(self, run_id: str, events: Sequence[Event]) -> None:
        """Have events of a run written soon, and with the terminal one the whole of it; never blocks or raises."""
        draft = self.drafts.get(run_id)
        if draft is None or self.failure is not None:
            self._on_kept(run_id, events[-1].seq)  # it is not waited for
        if draft is None:  # given up
            return
        for event in events:
            draft.record.apply(event)
        draft.events += events
        draft.last = events[-1].seq
        if events[-1].fact.terminal:
            draft.ended_at = self._clock.wall().timestamp()
        self._note(draft)

    def add_step(self, run_id: str, name: str, step: object) -> None:
        """Have a finished step of a run written at once; never blocks or raises."""
        if (draft := self.drafts.get(run_id)) is not None:
            draft.steps.append((name, step))
            self._note(draft)
            if not self.database.is_sqlite:  # the fewer calls another process makes again, when this one dies
                self._hurry.set()

    def go_on(self, draft: RunDraft) -> None:
        """Write what comes of a run that another process has begun."""
        self.drafts[draft.record.id] = draft

    async def written(self) -> None:
        """Wait until all is written that was noted, but no longer than a moment, and not while nothing can be."""
        await self._is_written()

    async def surely_written(self) -> None:
        """As `written`, but on Postgres however long it takes: another process may go on with the runs meanwhile."""
        while not (await self._is_written() or self.database.is_sqlite or self._writing.done()):
            await self._clock.sleep(_PAUSE)

    async def _is_written(self) -> bool:
        if self.failure is not None or self._writing.done():
            return False
        if not (self._changed or self._is_writing):
            return True
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._wake()
        try:
            async with asyncio.timeout(_PATIENCE):
                await waiter
        except TimeoutError:
            return False
        return self.failure is None

    async def use(self, work: Callable[[], _Given]) -> _Given:
        """Use the database in a thread. Raises what `work` raises."""
        return await self._in_thread(work)

    async def transact(
        self, work: Callable[Concatenate[Connection, _Asked], _Given], *args: _Asked.args, **named: _Asked.kwargs
    ) -> _Given:
        """Do `work` in a transaction, in a thread. Raises StorageFailed, and what `work` raises."""

        def in_transaction() -> _Given:
            with self.database.transaction() as connection:
                return work(connection, *args, **named)

        return await self._in_thread(in_transaction)

    def _note(self, draft: RunDraft) -> None:
        self._changed[draft.record.id] = None
        self._news.set()

    def _wake(self) -> None:
        self._news.set()
        self._hurry.set()

    async def _write_on(self) -> None:
        """Write whatever is noted, until the recorder closes; what cannot be written is tried again, then once more."""
        is_last = False
        while not is_last:
            await self._news.wait()
            await happens(self._hurry, within=_COLLECTED if self.database.is_lasting else _COLLECTED_IN_MEMORY)
            closing = self._closing.is_set()
            self._news.clear()
            self._hurry.clear()
            await self._write()
            if self.failure is not None and not closing:
                self._give_up_some()
                await happens(self._closing, within=_RETRY)
                self._wake()
            is_last = closing and (self.failure is not None or not (self._changed or self._waiters))
        if self.drafts and self.failure is not None:
            self.lost += len(self.drafts)
            logger.error("%s could not be kept: %s", count(len(self.drafts), "run"), self.failure)

    async def _hold_on(self) -> None:
        """Say again and again that the process lives; what stands against it is told where runs are written."""
        while not self._closing.is_set():
            await happens(self._closing, within=PING)
            with suppress(StorageFailed):
                await self._hold()

    async def _hold(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self.owner.thread, self.owner.hold)

    async def _write(self) -> None:
        waiters, self._waiters = self._waiters, []
        drafts = [draft for run_id in self._changed if (draft := self.drafts.get(run_id))]
        batch = [
            _RunPart(draft, len(draft.events), len(draft.steps), draft.last, ends=draft.ended_at is not None)
            for draft in drafts
        ]
        self._changed = {}
        is_back, self._is_writing = self.failure is not None, True
        try:
            if batch or is_back:
                self._lost = []
                bad = await self._in_thread(lambda: self._write_batch(batch))
                self._succeed(batch, bad)
        except StorageFailed as error:
            self._changed = dict.fromkeys([*(draft.record.id for draft in drafts), *self._changed])
            self._fail(error)
        self._is_writing = False
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _write_batch(self, batch: Sequence["_RunPart"]) -> list[str]:
        """In a thread; the event loop only adds events meanwhile, behind those that are packed here.

        Gives the ids of runs that cannot be written, whatever the database does.
        """
        bad = [part.draft.record.id for part in batch if not _is_packed(part)]
        good = [part for part in batch if part.draft.record.id not in bad]
        try:
            self._write_parts(good)
        except StorageFailed as error:
            if not _is_of_one_run(error):
                raise
            for part in good:
                try:
                    self._write_parts([part])
                except StorageFailed as of_part:
                    if not _is_of_one_run(of_part):
                        raise
                    logger.exception("run %s cannot be kept", part.draft.record.id)
                    bad.append(part.draft.record.id)
        return bad

    def _write_parts(self, parts: Sequence["_RunPart"]) -> None:
        drafts, ending = [part.draft for part in parts], [part.draft for part in parts if part.ends]
        try:
            with self.database.transaction() as connection:
                gone = write(connection, drafts, ending=[draft.record.id for draft in ending])
                notices.tell(connection, [notices.of_run(draft.record.id) for draft in drafts if draft.chunks])
        except BaseException as error:  # where memory is short a library in Rust raises no Exception
            for draft in drafts:
                draft.row_status = None
            if isinstance(error, StorageFailed):
                raise
            raise StorageFailed(f"what was found cannot be written: {error!r}") from error
        self._lost += [draft.record.id for draft in gone]
        for draft in drafts:
            draft.note_written()

    def _succeed(self, batch: Sequence["_RunPart"], bad: Sequence[str]) -> None:
        if self.failure is not None:
            logger.info("searches are kept again in %s", self.database.address.name)
        self.failure = None
        for part in batch:
            self._on_kept(part.draft.record.id, part.last)
            if part.ends:
                self.drafts.pop(part.draft.record.id, None)
        for run_id in bad:
            self.discard(run_id)
            self.lost += 1
        for run_id in self._lost:
            self.discard(run_id)
            self._on_lost(run_id)

    def _fail(self, error: StorageFailed) -> None:
        if self.failure is None:
            logger.error("searches cannot be kept for now: %s", error)
        self.failure = error
        for run_id, draft in self.drafts.items():
            self._on_kept(run_id, draft.last)

    def _give_up_some(self) -> None:
        """Those that ended first: what waits must not fill the memory."""
        waiting = {run_id: draft.unwritten_bytes for run_id, draft in self.drafts.items()}
        total = sum(waiting.values())
        for run_id, size in waiting.items():
            if total <= _MOST_UNWRITTEN:
                return
            if self.drafts[run_id].ended_at is not None:
                self.discard(run_id)
                self.lost += 1
                total -= size
                logger.error("search %s is lost: too much waits to be kept", run_id)

    async def _in_thread(self, work: Callable[[], _Given]) -> _Given:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


@dataclass(frozen=True, slots=True)
class _RunPart:
    """What of a run is written now."""

    draft: RunDraft
    count: int
    """Events, from the first that is not packed yet."""
    steps: int
    """Finished steps, as above."""
    last: int
    """The number of the last event."""
    ends: bool


def _is_of_one_run(error: StorageFailed) -> bool:
    cause = error.__cause__
    return isinstance(cause, _OF_ONE_ROW) or not isinstance(cause, SQLAlchemyError)


def _is_packed(part: _RunPart) -> bool:
    """Pack its events; false where something in them is no JSON, or the memory is too short for it."""
    try:
        pack(part.draft, part.draft.events[: part.count], part.draft.steps[: part.steps])
    except BaseException:  # as above: none of them may end the engine
        logger.exception("run %s cannot be kept", part.draft.record.id)
        return False
    del part.draft.events[: part.count], part.draft.steps[: part.steps]
    return True
