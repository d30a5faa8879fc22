"""How much a server takes, over all runs of the process: asked with the time, answers at once. No I/O, no clock.

A rate counts the calls that began in the last so many seconds, so that it is never exceeded in any such span, wherever
it begins; a burst may use all of it.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf


@dataclass(frozen=True, slots=True)
class Limit:
    """What one server takes."""

    max_concurrent: int | None = None
    """Calls under way at once."""
    calls: int | None = None
    """Calls that may begin in any span of `seconds`."""
    seconds: float = 1.0


@dataclass(slots=True)
class _Use:
    under_way: int = 0
    begun: deque[float] = field(default_factory=deque[float])


class Limits:
    """The slots and rates of all servers; shared by every run of the process."""

    def __init__(self, limits: Mapping[str, Limit] | None = None) -> None:
        """`limits` by server; one without is not limited."""
        self._limits = dict(limits or {})
        self._uses = {server: _Use() for server in self._limits}
        self._watchers: dict[object, Callable[[], None]] = {}

    def __repr__(self) -> str:
        return f"<Limits { ({server: use.under_way for server, use in self._uses.items()}) }>"

    def admit(self, server: str, now: float) -> float:
        """Take a place for a call: 0 where there is one, else seconds until there may be, infinite until one ends."""
        limit = self._limits.get(server)
        if limit is None:
            return 0.0
        use = self._uses[server]
        if limit.max_concurrent is not None and use.under_way >= limit.max_concurrent:
            return inf
        if limit.calls is not None:
            if len(use.begun) >= limit.calls and (wait := use.begun[-limit.calls] + limit.seconds - now) > 0:
                return wait
            use.begun.append(now)
            while len(use.begun) > limit.calls:
                use.begun.popleft()
        use.under_way += 1
        return 0.0

    def release(self, server: str) -> None:
        """A call that was admitted has ended: whoever waits may ask again."""
        if server in self._uses:
            self._uses[server].under_way -= 1
            for ask_again in list(self._watchers.values()):
                ask_again()

    def watch(self, who: object, ask_again: Callable[[], None]) -> None:
        """Have `ask_again` called whenever a place becomes free, until `unwatch`."""
        self._watchers[who] = ask_again

    def unwatch(self, who: object) -> None:
        """No longer."""
        self._watchers.pop(who, None)
