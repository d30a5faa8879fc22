"""The one thing the scheduler asks of the world: call a tool."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import ToolResult

OnProgress: TypeAlias = Callable[[float, float | None, str], None]
"""How far a call is: progress, total where known, text; synchronous, never raises."""


class CallTool(Protocol):
    """Calls one tool once."""

    async def __call__(
        self, tool: str, arguments: JsonObject, *, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        """Call `tool` by its catalog name; `timeout` in seconds overrides the server's and the default.

        Cancelling the coroutine cancels the call at the tool's server. Raises ToolError.
        """
        ...
