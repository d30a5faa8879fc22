"""How long to wait before trying again: longer each time, never twice alike."""

import random
from collections.abc import Callable

_FIRST = 0.2
_LONGEST = 30.0


class Backoff:
    """Doubling waits from 0.2 to 30 seconds, each shortened by up to half so that many do not return at once."""

    def __init__(self, jitter: Callable[[], float] = random.random) -> None:
        self._jitter = jitter
        self._next = _FIRST

    def next(self) -> float:
        """Seconds to wait now."""
        seconds = self._next * (1 - self._jitter() / 2)
        self._next = min(self._next * 2, _LONGEST)
        return seconds

    def reset(self) -> None:
        """Begin again with the shortest."""
        self._next = _FIRST
