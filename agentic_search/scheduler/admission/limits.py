"""What still allows a call of one run, server or tool: free slots, a rate over a sliding span, and pauses asked for.

A rate counts the calls that began in the last so many seconds, so that it is never exceeded in any such span, wherever
it begins; a burst may use all of it.
"""

from collections import deque
from math import inf, nextafter

from agentic_search.domain.limits import NO_LIMIT, Limit, Rate

MOST_OBSERVED = 1_000
"""Where no rate is set, this many beginnings are remembered."""


class Window:
    """The calls that began lately, at one server or tool."""

    def __init__(self, rate: Rate | None) -> None:
        """Without a rate any call may begin, and it is only noted when."""
        self.rate = rate
        self._begun: deque[float] = deque(maxlen=rate.calls if rate else MOST_OBSERVED)

    def __repr__(self) -> str:
        return f"<Window of {self.rate}, {len(self._begun)} begun>"

    def full_until(self) -> float:
        """The moment from which a call may begin; minus infinity where the rate is not used up."""
        rate, begun = self.rate, self._begun
        if rate is None or len(begun) < rate.calls:
            return -inf
        end = begun[0] + rate.seconds
        while end - begun[0] < rate.seconds:  # the sum may be rounded to a moment that is too early
            end = nextafter(end, inf)
        return end

    def begin(self, now: float) -> None:
        """A call begins."""
        self._begun.append(now)

    def lower(self, rate: Rate) -> bool:
        """Allow no more than this rate; whether that is less than was allowed."""
        if self.rate is not None and self.rate.a_second <= rate.a_second:
            return False
        self.rate, self._begun = rate, deque(self._begun, maxlen=rate.calls)
        return True

    def halve(self, now: float) -> Rate:
        """Allow half of what was allowed until now or, where all was, of what began in the last second."""
        observed = sum(now - moment < 1.0 for moment in self._begun)
        rate = (self.rate or Rate(max(1, observed))).halved()
        self.lower(rate)
        return rate


class Limiter:
    """One run, one server or one tool: its slots, its rate and its pauses."""

    def __init__(self, limit: Limit = NO_LIMIT) -> None:
        self.under_way = 0
        self._slots = inf if limit.max_concurrent is None else limit.max_concurrent
        self._window = Window(limit.rate)
        self._paused_until = -inf
        self._learnt_at = -inf

    @property
    def rate(self) -> Rate | None:
        """Configured or learnt."""
        return self._window.rate

    def opens_at(self) -> float:
        """The moment from which a call may begin; infinite where another has to end first."""
        if self.under_way >= self._slots:
            return inf
        return max(self._paused_until, self._window.full_until())

    def take(self, now: float) -> None:
        """A call begins."""
        self.under_way += 1
        self._window.begin(now)

    def release(self) -> None:
        """It has ended."""
        self.under_way -= 1

    def learn(self, begun: float, now: float, pause: float) -> Rate | None:
        """A call that began at `begun` was turned away: pause so many seconds, and halve the rate.

        None where that call began before the rate was last lowered: it says nothing of what was changed since.
        """
        self._paused_until = max(self._paused_until, now + pause)
        if begun <= self._learnt_at:
            return None
        self._learnt_at = now
        return self._window.halve(now)

    def slow_down(self, rate: Rate | None, now: float, pause: float) -> None:
        """Another process has learnt that: as `learn`, and no more than the rate."""
        self._paused_until = max(self._paused_until, now + pause)
        if rate is not None and self._window.lower(rate):
            self._learnt_at = now
