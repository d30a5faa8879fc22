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

    def __init__(self, run_id: str, clock: Clock, *, observe: Callable[[Event], None] | None = None) -> None:
        """`observe` sees each event as it is emitted, before any listener; the terminal one when it is packed."""
        self.run_id = run_id
        self._clock = clock
        self._began = clock.now()
        self._events: list[Event] = []
        self._packed: PackedEvents | None = None
        self._last = 0
        self.listeners = 0
        """How many follow the run now."""
        self._waiting: set[asyncio.Future[None]] = set()
        self._due: deque[asyncio.Future[None]] = deque()
        """Of listeners that have something to read, and are not woken yet."""
        self._over = asyncio.Event()
        self._observe = observe

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
        self._began = self._clock.now()

    def emit(self, fact: Fact) -> None:
        """Number the fact, keep it, wake the listeners."""
        if self.closed:
            logger.debug("run %s has ended: %s comes too late", self.run_id, fact.kind)
            return
        self._last += 1
        event = Event(self._last, self.run_id, self.elapsed, fact)
        self._events.append(event)
        if fact.terminal:
            # Present listeners have the list, and read it to its end.
            self._packed, self._events = PackedEvents.of(self.run_id, self._events), []
            self._over.set()
        if self._observe is not None:
            self._observe(event)
        if fact.terminal:
            self._observe = None  # it may be of whoever owns the channel: a circle would outlive both
        is_waking = bool(self._due)
        self._due.extend(self._waiting)
        self._waiting.clear()
        if not is_waking:
            self._wake()

    async def follow(self, after: int = 0) -> AsyncIterator[Sequence[Event]]:
        """Every event with a number above `after` until the terminal one: what has come so far at once, or a part."""
        events = self._events if self._packed is None else self._packed.unpack()
        position = max(after, 0)
        self.listeners += 1
        try:
            while True:
                while come := events[position : position + _MOST_EVENTS]:
                    position += len(come)
                    yield come
                if self.closed:
                    return
                await self._news()
        finally:
            self.listeners -= 1

    def has_no_more(self, after: int) -> bool:
        """Whether the terminal event has no higher number than `after`."""
        return self.closed and after >= self._last

    async def ended(self) -> None:
        """Wait for the terminal event."""
        await self._over.wait()

    def _wake(self) -> None:
        for _ in range(min(_AT_A_TURN, len(self._due))):
            future = self._due.popleft()
            if not future.done():
                future.set_result(None)
        if self._due:
            asyncio.get_running_loop().call_later(0 if self.closed else _PAUSE, self._wake)

    async def _news(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
