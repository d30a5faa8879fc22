"""How many requests of a key may come: so many a minute, and so many at once. Pure; a time is passed in."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

_SPAN = 60.0
"""Seconds in which a rate's requests may come, also all at once."""
MOST_OPEN = 200
"""Requests of a key under way, its open streams included."""


@dataclass(slots=True)
class Meter:
    """The requests of one key at this process: the generic cell rate algorithm, which keeps one number."""

    _full_at: float = 0.0
    """When all that was asked for will have been allowed for again."""
    open: int = 0
    """Requests under way."""

    def wait(self, rate: int, now: float) -> float:
        """Seconds until a request may come; 0 counts this one."""
        cost = _SPAN / rate
        due = max(self._full_at, now) + cost
        if due - now > _SPAN + 1e-9:
            return due - now - _SPAN
        self._full_at = due
        return 0.0


@dataclass(slots=True)
class Meters:
    """One for each key that is used."""

    _by_key: dict[str, Meter] = field(default_factory=dict[str, Meter])

    def of(self, key_id: str) -> Meter:
        """That of a key."""
        return self._by_key.setdefault(key_id, Meter())

    @contextmanager
    def under_way(self, key_id: str) -> Generator[None]:
        """A request is under way in this block."""
        meter = self.of(key_id)
        meter.open += 1
        try:
            yield
        finally:
            meter.open -= 1
