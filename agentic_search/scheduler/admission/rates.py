"""Rates: the moments at which calls began flow in; whether another may begin, or when, flows out.

A rate counts the calls that began in the last so many seconds, so that it is never exceeded in any such span, wherever
it begins; a burst may use all of it.
"""

from collections import deque
from math import inf, nextafter

from agentic_search.domain.limits import Rate

MOST_OBSERVED = 1_000
"""Where no rate is set, this many beginnings are remembered."""


class Window:
    """The calls that began lately, at one server or tool."""

    def __init__(self, rate: Rate | None) -> None:
        """Without a rate any call may begin, and it is only noted when."""
        self._rate = rate
        self._begun: deque[float] = deque(maxlen=rate.calls if rate else MOST_OBSERVED)

    def __repr__(self) -> str:
        return f"<Window of {self._rate}, {len(self._begun)} begun>"

    @property
    def rate(self) -> Rate | None:
        """What holds now."""
        return self._rate

    def full_until(self, now: float) -> float:
        """The moment from which a call may begin; one that is past where it may now."""
        rate, begun = self._rate, self._begun
        if rate is None or len(begun) < rate.calls or now - begun[0] >= rate.seconds:
            return -inf
        return _end_of_span(begun[0], rate.seconds)

    def begin(self, now: float) -> None:
        """A call begins."""
        self._begun.append(now)

    def halve(self, now: float) -> Rate:
        """Allow half of what was allowed until now or, where all was, of what began in the last second."""
        observed = sum(now - moment < 1.0 for moment in self._begun)
        self._rate = (self._rate or Rate(max(1, observed))).halved()
        self._begun = deque(self._begun, maxlen=self._rate.calls)
        return self._rate


def _end_of_span(begun: float, seconds: float) -> float:
    """The first moment that is so much later: their sum may be rounded to one that is not."""
    end = begun + seconds
    while end - begun < seconds:
        end = nextafter(end, inf)
    return end
