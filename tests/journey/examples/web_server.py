"""An MCP server with the web server's tool `web_search`, which answers from memory.

    python -m tests.journey.examples.web_server

Searches that say "3 together" are answered when so many of them are under way at the same time, and not before.
"""

import re
from collections import defaultdict

import anyio
import mcp_types
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel

OF_THE_WEB = mcp_types.ToolAnnotations(read_only_hint=True, open_world_hint=True)


class FoundPage(BaseModel):
    """One found page."""

    title: str
    url: str
    text: str
    engine: str


class FoundPages(BaseModel):
    """What was found."""

    results: list[FoundPage]


def build() -> MCPServer[None]:
    """The server."""
    server: MCPServer[None] = MCPServer("web_stand_in", log_level="WARNING")
    under_way: defaultdict[int, int] = defaultdict(int)
    together: defaultdict[int, anyio.Event] = defaultdict(anyio.Event)

    @server.tool(annotations=OF_THE_WEB)
    async def web_search(query: str, limit: int = 10, engine: str | None = None) -> FoundPages:
        """Search the web."""
        if engine == "blocked":
            raise ToolError("blocked wants to see a human: name another engine")
        if wanted := re.search(r"(\d+) together", query):
            number = int(wanted[1])
            under_way[number] += 1
            if under_way[number] == number:
                together[number].set()
            await together[number].wait()
        return FoundPages(results=[_page(query, engine or "any", number) for number in range(1, limit + 1)])

    _ = web_search
    return server


def _page(query: str, engine: str, number: int) -> FoundPage:
    site = "-".join(query.replace(":", " ").split())
    return FoundPage(
        title=f"{query}, page {number}",
        url=f"https://{site}.example/{number}",
        text=f"Of {query}: good, says {engine}.",
        engine=engine,
    )


if __name__ == "__main__":
    build().run()
