"""A bell for a moment: moments flow in, a ring at the earliest of them flows out."""

import asyncio
from collections.abc import Callable

from agentic_search.clock import Clock


class Alarm:
    """Rings once, no later than the earliest moment it was set to; it may ring for nothing."""

    def __init__(
        self, group: asyncio.TaskGroup, clock: Clock, *, now: Callable[[], float], ring: Callable[[], None]
    ) -> None:
        """`group` holds the waiting; moments are in seconds as `now` gives them."""
        self._group = group
        self._clock = clock
        self._now = now
        self._ring = ring
        self._due = 0.0
        self._waiting: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Alarm at {self._due:.3f}>" if self._waiting else "<Alarm, not set>"

    def set(self, due: float | None) -> None:
        """Ring at this moment, if nothing earlier is set."""
        if due is None or (self._waiting is not None and self._due <= due):
            return
        self.cancel()
        self._due = due
        self._waiting = self._group.create_task(self._wait(), name="alarm")

    def cancel(self) -> None:
        """Do not ring."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    async def _wait(self) -> None:
        await self._clock.sleep(max(0.0, self._due - self._now()))
        self._waiting = None
        self._ring()
