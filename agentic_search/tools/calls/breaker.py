"""A circuit breaker: told how calls of one server ended, it says whether another may be made.

Closed, calls pass. So many failures one after another open it: calls are refused for a while. After that it is half
open: calls pass one at a time, as trials. An answer closes it; a trial that fails opens it for twice as long.
"""

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from math import inf
from textwrap import shorten
from typing import Literal, TypeAlias

from agentic_search.clock import Clock
from agentic_search.errors import ConnectionLost, ServerUnavailable, ToolError, ToolTimeout
from agentic_search.tools.config.server_config import BreakerRules

logger = logging.getLogger(__name__)

OnChange: TypeAlias = Callable[[], None]
"""Called when something of a server has changed; synchronous, never raises."""

LONGEST_OPEN = 600.0
"""Seconds, however many trials fail, unless the rules say more."""
_LONGEST_REASON = 300
"""Characters of a failure in messages: what a server says of it may be of any length."""

_FAIR_LIMIT = 5.0
"""Seconds: that a call with a shorter limit was too late may be the fault of whoever set the limit."""

BreakerState: TypeAlias = Literal["closed", "open", "half open"]


class Breaker:
    """The rules alone, asked with `now`: seconds on one clock that never goes back."""

    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self._failures = 0
        self._open_seconds = rules.seconds
        self._open_until = -inf
        """Calls that began before this say nothing about what is now, unless they are answered."""
        self._is_closed = True
        self._on_trial = False
        self._last_failure = ""

    def __repr__(self) -> str:
        return f"<Breaker: {self._failures} failures, {'closed' if self._is_closed else 'open'}>"

    def state(self, now: float) -> BreakerState:
        """Closed, open or half open."""
        if self._is_closed:
            return "closed"
        return "open" if now < self._open_until else "half open"

    def open_for(self, now: float) -> float:
        """Seconds until a call may be tried; 0 where one may be now."""
        return 0.0 if self._is_closed else max(0.0, self._open_until - now)

    def refusal(self, now: float) -> str | None:
        """Why no call may be made now, for people; none where one may."""
        match self.state(now):
            case "open":
                return f"{self._history()}; it is tried again in {max(1.0, self.open_for(now)):.0f} s"
            case "half open" if self._on_trial:
                return f"{self._history()}; another call is trying it just now"
            case _:
                return None

    def admit(self, now: float) -> None:
        """A call begins, which `refusal` had nothing against."""
        self._on_trial = self.state(now) == "half open"

    def answered(self) -> None:
        """A call was answered, whenever it began: the server works."""
        self._is_closed = True
        self._on_trial = False
        self._failures = 0
        self._open_seconds = self._rules.seconds
        self._open_until = -inf

    def failed(self, began: float, now: float, why: str) -> None:
        """A call that began at `began` failed through the server's fault."""
        if began < self._open_until:
            return
        self._failures += 1
        self._last_failure = shorten(why, _LONGEST_REASON, placeholder=" …")
        if self._is_closed:
            if self._failures >= self._rules.failures:
                self._open(now)
        else:
            self._open_seconds = max(self._open_seconds, min(2 * self._open_seconds, LONGEST_OPEN))
            self._open(now)

    def abandoned(self, began: float) -> None:
        """A call was given up by whoever made it: that says nothing, and if it was a trial the next call is one."""
        if began >= self._open_until:
            self._on_trial = False

    def start_afresh(self, now: float) -> None:
        """The server is a new one, as far as anybody knows."""
        self.answered()
        self._open_until = now

    def _open(self, now: float) -> None:
        self._is_closed = False
        self._on_trial = False
        self._open_until = now + self._open_seconds

    def _history(self) -> str:
        times = f"its last {self._failures} attempts" if self._failures > 1 else "its last attempt"
        return f"{times} failed, the last one so: {self._last_failure}"


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
        self._opened = asyncio.Event()

    def __repr__(self) -> str:
        return f"<ServerBreaker of {self._server}: {self._breaker!r}>"

    @property
    def is_open(self) -> bool:
        """Whether no call is made for now."""
        return self._breaker.state(self._clock.now()) == "open"

    def refusal(self) -> str | None:
        """Why no call may be made now, for people; none where one may."""
        return self._breaker.refusal(self._clock.now())

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
        was_open = self.is_open
        self._breaker.answered()
        if was_open:
            self._on_change()

    def _note_failure(self, error: ToolError, began: float) -> None:
        was_open = self.is_open
        self._breaker.failed(began, self._clock.now(), str(error))
        if self.is_open and not was_open:
            logger.warning("%s is not called for a while: %s", self._server, self.refusal())
            self._opened.set()
            self._on_change()
