"""Calls back once, at the earliest of the moments that it was set to."""

import asyncio
from collections.abc import Callable

from agentic_search.clock import Clock


class Alarm:
    """Calls back once, no later than the earliest moment it was set to; perhaps when nothing is due any more."""

    def __init__(
        self, group: asyncio.TaskGroup, clock: Clock, *, now: Callable[[], float], call_back: Callable[[], None]
    ) -> None:
        """`group` holds the waiting; moments are in seconds as `now` gives them."""
        self._group = group
        self._clock = clock
        self._now = now
        self._call_back = call_back
        self._due = 0.0
        self._waiting: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Alarm at {self._due:.3f}>" if self._waiting else "<Alarm, not set>"

    def set(self, due: float | None) -> None:
        """Call back at this moment, if nothing earlier is set."""
        if due is None or (self._waiting is not None and self._due <= due):
            return
        self.cancel()
        self._due = due
        self._waiting = self._group.create_task(self._wait(), name="alarm")

    def cancel(self) -> None:
        """Do not call back."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    async def _wait(self) -> None:
        await self._clock.sleep(max(0.0, self._due - self._now()))
        self._waiting = None
        self._call_back()
