"""Sums by labels, and times by size: plain numbers, of a bounded number of labels, for strangers name some of them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

Labels: TypeAlias = tuple[str, ...]
WaitReason: TypeAlias = Literal["run_slot", "call_slot", "rate_limit", "model", "approval"]

OTHER = "other"
"""What stands for every label that is one too many."""
_LONGEST = 100
"""Characters of a label."""
_SHORTEST = 0.01
"""Seconds; what is sooner did not wait."""


class BoundedLabels:
    """The first so many labels that come; those that come later are one, `other`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[Labels] = set()

    def of(self, *labels: str) -> Labels:
        """The labels to count under."""
        short = tuple(label[:_LONGEST] for label in labels)
        if short in self._known:
            return short
        if len(self._known) >= self._most:
            return (OTHER,) * len(labels)
        self._known.add(short)
        return short


class Sums:
    """A number for each combination of labels, which only grows."""

    def __init__(self) -> None:
        self._by_labels: dict[Labels, float] = {}

    def __iter__(self) -> Iterator[tuple[Labels, float]]:
        return iter(sorted(self._by_labels.items()))

    def add(self, *labels: str, by: float = 1) -> None:
        """Count something, or so much of it."""
        self._by_labels[labels] = self._by_labels.get(labels, 0) + by


class Times:
    """How many took how long: the counts of those that took at most each bound, and the sum, in seconds."""

    def __init__(self, bounds: Sequence[float]) -> None:
        """`bounds` in ascending order."""
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def note(self, seconds: float) -> None:
        """One took so long."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.sum += seconds

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self._counts)

    def buckets(self) -> list[tuple[str, float]]:
        """Each bound, as text, with how many took at most so long; at last `+Inf` with all."""
        total, buckets = 0, list[tuple[str, float]]()
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            total += count
            buckets.append((bound, total))
        return buckets


class Waits:
    """How long runs, calls and people's decisions were waited for, by what for."""

    def __init__(self) -> None:
        self.counts = Sums()
        self.seconds = Sums()

    def note(self, reason: WaitReason, seconds: float) -> None:
        """Something waited so long; what went on at once is not counted."""
        if seconds >= _SHORTEST:
            self.counts.add(reason)
            self.seconds.add(reason, by=seconds)
