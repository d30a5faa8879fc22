"""A run's channel: numbers the facts that are emitted and gives them to any number of listeners, from any number on.

The channel keeps every event and a listener only has a position in that log, so a slow or absent listener costs nothing
and delays nobody; who is behind gets what has come in the meantime at once. `emit` is synchronous and never raises;
after the terminal fact it takes no more, and packs the log.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

from agentic_search.clock import Clock
from agentic_search.events.event import Event, PackedEvents
from agentic_search.events.facts import Fact

_AT_A_TURN = 32
"""Listeners that are woken at one turn of the event loop: of a thousand, all at once would hold it for 0.1 s."""

_PAUSE = 0.01
"""Seconds before more are woken while the run goes on: a thousand are told of ten events in a few messages each."""

_MOST_EVENTS = 64
"""Events that a listener is given at once."""

logger = logging.getLogger(__name__)


class Channel:
    """The events of one run; used from one event loop."""

    def __init__(
        self,
        run_id: str,
        clock: Clock,
        *,
        observe: Callable[[Event], None] | None = None,
        before: Sequence[Event] = (),
        holds: bool = False,
    ) -> None:
        """`observe` sees each event as it is emitted, before any listener; the terminal one when it is packed.

        `before`: what the run emitted in a process that died. Its numbers go on from there, and so does its time.
        `holds`: listeners are given no event before it is kept. Else one that was told may be lost with the process,
        and the run goes on with another one under its number.
        """
        self.run_id = run_id
        self._clock = clock
        self._passed = before[-1].at if before else 0.0
        """Seconds that it ran in another process."""
        self._events: list[Event] = [*before]
        self._packed: PackedEvents | None = None
        self.last = len(before)
        """The number of the last event."""
        self._kept: int | None = len(before) if holds else None
        """The number of the last event that listeners are given; None for all that there are."""
        self.listeners = 0
        """How many follow the run now."""
        self._waiting: set[asyncio.Future[None]] = set()
        self._keepers: set[asyncio.Future[None]] = set()
        """Of whoever keeps the events."""
        self._due: deque[asyncio.Future[None]] = deque()
        """Of listeners that have something to read, and are not woken yet."""
        self._over = asyncio.Event()
        self._observe = observe
        self._left = False
        self.restart_clock()

    def __repr__(self) -> str:
        state = "closed" if self.closed else f"open, {len(self._events)} events"
        return f"<Channel {self.run_id!r} {state}, {len(self._waiting)} waiting>"

    @property
    def closed(self) -> bool:
        """The terminal event has been emitted."""
        return self._packed is not None

    @property
    def kept_bytes(self) -> int:
        """Bytes that the run takes in memory, about; 0 until the terminal event."""
        return len(self._packed.packed) + self._packed.size if self._packed is not None else 0

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self._clock.now() - self._began

    def restart_clock(self) -> None:
        """Let the run begin now: it waited in a queue until here."""
        self._began = self._clock.now() - self._passed

    def leave(self) -> None:
        """No more comes in this process: whoever follows or waits is let go, without a terminal event."""
        self._left = True
        self._over.set()
        self._wake_all(self._waiting)
        self._wake_all(self._keepers)

    def keep(self, number: int) -> None:
        """The events up to this number are kept, or given up: listeners are given them."""
        if self._kept is not None and number > self._kept:
            self._kept = number
            self._wake_all(self._waiting)

    def emit(self, fact: Fact) -> None:
        """Number the fact, keep it, wake the listeners."""
        if self.closed or self._left:
            logger.debug("run %s has ended: %s comes too late", self.run_id, fact.kind)
            return
        self._take(Event(self.last + 1, self.run_id, self.elapsed, fact))

    def add(self, events: Sequence[Event]) -> None:
        """Take the next events of a run that another process carries out."""
        for event in events:
            if not (self.closed or self._left):
                self._take(event)

    def _take(self, event: Event) -> None:
        self.last = event.seq
        self._events.append(event)
        if event.fact.terminal:
            # Present listeners have the list, and read it to its end.
            self._packed, self._events = PackedEvents.of(self.run_id, self._events), []
            self._over.set()
        if self._observe is not None:
            self._observe(event)
        if event.fact.terminal:
            self._observe = None  # it may be of whoever owns the channel: a circle would outlive both
        self._wake_all(self._keepers)
        if self._kept is None:
            self._wake_all(self._waiting)

    async def follow(self, after: int = 0, *, live: bool = True) -> AsyncIterator[Sequence[Event]]:
        """Every event with a number above `after` until the terminal one: what has come so far at once, or a part.

        Not `live`: only what has come so far.
        """
        events = self._events if self._packed is None else self._packed.unpack()
        position = max(after, 0)
        self.listeners += 1
        try:
            while True:
                while come := events[position : min(position + _MOST_EVENTS, self._told)]:
                    position += len(come)
                    yield come
                if not live or self._left or (self.closed and position >= self.last):
                    return
                await self._news(self._waiting)
        finally:
            self.listeners -= 1

    async def follow_to_keep(self, after: int = 0) -> AsyncIterator[Sequence[Event]]:
        """As `follow`, for whoever keeps the events: also those that are held."""
        events = self._events if self._packed is None else self._packed.unpack()
        position = after
        while True:
            if come := events[position:]:
                position += len(come)
                yield come
            elif self._left or self.closed:
                return
            else:
                await self._news(self._keepers)

    @property
    def _told(self) -> int:
        return self.last if self._kept is None else self._kept

    def has_no_more(self, after: int) -> bool:
        """Whether the terminal event has no higher number than `after`."""
        return self.closed and after >= self.last and self._told == self.last

    async def ended(self) -> None:
        """Wait for the terminal event, or until none can come any more in this process."""
        await self._over.wait()

    def _wake_all(self, waiting: set[asyncio.Future[None]]) -> None:
        is_waking = bool(self._due)
        self._due.extend(waiting)
        waiting.clear()
        if not is_waking:
            self._wake()

    def _wake(self) -> None:
        for _ in range(min(_AT_A_TURN, len(self._due))):
            future = self._due.popleft()
            if not future.done():
                future.set_result(None)
        if self._due:
            asyncio.get_running_loop().call_later(0 if self._over.is_set() else _PAUSE, self._wake)

    async def _news(self, waiting: set[asyncio.Future[None]]) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.add(future)
        try:
            await future
        finally:
            waiting.discard(future)
