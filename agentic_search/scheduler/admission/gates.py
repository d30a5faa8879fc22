"""Gates that calls must pass, and the lanes that wait at them: calls and the time flow in, open or not flows out."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from math import inf

from agentic_search.domain.limits import NO_LIMIT, Limit, Rate
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.admission.ranked import Ranked
from agentic_search.scheduler.admission.rates import Window
from agentic_search.scheduler.messages import CallId


class Gate:
    """The places and the rate of one run, one server or one tool, and the lanes that wait for it to open."""

    def __init__(self, name: str, limit: Limit = NO_LIMIT) -> None:
        self.lanes: Ranked[Lane] = Ranked()
        self._name = name
        self._max_concurrent = inf if limit.max_concurrent is None else limit.max_concurrent
        self._window = Window(limit.rate)
        self._under_way = 0
        self._rests_until = -inf
        self._learnt_at = -inf

    def __repr__(self) -> str:
        return f"<Gate {self._name}: {self._under_way} under way, {len(self.lanes)} lanes wait>"

    @property
    def under_way(self) -> int:
        """How many calls hold a place."""
        return self._under_way

    @property
    def rate(self) -> Rate | None:
        """Configured or learnt."""
        return self._window.rate

    def closed_until(self, now: float) -> float | None:
        """None while it is open; infinite where a call has to end first."""
        if self._under_way >= self._max_concurrent:
            return inf
        full_until = self._window.full_until(now)
        until = full_until if full_until > self._rests_until else self._rests_until
        return until if until > now else None

    def take(self, now: float) -> None:
        """A call begins."""
        self._under_way += 1
        self._window.begin(now)

    def give_back(self) -> None:
        """It has ended."""
        self._under_way -= 1

    def learn(self, begun: float, now: float, rest: float) -> Rate | None:
        """A call that began at `begun` was told that there are too many: rest so many seconds, and halve the rate.

        None where that call began before the last lesson: it tells nothing of what was changed since.
        """
        self._rests_until = max(self._rests_until, now + rest)
        if begun <= self._learnt_at:
            return None
        self._learnt_at = now
        return self._window.halve(now)


@dataclass(slots=True, eq=False)
class Lane:
    """The ready calls of one run to one tool: whatever stops the first of them stops them all."""

    run: Hashable
    gates: tuple[Gate, ...]
    """All must be open."""
    tool: Tool | None
    calls: Ranked[CallId] = field(default_factory=Ranked[CallId])
    waits_at: Gate | None = None
    """Where it stands; nowhere while it is empty."""

    def go_to(self, gate: Gate) -> None:
        """Wait here from now on, ranked as the first call is; nowhere without a call."""
        self.leave()
        if (first := self.calls.first) is not None:
            gate.lanes.put(self, first)
            self.waits_at = gate

    def leave(self) -> None:
        """Wait nowhere."""
        if self.waits_at is not None:
            self.waits_at.lanes.discard(self)
            self.waits_at = None
