"""The service's own tools as a provider of the pool, beside the MCP servers."""

import asyncio

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import BUILT_IN, ServerStatus, Tool
from agentic_search.errors import ToolFailed, ToolTimeout
from agentic_search.tools.builtin.ask_model import SERVER, AskModel
from agentic_search.tools.provider import Offer


class Builtin:
    """A ToolProvider: always ready, with nothing to open or to close."""

    name = SERVER
    is_settled = True
    is_shareable = False  # two equal prompts are two opinions

    def __init__(self, ask_model: AskModel) -> None:
        self._ask_model = ask_model
        self.offer = Offer(SERVER, (ask_model.tool,))

    def __repr__(self) -> str:
        return f"<Builtin: {len(self.offer.tools)} tools>"

    def status(self) -> ServerStatus:
        """Ready."""
        return ServerStatus(name=SERVER, status="ready", transport=BUILT_IN, tools=len(self.offer.tools))

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call the tool: see ToolProvider."""
        if tool.remote_name != self._ask_model.tool.remote_name:
            raise ToolFailed(f"there is no tool {tool.qualified_name!r}")
        try:
            async with asyncio.timeout(timeout):
                return await self._ask_model.call(arguments, on_progress)
        except TimeoutError as error:
            raise ToolTimeout(
                f"{tool.name} took longer than {timeout:g} s; give the task a longer 'timeout', or a smaller model"
            ) from error

    async def run(self) -> None:
        """Nothing has to be kept open."""

    def close(self, owner: asyncio.Task[None]) -> None:
        """Nothing is open."""
