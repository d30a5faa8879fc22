"""A clock that tests turn by hand."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Stands still until `advance`; sleepers wake when their time has come."""

    def __init__(self) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Seconds turned so far."""
        return self._now

    def wall(self) -> datetime:
        """A fixed day plus the seconds turned."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._now)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been turned this far."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, future))
        await future

    def advance(self, seconds: float) -> None:
        """Turn the clock and wake who is due."""
        self._now += seconds
        for due, future in self._sleepers:
            if due <= self._now and not future.done():
                future.set_result(None)


async def turning(clock: FakeClock, condition: Callable[[], bool], *, patience: float = 20.0) -> None:
    """Turn the clock, a second at a time, until the condition is true; other processes are given a moment each time."""
    async with asyncio.timeout(patience):
        while not condition():
            clock.advance(1.0)
            await asyncio.sleep(0.01)
