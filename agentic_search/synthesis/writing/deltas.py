"""Joins an answer's deltas: however fast a model writes, one event every few hundredths of a second is read as well."""

import asyncio
from types import TracebackType
from typing import Self

from agentic_search.events.facts import AnswerDelta, Emit, Fact

EVERY = 0.04
"""Seconds from one delta to the next, at least."""


class PacedDeltas:
    """Emits facts; deltas that come too soon after the last are joined, and come before any other fact.

    The first goes at once. Nothing is kept longer than EVERY. As a context manager: what is still kept when an error
    ends it is not emitted any more.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._loop = asyncio.get_running_loop()
        self._kept: list[str] = []
        self._next = self._loop.time()
        """When the next delta may go."""
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._kept.clear()
        self._flush()

    def emit(self, fact: Fact) -> None:
        """Emit it now, or with the deltas to come."""
        if not isinstance(fact, AnswerDelta):
            self._flush()
            self._emit(fact)
            return
        self._kept.append(fact.text)
        if self._loop.time() >= self._next:
            self._flush()
        elif self._timer is None:
            self._timer = self._loop.call_at(self._next, self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._kept:
            text, self._kept = "".join(self._kept), []
            self._next = self._loop.time() + EVERY
            self._emit(AnswerDelta(text=text))
