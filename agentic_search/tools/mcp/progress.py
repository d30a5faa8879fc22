"""A call's progress: mcp's notifications flow in, the caller is told, in its own context and only while it waits."""

import contextvars
from collections.abc import Callable
from typing import TypeAlias

OnProgress: TypeAlias = Callable[[float, float | None, str], None]
"""How far a call is: progress, total where known, text; synchronous, never raises."""


class ProgressRelay:
    """Passes progress on until it is closed.

    Over stdio mcp runs callbacks outside the caller's context, so that what a callback finds by contextvar would be
    missing; here it runs in a copy of the context that made the call.
    """

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress: OnProgress | None = on_progress
        self._context = contextvars.copy_context()

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        """mcp's form of callback."""
        if self._on_progress is not None:
            self._context.run(self._on_progress, progress, total, message or "")

    def close(self) -> None:
        """What comes from now on is too late."""
        self._on_progress = None
