"""Says of the server's tools when there is nothing to search, and tells clients when that changes.

Tools over an empty archive cost every prompt of a planner as many tokens as full ones, and every call of them is lost.
They can still be called: the answer then says how to fill the archive.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import mcp_types
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import MCPServer
from mcp.server.subscriptions import InMemorySubscriptionBus, ToolsListChanged
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

HOLDS_NOTHING = "agentic-search/holds-nothing"
"""The key in a tool's `_meta` that tells why it finds nothing now, a sentence."""

SECONDS = 1.0
"""How often it is looked whether there is something: another program fills the archive."""


class ServerOverArchive(MCPServer):
    """An MCP server whose tools say `why_empty` while the archive `is_empty`, which may take milliseconds to know."""

    def __init__(
        self, name: str, *, title: str, instructions: str, is_empty: Callable[[], bool], why_empty: str
    ) -> None:
        self._is_empty = is_empty
        self._note = {HOLDS_NOTHING: why_empty}
        self._bus = InMemorySubscriptionBus()
        self._client: ServerRequestContext[Any, Any] | None = None
        super().__init__(
            name, title=title, instructions=instructions, subscriptions=self._bus, middleware=(self._note_client,)
        )

    async def list_tools(self) -> list[mcp_types.Tool]:
        """All tools, with a note where they find nothing."""
        tools = await super().list_tools()
        if not await asyncio.to_thread(self._is_empty):
            return tools
        return [tool.model_copy(update={"meta": {**(tool.meta or {}), **self._note}}) for tool in tools]

    async def serve(self) -> None:
        """Serve over standard input and output until that ends."""
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch())
            try:
                await self.run_stdio_async()
            finally:
                watching.cancel()

    async def _watch(self) -> None:
        was_empty = await asyncio.to_thread(self._is_empty)
        while True:
            await asyncio.sleep(SECONDS)
            if (is_empty := await asyncio.to_thread(self._is_empty)) != was_empty:
                was_empty = is_empty
                await self._tell()

    async def _tell(self) -> None:
        """Clients of today's protocol listen; those of earlier ones are told unasked."""
        await self._bus.publish(ToolsListChanged())
        client = self._client
        if client is not None and client.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            await client.session.send_tool_list_changed()

    async def _note_client(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        self._client = ctx
        return await call_next(ctx)
