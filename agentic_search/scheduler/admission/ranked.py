"""A queue by rank that anybody may leave: things and their ranks flow in, the first in rank flows out."""

import heapq
from typing import Generic, TypeVar

from agentic_search.scheduler.admission.order import Standing

T = TypeVar("T")


class Ranked(Generic[T]):
    """Things by rank, the least first, each once. Entries that no longer count stay in the heap until they surface."""

    def __init__(self) -> None:
        self._heap: list[tuple[Standing, T]] = []
        self._rank_of: dict[T, Standing] = {}

    def __len__(self) -> int:
        return len(self._rank_of)

    def __repr__(self) -> str:
        return f"<Ranked {list(self._rank_of)}>"

    @property
    def first(self) -> Standing | None:
        """The rank of the first; none where there is none."""
        heap, rank_of = self._heap, self._rank_of
        while heap:
            rank, thing = heap[0]
            if rank_of.get(thing) is rank:
                return rank
            heapq.heappop(heap)
        return None

    def rank_of(self, thing: T) -> Standing:
        """The rank it was put in with; raises KeyError where it is not here."""
        return self._rank_of[thing]

    def put(self, thing: T, rank: Standing) -> None:
        """Let it in, or give it another rank. Different things have different ranks."""
        self._rank_of[thing] = rank
        heapq.heappush(self._heap, (rank, thing))
        if len(self._heap) > 2 * len(self._rank_of) + 8:
            self._heap = [(rank, thing) for thing, rank in self._rank_of.items()]
            heapq.heapify(self._heap)

    def discard(self, thing: T) -> None:
        """Take it out, wherever it stands."""
        self._rank_of.pop(thing, None)

    def pop(self) -> T:
        """Take the first out; raises IndexError where there is none."""
        while True:
            rank, thing = heapq.heappop(self._heap)
            if self._rank_of.get(thing) is rank:
                del self._rank_of[thing]
                return thing
