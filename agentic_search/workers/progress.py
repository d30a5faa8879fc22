"""How work tells how far it is, while it is at it."""

from collections.abc import Callable
from typing import TypeAlias

Sink: TypeAlias = Callable[[float, float | None, str], None]
"""Where reports go: progress, total where known, text."""


class Progress:
    """Reports of one call; what comes after the call has ended is dropped."""

    def __init__(self, sink: Sink | None = None) -> None:
        """Without a sink, reports go nowhere: for calling the function plainly."""
        self._sink = sink

    @property
    def is_open(self) -> bool:
        """Whether the call still runs."""
        return self._sink is not None

    def report(self, progress: float, total: float | None = None, text: str = "") -> None:
        """Say how far the work is, in any unit; may be called from any thread."""
        if (sink := self._sink) is not None:
            sink(float(progress), None if total is None else float(total), str(text))

    def close(self) -> None:
        """What comes from now on is too late."""
        self._sink = None
