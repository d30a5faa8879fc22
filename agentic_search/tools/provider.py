"""What the pool is made of: a provider offers tools and calls them, whatever runs them."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import ServerStatus, Tool


@dataclass(frozen=True, slots=True)
class LeftOutTool:
    """A tool that its server offers and nobody can use."""

    server: str
    tool: str
    reason: str


READ_RESOURCE = "read_resource"
"""The tool that reads resources; a server's rules for its tools decide by this name on its resources, too."""


@dataclass(frozen=True, slots=True)
class ListedResource:
    """Something that a server offers to be read; all texts are untrusted."""

    server: str
    uri: str
    """Its address; of a template one with parts in braces."""
    name: str
    title: str = ""
    description: str = ""
    mime_type: str = ""
    is_template: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What one provider offers now, under its own names."""

    server: str
    tools: tuple[Tool, ...] = ()
    left_out: tuple[LeftOutTool, ...] = ()
    instructions: str = ""
    """What the server says of itself and of how to use it; untrusted, as descriptions are."""
    resources: tuple[ListedResource, ...] = ()


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
        """Own whatever the provider needs, until closed; awaited in a task of its own."""
        ...

    def close(self, owner: asyncio.Task[None]) -> None:
        """End `run`, which `owner` awaits. Later calls raise ServerUnavailable, where they need what it owned."""
        ...
