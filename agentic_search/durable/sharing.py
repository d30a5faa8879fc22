"""Takes runs that wait in the database while this process has room, and what is asked of the runs that it has."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from agentic_search.clock import Clock, happens
from agentic_search.database.notices import MESSAGES, QUEUE, Notices
from agentic_search.durable.messages import RunMessage, StoredMessage, messages_to
from agentic_search.durable.taking_over import UnfinishedRun, dead_owners, queue_again, take
from agentic_search.errors import NotFound, StorageFailed, WrongState
from agentic_search.history.recorder import Recorder

_LOOK = 0.75
"""Seconds between two looks for runs of dead processes, and for what no notice told of."""

logger = logging.getLogger(__name__)


class Sharing:
    """An async context manager: all that can be taken at once has been taken when it is entered."""

    def __init__(
        self,
        recorder: Recorder,
        notices: Notices,
        *,
        clock: Clock,
        room: Callable[[], int],
        go_on: Callable[[UnfinishedRun], None],
        on_message: Callable[[str, RunMessage], Awaitable[bool]],
    ) -> None:
        """`room`: how many runs may begin now. `go_on` is given each run that is taken.

        `on_message` is given a run's id and what is asked of it; false where it is to be asked again.
        """
        self._recorder = recorder
        self._notices = notices
        self._clock = clock
        self._room, self._go_on, self._on_message = room, go_on, on_message
        self._dead_since: dict[str, float] = {}
        """Processes that were dead at the last look. Where Postgres was away all are, until they are back, too."""
        self._looked_at = clock.now()
        self._obeyed: set[int] = set()
        """The numbers of messages that are done."""
        self._queued = self._seen = 0
        """How many runs this process has put into the database; how many there were when none waited any more."""
        self._news, self._asked = asyncio.Event(), asyncio.Event()
        """Something is to be looked at; something is asked of runs, perhaps of this process."""
        self._closing = False
        self._looking: asyncio.Task[None] | None = None
        self._group = asyncio.TaskGroup()

    def __repr__(self) -> str:
        return f"<Sharing of {self._recorder.database.address.name!r}>"

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        try:
            await self._look()
        except StorageFailed as error:
            logger.warning("runs that have not ended cannot go on for now: %s", error)
        else:
            if self._is_alone:
                return self
        self._looking = self._group.create_task(self._look_on(), name="take runs")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await self._group.__aexit__(None, None, None)

    async def stop(self) -> None:
        """Take no more: none is being taken on return."""
        self._closing = True
        self._news.set()
        if self._looking is not None:
            await self._looking

    @property
    def is_behind(self) -> bool:
        """Runs wait that this process has put into the database: none that comes now goes before them."""
        return self._queued > self._seen

    def note_queued(self) -> None:
        """This process has put a run into the database."""
        self._queued += 1

    def note_room(self) -> None:
        """A run has ended: another one may begin."""
        self._news.set()

    @property
    def _owner(self) -> str:
        return self._recorder.owner.name

    @property
    def _is_alone(self) -> bool:
        """SQLite's file has one process: what has not ended when that starts is of one that died."""
        return self._recorder.database.is_sqlite

    async def _look_on(self) -> None:
        with self._notices.heard(QUEUE, MESSAGES) as self._news, self._notices.heard(MESSAGES) as self._asked:
            while not self._closing:
                self._news.clear()
                with suppress(StorageFailed):  # it may come back
                    await self._look()
                    if self._is_alone:
                        return
                await happens(self._news, within=_LOOK)

    async def _look(self) -> None:
        if self._is_alone:
            await self._recorder.transact(queue_again, await self._recorder.transact(dead_owners, self._owner))
            await self._take(sys.maxsize)
            return
        if is_due := self._clock.now() - self._looked_at >= _LOOK:
            await self._look_for_dead()
        has_taken = await self._take(self._room())  # what was asked of these is theirs to do from now on
        if not (is_due or has_taken or self._asked.is_set()):
            return
        self._asked.clear()
        for each in await self._recorder.transact(messages_to, self._owner):
            if each.number not in self._obeyed and await self._obey(each):
                self._obeyed.add(each.number)

    async def _look_for_dead(self) -> None:
        """Those that were dead at the look before, too, are waited for no longer."""
        now = self._looked_at = self._clock.now()
        dead = await self._recorder.transact(dead_owners, self._owner)
        self._dead_since = {name: self._dead_since.get(name, now) for name in dead}
        if gone := [name for name, since in self._dead_since.items() if since < now]:
            await self._recorder.transact(queue_again, gone)

    async def _take(self, most: int) -> bool:
        """Take that many at most; whether there were any."""
        if most <= 0 or self._closing:
            return False
        now, queued = self._clock.wall().timestamp(), self._queued
        taken = await self._recorder.transact(take, self._owner, now, most)
        if len(taken) < most:
            self._seen = queued
        for run in taken:
            self._go_on(run)
        return bool(taken)

    async def _obey(self, each: StoredMessage) -> bool:
        try:
            return await self._on_message(each.run_id, each.message)
        except (NotFound, WrongState) as refused:
            logger.info("what was asked of run %s is not done: %s", each.run_id, refused)
            return True
