"""An MCP server with the tools of the web server, which answers from memory.

    python -m tests.journey.examples.web_server

A web search that names a number, as in "lamp 5 together", is answered when so many are under way, and not before.
"""

import re

import anyio
import mcp_types
from mcp.server.mcpserver import MCPServer
from pydantic import BaseModel

OF_THE_WEB = mcp_types.ToolAnnotations(read_only_hint=True, open_world_hint=True)


class WebPage(BaseModel):
    """One found page."""

    title: str
    url: str
    text: str


class WebPages(BaseModel):
    """What was found."""

    results: list[WebPage]


def build() -> MCPServer[None]:
    """The server."""
    server: MCPServer[None] = MCPServer("web_stand_in", log_level="WARNING")
    under_way = 0
    more = anyio.Condition()

    @server.tool(annotations=OF_THE_WEB)
    async def web_search(query: str) -> WebPages:
        """Search the web."""
        nonlocal under_way
        wanted = int(found[1]) if (found := re.search(r"(\d+) together", query)) else 1
        async with more:
            under_way += 1
            more.notify_all()
            while under_way < wanted:
                await more.wait()
        address = "-".join(query.replace(":", " ").split())
        pages = [
            WebPage(
                title=f"{query}, page {number}", url=f"https://{address}.example/{number}", text=f"Of {query}: good."
            )
            for number in range(1, 8)
        ]
        return WebPages(results=pages)

    @server.tool(annotations=OF_THE_WEB)
    async def wikipedia(query: str, language: str = "en") -> WebPages:
        """Search Wikipedia."""
        url = f"https://{language}.wikipedia.example/{query.replace(' ', '_')}"
        return WebPages(results=[WebPage(title=query, url=url, text=f"{query} is an article.")])

    _ = web_search, wikipedia
    return server


if __name__ == "__main__":
    build().run()
