"""The rules of admission once more, by brute force: it keeps its own books of every offer, slot and beginning."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from agentic_search.domain.limits import Limit, Rate
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.admission.admission import LearntRate, Slot
from agentic_search.scheduler.commands import CallId, CallOrder


@dataclass
class Waiting:
    """One call that is offered."""

    tool: Tool
    key: tuple[float, ...]
    since: float


@dataclass
class Oracle:
    """Says of every grant whether it was due, and of every time without a grant whether one was."""

    slots: dict[Hashable, int | None]
    """Of a run, `s:` a server, `t:` a tool."""
    rates: dict[Hashable, Rate]
    batch: dict[Hashable, bool] = field(default_factory=dict[Hashable, bool])
    offers: dict[tuple[Hashable, CallId], Waiting] = field(default_factory=dict[tuple[Hashable, CallId], Waiting])
    held: list[tuple[Slot, tuple[Hashable, ...]]] = field(default_factory=list[tuple[Slot, tuple[Hashable, ...]]])
    begun: dict[Hashable, list[float]] = field(default_factory=dict[Hashable, list[float]])
    rests: dict[Hashable, float] = field(default_factory=dict[Hashable, float])
    learnt: dict[Hashable, float] = field(default_factory=dict[Hashable, float])

    @classmethod
    def of(cls, servers: Mapping[str, Limit], tools: Mapping[str, Limit]) -> "Oracle":
        """With these limits."""
        limits = {f"s:{name}": limit for name, limit in servers.items()}
        limits |= {f"t:{name}": limit for name, limit in tools.items()}
        rates = {name: limit.rate for name, limit in limits.items() if limit.rate}
        return cls({name: limit.max_concurrent for name, limit in limits.items()}, {**rates})

    def enter(self, run: Hashable, *, max_concurrent: int, batch: bool) -> None:
        """A run begins."""
        self.slots[run], self.batch[run] = max_concurrent, batch

    def offer(self, run: Hashable, call: CallId, order: CallOrder, *, tool: Tool, now: float) -> None:
        """A call is ready, or has another order."""
        before = self.offers.get((run, call))
        since = before.since if before else now
        key = (self.batch[run], order.less_urgent, order.shorter, since, order.position, order.element)
        self.offers[run, call] = Waiting(tool, key, since)

    def withdraw(self, run: Hashable, call: CallId) -> None:
        """It is not."""
        self.offers.pop((run, call), None)

    def leave(self, run: Hashable) -> None:
        """None of the run's calls is."""
        self.offers = {key: waiting for key, waiting in self.offers.items() if key[0] is not run}

    def granted(self, slot: Slot, now: float) -> None:
        """Fails unless the call was offered, may begin, and none that is better may."""
        waiting = self.offers.pop((slot.run, slot.call))
        assert self._may_begin(slot.run, waiting.tool, now), "it may not begin"
        better = [each for each in self.offers if self.offers[each].key < waiting.key]
        passed = [each for each in better if self._may_begin(each[0], self.offers[each].tool, now)]
        assert not passed, "a better one was passed over"
        names = self._names(slot.run, waiting.tool)
        self.held.append((slot, names))
        for name in names:
            self.begun.setdefault(name, []).append(now)

    def nothing_granted(self, now: float) -> None:
        """Fails where any call may begin."""
        assert not [each for each in self.offers if self._may_begin(each[0], self.offers[each].tool, now)], "idle"

    def released(self, slot: Slot) -> None:
        """A call has ended."""
        self.held = [each for each in self.held if each[0] is not slot]

    def turned_away(self, slot: Slot, tool: Tool, retry_after: float | None, now: float) -> LearntRate | None:
        """What has to be learnt."""
        server, own = f"s:{tool.server}", f"t:{tool.name}"
        learner = own if own in self.rates and server not in self.rates else server
        self.rests[learner] = max(self.rests.get(learner, 0.0), now + (retry_after or 0.0))
        if slot.begun <= self.learnt.get(learner, -1.0):
            return None
        self.learnt[learner] = now
        lately = sum(now - moment < 1.0 for moment in self.begun.get(learner, ()))
        self.rates[learner] = self.rates.get(learner, Rate(max(1, lately))).halved()
        return LearntRate(tool.server, tool.name if learner == own else None, self.rates[learner], retry_after or 0.0)

    def _names(self, run: Hashable, tool: Tool) -> tuple[Hashable, ...]:
        return run, f"s:{tool.server}", f"t:{tool.name}"

    def _may_begin(self, run: Hashable, tool: Tool, now: float) -> bool:
        return all(self._open(name, now) for name in self._names(run, tool))

    def _open(self, name: Hashable, now: float) -> bool:
        slots, rate = self.slots.get(name), self.rates.get(name)
        under_way = sum(name in names for _, names in self.held)
        lately = sum(now - moment < rate.seconds for moment in self.begun.get(name, ())) if rate else 0
        return (
            (slots is None or under_way < slots)
            and (rate is None or lately < rate.calls)
            and now >= self.rests.get(name, 0.0)
        )
