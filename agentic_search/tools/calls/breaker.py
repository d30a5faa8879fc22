"""A circuit breaker: how calls ended flows in, whether another may be made flows out. Pure: asked with `now`.

Closed, calls pass. So many failures one after another open it: calls are refused while it rests. After the rest it is
half open: calls pass one at a time, as trials. An answer closes it; a trial that fails begins a rest twice as long.
"""

from math import inf
from textwrap import shorten
from typing import Literal

from agentic_search.tools.config.server_config import BreakerRules

LONGEST_REST = 600.0
"""Seconds, however many trials fail, unless the first rest is longer already."""
_LONGEST_REASON = 300
"""Characters of a failure that are told: a server's own words may go on and on."""

State = Literal["closed", "open", "half open"]


class Breaker:
    """For one server. Times are seconds on one clock that never goes back."""

    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self._failures = 0
        self._rest = rules.seconds
        self._rests_until = -inf
        """Calls that began before this say nothing about what is now, unless they are answered."""
        self._is_closed = True
        self._on_trial = False
        self._last_failure = ""

    def __repr__(self) -> str:
        return f"<Breaker: {self._failures} failures, {'closed' if self._is_closed else 'open'}>"

    def state(self, now: float) -> State:
        """How it stands."""
        if self._is_closed:
            return "closed"
        return "open" if now < self._rests_until else "half open"

    def rests_for(self, now: float) -> float:
        """Seconds until a call may be tried; 0 where one may be now."""
        return 0.0 if self._is_closed else max(0.0, self._rests_until - now)

    def refusal(self, now: float) -> str | None:
        """Why no call may be made now, for people; none where one may."""
        match self.state(now):
            case "open":
                return f"{self._story()}; it is tried again in {max(1.0, self.rests_for(now)):.0f} s"
            case "half open" if self._on_trial:
                return f"{self._story()}; another call is trying it just now"
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
        self._rest = self._rules.seconds
        self._rests_until = -inf

    def failed(self, began: float, now: float, why: str) -> None:
        """A call that began at `began` failed through the server's fault."""
        if began < self._rests_until:
            return
        self._failures += 1
        self._last_failure = shorten(why, _LONGEST_REASON, placeholder=" …")
        if self._is_closed:
            if self._failures >= self._rules.failures:
                self._open(now)
        else:
            self._rest = max(self._rest, min(2 * self._rest, LONGEST_REST))
            self._open(now)

    def left(self, began: float) -> None:
        """A call was given up by whoever made it: that says nothing, and if it was a trial the next call is one."""
        if began >= self._rests_until:
            self._on_trial = False

    def start_afresh(self, now: float) -> None:
        """The server is a new one, as far as anybody knows."""
        self.answered()
        self._rests_until = now

    def _open(self, now: float) -> None:
        self._is_closed = False
        self._on_trial = False
        self._rests_until = now + self._rest

    def _story(self) -> str:
        times = f"its last {self._failures} calls" if self._failures > 1 else "its last call"
        return f"{times} failed, the last one so: {self._last_failure}"
