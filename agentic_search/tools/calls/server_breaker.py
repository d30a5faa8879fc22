"""The circuit breaker of one server, on the clock: what its calls say of it, and who is told when that changes."""

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias

from agentic_search.clock import Clock
from agentic_search.errors import ConnectionLost, ServerUnavailable, ToolError, ToolTimeout
from agentic_search.tools.calls.breaker import Breaker, Opening
from agentic_search.tools.config.server_config import BreakerRules

logger = logging.getLogger(__name__)

OnChange: TypeAlias = Callable[[], None]
"""Called when something of a server has changed; synchronous, never raises."""

_FAIR_LIMIT = 5.0
"""Seconds: that a call with a shorter limit was too late may be the fault of whoever set the limit."""


class ServerBreaker:
    """A Breaker on the clock, for one server; says when what can be called of the server changes.

    A failure is the server's where a call timed out, its connection broke or it could not be sent. An error that the
    server answers with is an answer, and so is that it asks for fewer calls. A new session is a fresh start.
    """

    def __init__(
        self, server: str, rules: BreakerRules, *, clock: Clock, usual_limit: float, on_change: OnChange
    ) -> None:
        """`usual_limit`: seconds for a call where the task does not say."""
        self._server = server
        self._clock = clock
        self._breaker = Breaker(rules)
        self._fair_limit = min(_FAIR_LIMIT, usual_limit)
        self._on_change = on_change
        self.on_turn: OnChange = lambda: None
        """Called when it opens or closes by what it sees itself, also where it was half open."""
        self._opened = asyncio.Event()

    def __repr__(self) -> str:
        return f"<ServerBreaker of {self._server}: {self._breaker!r}>"

    @property
    def is_open(self) -> bool:
        """Whether no call is made for now."""
        return self._breaker.state(self._clock.now()) == "open"

    @property
    def is_closed(self) -> bool:
        """Whether calls pass."""
        return self._breaker.is_closed

    @property
    def is_half_open(self) -> bool:
        """Whether the next call is a trial."""
        return self._breaker.state(self._clock.now()) == "half open"

    def refusal(self) -> str | None:
        """Why no call may be made now, for people; none where one may."""
        return self._breaker.refusal(self._clock.now())

    def opening(self) -> Opening | None:
        """What other processes need to know of it; none while it is closed."""
        return self._breaker.opening(self._clock.now())

    def hear(self, opening: Opening | None) -> None:
        """Another process has opened it or, with none, closed it."""
        was_open = self.is_open
        if opening is None:
            self._breaker.answered()
        else:
            self._breaker.open_as(opening, self._clock.now())
            self._opened.set()
        if self.is_open and not was_open:
            logger.warning("%s is not called for a while, as another process found: %s", self._server, self.refusal())
        if self.is_open != was_open:
            self._on_change()

    def tried_elsewhere(self) -> ServerUnavailable:
        """What a call meets while another process makes the trial."""
        return ServerUnavailable(f"{self._server!r} is unavailable: {self._breaker.on_trial()}")

    @contextmanager
    def watch(self, limit: float) -> Generator[None]:
        """A call is made in this block, given `limit` seconds; raises ServerUnavailable where none may be."""
        began = self._clock.now()
        if why := self._breaker.refusal(began):
            raise ServerUnavailable(f"{self._server!r} is unavailable: {why}")
        self._breaker.admit(began)
        try:
            yield
        except ToolError as error:
            self.judge(error, began=began, limit=limit)
            raise
        finally:
            self._breaker.abandoned(began)
        self._note_answer()

    def judge(self, error: ToolError, *, began: float, limit: float) -> None:
        """What a failed call says about the server; it was given `limit` seconds."""
        match error:
            case ToolTimeout() if limit < self._fair_limit:
                return
            case ToolTimeout() | ConnectionLost() | ServerUnavailable():
                self._note_failure(error, began)
            case _:
                self._note_answer()

    def start_afresh(self) -> None:
        """The connection is lost: the next one is to a new server, as far as anybody knows."""
        self._breaker.start_afresh(self._clock.now())

    async def run(self) -> None:
        """Until cancelled, report each time it becomes half open: the server can be called again."""
        while True:
            await self._opened.wait()
            self._opened.clear()
            while (seconds := self._breaker.open_for(self._clock.now())) > 0:
                await self._clock.sleep(seconds)
            self._on_change()

    def _note_answer(self) -> None:
        was_open, was_closed = self.is_open, self._breaker.is_closed
        self._breaker.answered()
        if not was_closed:
            self.on_turn()
        if was_open:
            self._on_change()

    def _note_failure(self, error: ToolError, began: float) -> None:
        was_open = self.is_open
        self._breaker.failed(began, self._clock.now(), str(error))
        if self.is_open and not was_open:
            logger.warning("%s is not called for a while: %s", self._server, self.refusal())
            self._opened.set()
            self.on_turn()
            self._on_change()
