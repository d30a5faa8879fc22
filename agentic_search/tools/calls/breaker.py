"""A circuit breaker: told how calls of one server ended, it says whether another may be made.

Closed, calls pass. So many failures one after another open it: calls are refused for a while. After that it is half
open: calls pass one at a time, as trials. An answer closes it; a trial that fails opens it for twice as long.
"""

from dataclasses import dataclass
from math import inf
from textwrap import shorten
from typing import Literal, TypeAlias

from agentic_search.tools.config.server_config import BreakerRules

LONGEST_OPEN = 600.0
"""Seconds, however many trials fail, unless the rules say more."""
_LONGEST_REASON = 300
"""Characters of a failure in messages: what a server says of it may be of any length."""

BreakerState: TypeAlias = Literal["closed", "open", "half open"]


@dataclass(frozen=True, slots=True)
class Opening:
    """What others need to know of a breaker that is not closed."""

    left: float
    """Seconds until a call may be tried."""
    seconds: float
    """How long it is open in all: after a trial that fails twice as long."""
    failures: int
    why: str
    """The last failure."""


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

    @property
    def is_closed(self) -> bool:
        """Calls pass."""
        return self._is_closed

    def open_for(self, now: float) -> float:
        """Seconds until a call may be tried; 0 where one may be now."""
        return 0.0 if self._is_closed else max(0.0, self._open_until - now)

    def refusal(self, now: float) -> str | None:
        """Why no call may be made now, for people; none where one may."""
        match self.state(now):
            case "open":
                return f"{self._history()}; it is tried again in {max(1.0, self.open_for(now)):.0f} s"
            case "half open" if self._on_trial:
                return self.on_trial()
            case _:
                return None

    def on_trial(self) -> str:
        """Why no call may be made while another one is the trial."""
        return f"{self._history()}; another call is trying it just now"

    def opening(self, now: float) -> Opening | None:
        """What others need to know of it; none while it is closed."""
        if self._is_closed:
            return None
        return Opening(self.open_for(now), self._open_seconds, self._failures, self._last_failure)

    def open_as(self, opening: Opening, now: float) -> None:
        """Another one of the same server has opened."""
        self._is_closed = self._on_trial = False
        self._open_until = now + opening.left
        self._open_seconds, self._failures, self._last_failure = opening.seconds, opening.failures, opening.why

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
