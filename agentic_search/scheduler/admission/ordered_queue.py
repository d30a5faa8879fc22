"""A priority queue from which anything may be taken out: a heap whose outdated entries are dropped as they surface."""

import heapq
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class QueueOrder(NamedTuple):
    """A ready call among those of all runs; the least starts first, and no two are equal."""

    batch: bool
    """Nobody waits for the run."""
    less_urgent: int
    shorter: float
    since: float
    """When it became ready."""
    position: int
    element: int
    number: int
    """Counts offers, for calls that are equal in all else."""


class OrderedQueue(Generic[T]):
    """Things by their order, the least first, each once."""

    def __init__(self) -> None:
        self._heap: list[tuple[QueueOrder, T]] = []
        self._order_of: dict[T, QueueOrder] = {}

    def __len__(self) -> int:
        return len(self._order_of)

    def __repr__(self) -> str:
        return f"<OrderedQueue {list(self._order_of)}>"

    @property
    def first(self) -> QueueOrder | None:
        """The order of the first; none where there is none."""
        heap = self._heap
        while heap and self._order_of.get(heap[0][1]) is not heap[0][0]:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def order_of(self, thing: T) -> QueueOrder:
        """The order it was put in with; raises KeyError where it is not here."""
        return self._order_of[thing]

    def put(self, thing: T, order: QueueOrder) -> None:
        """Put it in, or give it another order. Different things have different orders."""
        self._order_of[thing] = order
        heapq.heappush(self._heap, (order, thing))
        if len(self._heap) > 2 * len(self._order_of) + 8:
            self._heap = [(order, thing) for thing, order in self._order_of.items()]
            heapq.heapify(self._heap)

    def discard(self, thing: T) -> None:
        """Take it out, wherever it stands."""
        self._order_of.pop(thing, None)

    def pop(self) -> T:
        """Take the first out; raises IndexError where there is none."""
        if self.first is None:
            raise IndexError("the queue is empty")
        thing = heapq.heappop(self._heap)[1]
        del self._order_of[thing]
        return thing
