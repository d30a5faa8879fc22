"""The queue of a model server, against a plain reading of its rules: never too many at once, in order, nobody lost."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agentic_search.models.queue import ModelQueue, ModelRequest, Purpose

URGENCY: dict[Purpose, int] = {"answer": 1, "plan": 2, "tool": 3}


@dataclass(eq=False)
class Caller:
    """Somebody who called, and what he was told."""

    purpose: Purpose
    batch: bool
    number: int
    request: ModelRequest | None = None
    told: int = 0
    """His place when he last looked; he looks only when he is told that it may have changed."""
    stale: bool = True


class Queueing(RuleBasedStateMachine):
    """Callers come and go in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.slots = 1
        self.queue = ModelQueue(1)
        self.running: list[Caller] = []
        self.waiting: list[Caller] = []
        self.came = 0

    def admit(self) -> None:
        """What the rules say of the free slots."""
        self.waiting.sort(key=lambda caller: (caller.batch, URGENCY[caller.purpose], caller.number))
        while self.waiting and len(self.running) < self.slots:
            self.running.append(self.waiting.pop(0))

    @rule(purpose=st.sampled_from(list(URGENCY)), batch=st.booleans())
    def come(self, purpose: Purpose, batch: bool) -> None:
        self.came += 1
        caller = Caller(purpose, batch, self.came)
        caller.request = self.queue.enter(purpose, batch=batch, moved=marking(caller))
        self.waiting.append(caller)
        self.admit()

    @rule(data=st.data(), twice=st.booleans())
    def go(self, data: st.DataObject, twice: bool) -> None:
        """A call ends, or is cancelled while it waits, wherever it stands."""
        there = self.running + self.waiting
        if not there:
            return
        caller = data.draw(st.sampled_from(there))
        assert caller.request is not None
        for _ in range(1 + twice):
            self.queue.leave(caller.request)
        (self.running if caller in self.running else self.waiting).remove(caller)
        self.admit()

    @rule(slots=st.integers(1, 4))
    def learn(self, slots: int) -> None:
        self.slots = self.queue.slots = slots
        self.admit()

    @invariant()
    def everybody_knows_his_true_place(self) -> None:
        for caller in (*self.running, *self.waiting):
            if caller.stale:
                assert caller.request is not None
                caller.told, caller.stale = self.queue.before(caller.request), False
        assert [caller.told for caller in self.running] == [0] * len(self.running)
        must_end = len(self.running) - self.slots
        assert [caller.told for caller in self.waiting] == [must_end + n for n in range(1, len(self.waiting) + 1)]
        assert not self.waiting or len(self.running) >= self.slots


def marking(caller: Caller) -> Callable[[], None]:
    """What has the caller look again."""

    def mark() -> None:
        caller.stale = True

    return mark


TestQueueing = Queueing.TestCase
