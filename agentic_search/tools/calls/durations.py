"""How long each tool usually takes, learnt from its calls and reported in steps too coarse to change often. Pure."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log2

from agentic_search.domain.tool import Tool

_WEIGHT = 0.25
"""Of the latest call beside all before it."""
_LEAST = 1 / 16
"""Seconds: what takes less is as good as nothing."""
_MARGIN = 0.75
"""Powers of two between the mean and what is reported before that changes: halfway, and half of that again."""


@dataclass(slots=True)
class _Record:
    mean: float
    reported: float
    """Seconds, a power of two."""
    timed: tuple[Tool, Tool] | None = None
    """A tool as it was asked about, and with its time filled in."""

    def note(self, seconds: float) -> None:
        self.mean += _WEIGHT * (seconds - self.mean)
        if abs(log2(max(self.mean, _LEAST) / self.reported)) > _MARGIN:
            self.reported = _power_of_two(self.mean)

    def fill_in(self, tool: Tool) -> Tool:
        if self.timed is None or self.timed[0] is not tool or self.timed[1].typical_seconds != self.reported:
            self.timed = tool, tool.model_copy(update={"typical_seconds": self.reported})
        return self.timed[1]


class Durations:
    """An exponentially weighted mean for each tool, reported as a power of two that only clear changes change.

    It stands in a planner's prompt, whose unchanged beginning a model need not read again.
    """

    def __init__(self, most_tools: int = 4_096) -> None:
        """`most_tools`: those not called for longest are forgotten."""
        self._most = most_tools
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return f"<Durations of {len(self)} tools>"

    def note(self, tool: Tool, seconds: float) -> None:
        """A call of the tool took so long, from the request to the result."""
        name = tool.qualified_name
        if (record := self._records.get(name)) is None:
            self._records[name] = _Record(seconds, _power_of_two(seconds))
        else:
            record.note(seconds)
            self._records.move_to_end(name)
        if len(self._records) > self._most:
            self._records.popitem(last=False)

    def fill_in(self, tools: Iterable[Tool]) -> tuple[Tool, ...]:
        """The tools with their `typical_seconds` where any call was made; the same objects while nothing changes."""
        return tuple(
            record.fill_in(tool) if (record := self._records.get(tool.qualified_name)) else tool for tool in tools
        )


def _power_of_two(seconds: float) -> float:
    return 2.0 ** round(log2(max(seconds, _LEAST)))
