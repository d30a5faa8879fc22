"""The service's own tools as a provider of the pool, beside the MCP servers."""

import asyncio
from typing import Protocol

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import BUILT_IN, ServerStatus, Tool
from agentic_search.errors import ToolFailed, ToolTimeout
from agentic_search.tools.provider import Offer


class BuiltinTool(Protocol):
    """A tool of the service's own."""

    @property
    def tool(self) -> Tool:
        """How plans see it."""
        ...

    async def call(self, arguments: JsonObject, on_progress: OnProgress) -> ToolResult:
        """Call it; raises ToolError."""
        ...


class Builtin:
    """A ToolProvider: always ready, with nothing to open or to close."""

    name = BUILT_IN
    is_settled = True
    is_shareable = False  # two equal prompts are two opinions, and the time passes

    def __init__(self, *tools: BuiltinTool) -> None:
        self._tools = {each.tool.remote_name: each for each in tools}
        self.offer = Offer(BUILT_IN, tuple(each.tool for each in tools))

    def __repr__(self) -> str:
        return f"<Builtin: {len(self.offer.tools)} tools>"

    def status(self) -> ServerStatus:
        """Ready."""
        return ServerStatus(name=BUILT_IN, status="ready", transport=BUILT_IN, tools=len(self.offer.tools))

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call the tool: see ToolProvider."""
        called = self._tools.get(tool.remote_name)
        if called is None:
            raise ToolFailed(f"there is no tool {tool.qualified_name!r}")
        try:
            async with asyncio.timeout(timeout):
                return await called.call(arguments, on_progress)
        except TimeoutError as error:
            raise ToolTimeout(
                f"{tool.name} took longer than {timeout:g} s; give the task a longer 'timeout', or a smaller model"
            ) from error

    async def run(self) -> None:
        """Nothing has to be kept open."""

    def close(self, owner: asyncio.Task[None]) -> None:
        """Nothing is open."""
