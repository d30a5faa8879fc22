"""Emits the progress that one call reports: each of the first reports, then one in a while, and always the last.

A server may report thousands of times a second, and every event of a run is kept and sent to whoever follows it.
"""

import asyncio
from dataclasses import dataclass

from agentic_search.domain.plan import Task
from agentic_search.events.facts import Emit, TaskProgress

AT_ONCE = 10
"""Reports of one call that are emitted as they come."""
INTERVAL = 0.5
"""Seconds between any two after these."""
LONGEST_TEXT = 500
"""Characters of a report's text."""


@dataclass(frozen=True, slots=True)
class ProgressLimits:
    """How much is told of one call's progress."""

    interval: float = INTERVAL
    """Seconds between any two reports after the first ones."""
    longest: int = LONGEST_TEXT
    """Characters of a report's text."""


TOLD = ProgressLimits()
"""Where no setting says otherwise."""


class CallProgress:
    """What one call reports its progress to; used on the event loop."""

    def __init__(self, emit: Emit, task: Task, limits: ProgressLimits = TOLD) -> None:
        self._emit = emit
        self._task = task
        self._limits = limits
        self._emitted = 0
        self._held: TaskProgress | None = None
        """The last report, where it was not emitted yet."""
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, progress: float, total: float | None, text: str) -> None:
        """Take one report."""
        most = self._limits.longest
        shown = text if len(text) <= most else f"{text[: most - 1]}…"
        self._held = TaskProgress(id=self._task.id, tool=self._task.tool, progress=progress, total=total, text=shown)
        if self._emitted < AT_ONCE:
            self._emit_held()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._limits.interval, self._pause_is_over)

    def close(self) -> None:
        """The call has ended: what it reported last is emitted."""
        if self._timer is not None:
            self._timer.cancel()
        self._emit_held()

    def _pause_is_over(self) -> None:
        self._timer = None
        self._emit_held()

    def _emit_held(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            self._emitted += 1
            self._emit(held)
