"""What the pool is made of: something that offers tools and calls them, whatever stands behind it."""

import asyncio
from typing import Protocol

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.tools.mcp.offer import Offer
from agentic_search.tools.mcp.progress import OnProgress


class ToolProvider(Protocol):
    """An MCP server, or tools of the service's own."""

    @property
    def name(self) -> str:
        """The name in `server.tool`."""
        ...

    @property
    def offer(self) -> Offer:
        """What it offers now."""
        ...

    @property
    def is_settled(self) -> bool:
        """Whether the first attempt to be ready has ended, well or not."""
        ...

    @property
    def is_shareable(self) -> bool:
        """Whether equal calls of its tools that only read may be made once for all who ask, and their results kept."""
        ...

    def status(self) -> ServerStatus:
        """How it is now."""
        ...

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call a tool once, for at most `timeout` seconds; cancelling the coroutine ends the work.

        Raises ServerUnavailable, RateLimited, ToolTimeout, ConnectionLost or ToolFailed.
        """
        ...

    async def run(self) -> None:
        """Own whatever the member needs, until closed; awaited in a task of its own."""
        ...

    def close(self, owner: asyncio.Task[None]) -> None:
        """End `run`, which `owner` awaits."""
        ...
