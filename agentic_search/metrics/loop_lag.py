"""How late the event loop comes to what is due: what holds it holds up every run and every listener."""

import asyncio
from types import TracebackType
from typing import Self

from agentic_search.metrics.tallies import Times

_EVERY = 1.0
"""Seconds between two looks."""
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class LoopLag:
    """Looks once a second while the block lasts."""

    def __init__(self) -> None:
        self.times = Times(_BOUNDS)
        self._next: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        self._look_later(asyncio.get_running_loop())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._next is not None:
            self._next.cancel()

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._next = loop.call_at(loop.time() + _EVERY, self._look, loop, loop.time() + _EVERY)

    def _look(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self.times.note(max(0.0, loop.time() - due))
        self._look_later(loop)
