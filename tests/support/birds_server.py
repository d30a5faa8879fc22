"""An MCP server that knows one bird, and writes down the calls that arrive and how they end.

python -m tests.support.birds_server --log FILE [--kind KIND] [--seconds S [--quick TOOL]] [--fails TOOL] [--text T]
"""

import argparse
import json
from pathlib import Path
from typing import Any

import anyio
import mcp_types
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

FLAMINGO = "The flamingo is the bird that sleeps standing on one leg."
KINDS = {
    "local": mcp_types.ToolAnnotations(read_only_hint=True, open_world_hint=False),
    "open": mcp_types.ToolAnnotations(read_only_hint=True, open_world_hint=True),
    "unsaid": mcp_types.ToolAnnotations(read_only_hint=True),
    "writes": mcp_types.ToolAnnotations(read_only_hint=False, open_world_hint=False),
}
"""What `search_birds` says of itself."""


def birds_server(options: argparse.Namespace) -> MCPServer:
    """The server."""
    server = MCPServer("birds")

    def note(**what: object) -> None:
        with Path(options.log).open("a") as file:
            file.write(json.dumps(what) + "\n")

    async def answer(tool: str, value: Any, **arguments: object) -> Any:
        note(tool=tool, **arguments)
        if tool == options.fails:
            raise ToolError("no bird today")
        try:
            await anyio.sleep(0 if tool == options.quick else options.seconds)
        except anyio.get_cancelled_exc_class():
            note(tool=tool, ended="cancelled")
            raise
        return value

    @server.tool(annotations=KINDS[options.kind])
    async def search_birds(query: str, size: int = 5) -> list[dict[str, str]]:
        """Search what is known of birds, how they sleep and stand on one leg, by words."""
        found = [{"title": "Flamingo", "url": "https://birds.example/flamingo", "text": options.text}]
        return await answer("search_birds", found, query=query)

    @server.tool(annotations=KINDS["open"])
    async def count_birds(query: str) -> str:
        """Count the legs of a bird by its name."""
        return await answer("count_birds", FLAMINGO)

    return server


def main() -> None:
    """Serve over stdio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", required=True)
    parser.add_argument("--kind", choices=KINDS, default="local")
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--quick", default="")
    parser.add_argument("--fails", default="")
    parser.add_argument("--text", default=FLAMINGO)
    birds_server(parser.parse_args()).run()


if __name__ == "__main__":
    main()
