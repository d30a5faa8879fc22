"""Time as a dependency: everything that waits or measures is given a Clock; tests give one that they advance."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where a part of the service gets its time."""

    def now(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""
        ...

    def wall(self) -> datetime:
        """The date and time of day, with zone, for labels only."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; cancellable."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since an arbitrary moment."""
        return time.monotonic()

    def wall(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait on the running event loop."""
        await asyncio.sleep(seconds)


class PausableLimits:
    """The time limits under way of one tool call: they stand still while somebody is asked something for it."""

    def __init__(self) -> None:
        self.were_paused = False
        self._pauses = 0
        self._running: dict[asyncio.Timeout, float] = {}
        """Each limit, and the seconds that it had left when it was paused last."""

    @contextmanager
    def holding(self, limit: asyncio.Timeout) -> Generator[None]:
        """The limit is under way in this block."""
        self._running[limit] = 0.0
        if self._pauses:
            self._pause(limit)
        try:
            yield
        finally:
            del self._running[limit]

    @contextmanager
    def paused(self) -> Generator[None]:
        """No time passes for the limits in this block."""
        self.were_paused = True
        self._pauses += 1
        if self._pauses == 1:
            for limit in self._running:
                self._pause(limit)
        try:
            yield
        finally:
            self._pauses -= 1
            if not self._pauses:
                for limit, left in self._running.items():
                    if not limit.expired():
                        limit.reschedule(asyncio.get_running_loop().time() + left)

    def _pause(self, limit: asyncio.Timeout) -> None:
        due = limit.when()
        if due is not None and not limit.expired():
            self._running[limit] = due - asyncio.get_running_loop().time()
            limit.reschedule(None)


limits_of_call: ContextVar[PausableLimits | None] = ContextVar("limits_of_call", default=None)
"""The limits of the call under way; None outside of a run's calls."""


@asynccontextmanager
async def time_limit(seconds: float) -> AsyncGenerator[None]:
    """Raise TimeoutError after so many seconds, those left out in which the call's limits were paused."""
    limits = limits_of_call.get() or PausableLimits()
    async with asyncio.timeout(seconds) as limit:
        with limits.holding(limit):
            yield


async def happens(event: asyncio.Event, *, within: float) -> None:
    """Wait for the event, so many seconds of the machine's clock at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()
