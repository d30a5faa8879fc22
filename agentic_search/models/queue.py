"""Who may use a model server next: as many requests at once as it has slots, the others in order.

Model servers have few slots, serve in the order of arrival and say nothing to those who wait. So requests wait here,
where the order is ours and their place is known. Pure: no event loop, no clock.
"""

from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, NamedTuple

Purpose = Literal["answer", "plan", "tool"]
"""What a model is called for: writing an answer, planning a round, a task of a plan."""

_PURPOSES: tuple[Purpose, ...] = ("answer", "plan", "tool")
"""Most urgent first: a run that writes its answer is nearly done, and then makes room."""


class TurnOrder(NamedTuple):
    """A request among all that wait for one model server; the least is next, and no two are equal."""

    batch: bool
    """Nobody waits for the run."""
    purpose: int
    number: int
    """Counts requests: first come, first served among equals."""


@dataclass(eq=False, slots=True)
class ModelRequest:
    """One request, from when it enters the queue until it leaves."""

    order: TurnOrder
    moved: Callable[[], None] = field(repr=False)
    """Called when its place in the queue may have changed; it must not touch the queue."""


class ModelQueue:
    """The requests to one model server: those it works on, at most as many as it has slots, and those that wait."""

    def __init__(self, slots: int) -> None:
        """`slots`: at least 1."""
        self._slots = slots
        self._numbers = count()
        self._running: set[ModelRequest] = set()
        self._waiting: list[ModelRequest] = []

    def __repr__(self) -> str:
        return f"<ModelQueue {self._slots} slots, {len(self._running)} running, {len(self._waiting)} waiting>"

    @property
    def slots(self) -> int:
        """Requests at once; where it was lowered, those that run go on until they end."""
        return self._slots

    @slots.setter
    def slots(self, slots: int) -> None:
        if slots != self._slots:
            self._slots = slots
            self._update()

    def enter(self, purpose: Purpose, *, batch: bool, moved: Callable[[], None]) -> ModelRequest:
        """A request comes: its turn may have come at once, see `before`. It must `leave`, whatever becomes of it."""
        request = ModelRequest(TurnOrder(batch, _PURPOSES.index(purpose), next(self._numbers)), moved)
        insort(self._waiting, request, key=_order)
        self._update(self._index(request))
        return request

    def leave(self, request: ModelRequest) -> None:
        """The request ended, or gave up waiting; a second time changes nothing."""
        if request in self._running:
            self._running.remove(request)
            self._update()
            return
        index = self._index(request)
        if self._waiting[index : index + 1] == [request]:
            del self._waiting[index]
            self._update(index)

    def before(self, request: ModelRequest) -> int:
        """How many requests must end before the turn of this one comes; 0: it has come."""
        if request in self._running:
            return 0
        return len(self._running) - self._slots + self._index(request) + 1

    def _index(self, request: ModelRequest) -> int:
        return bisect_left(self._waiting, request.order, key=_order)

    def _update(self, changed: int = 0) -> None:
        """Give free slots to the first who wait; tell all whose place may have changed, from the index `changed` on."""
        free = max(0, self._slots - len(self._running))
        told = self._waiting[0 if free else changed :]
        self._running.update(self._waiting[:free])
        del self._waiting[:free]
        for request in told:
            request.moved()


def _order(request: ModelRequest) -> TurnOrder:
    return request.order
