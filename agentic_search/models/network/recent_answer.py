"""Asks a server something at most every few seconds: who asks meanwhile, or at the same time, gets the same answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from agentic_search.clock import Clock
from agentic_search.errors import ModelUnavailable

AnswerT = TypeVar("AnswerT")


class RecentAnswer(Generic[AnswerT]):
    """What `ask` said last, as long as it may be believed."""

    def __init__(self, ask: Callable[[], Awaitable[AnswerT]], clock: Clock, *, fresh_for: float) -> None:
        """`ask` may raise ModelUnavailable; `fresh_for`: seconds."""
        self._ask = ask
        self._clock = clock
        self._fresh_for = fresh_for
        self._asking = asyncio.Lock()
        self._last: tuple[float, AnswerT | ModelUnavailable] | None = None

    async def get(self, *, fresh: bool = False) -> AnswerT:
        """The answer, at most `fresh_for` seconds old, or new when `fresh`. Raises ModelUnavailable."""
        asked = self._clock.now()
        async with self._asking:
            known = self._known(asked, fresh=fresh)
            if known is None:
                known = await self._try()
                self._last = (self._clock.now(), known)
        if isinstance(known, ModelUnavailable):
            raise ModelUnavailable(str(known))
        return known

    def _known(self, asked: float, *, fresh: bool) -> AnswerT | ModelUnavailable | None:
        """What was learnt last, if it may still be believed: a failure only by those who waited while it happened."""
        if self._last is None:
            return None
        learnt, outcome = self._last
        believed = 0.0 if fresh or isinstance(outcome, ModelUnavailable) else self._fresh_for
        return outcome if learnt > asked - believed else None

    async def _try(self) -> AnswerT | ModelUnavailable:
        try:
            return await self._ask()
        except ModelUnavailable as error:
            return error
