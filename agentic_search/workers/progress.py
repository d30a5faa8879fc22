"""How work reports its progress while it runs."""

from collections.abc import Callable
from typing import TypeAlias

Sink: TypeAlias = Callable[[float, float | None, str], None]
"""Where reports go: progress, total where known, text."""


class Progress:
    """Reports the progress of one call; reports after the call has ended are dropped."""

    def __init__(self, sink: Sink | None = None) -> None:
        """Without a sink, reports are dropped: for calling the function directly."""
        self._sink = sink

    @property
    def is_open(self) -> bool:
        """Whether the call still runs."""
        return self._sink is not None

    def report(self, progress: float, total: float | None = None, text: str = "") -> None:
        """Report how far the work is, in any unit; may be called from any thread."""
        if (sink := self._sink) is not None:
            sink(float(progress), None if total is None else float(total), str(text))

    def close(self) -> None:
        """Drop reports from now on."""
        self._sink = None
