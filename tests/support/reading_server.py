"""A real MCP server with resources, whose lists and contents change on demand.

    python -m tests.support.reading_server [--http PORT] [--legacy] [--keep SECONDS]

Port 0 takes a free one; the first line on stdout is the URL. A legacy one speaks no protocol later than 2025-11-25.
`--keep`: what it says of how long contents and lists hold.
"""

import argparse
from typing import Any

import anyio
import mcp_types
from mcp.server.caching import CacheHint
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.resources import TextResource

from tests.support.slow_server import READ_ONLY, refuse_discovery, serve_http, serve_legacy_stdio


def build(*, legacy: bool, keep: float) -> MCPServer[Any]:
    """The server."""
    hint = CacheHint(ttl_ms=int(keep * 1_000))
    server: MCPServer[Any] = MCPServer(
        "reading",
        instructions="Notes on lamps.",
        log_level="WARNING",
        middleware=[refuse_discovery] if legacy else [],
        cache_hints={"resources/read": hint, "resources/list": hint},
    )
    reads = 0

    @server.resource("notes://lamps/red", title="The red lamp", description="What it costs", mime_type="text/plain")
    def red() -> str:
        nonlocal reads
        reads += 1
        return f"The red lamp costs 4 euros. Read {reads} times."

    @server.resource("notes://lamps/picture", title="A picture of it", mime_type="image/png")
    def picture() -> bytes:
        return b"\x89PNG not really"

    @server.resource("notes://chairs/{colour}", title="Chairs by colour")
    def chair(colour: str) -> str:
        return f"The {colour} chair is here."

    @server.tool(annotations=READ_ONLY)
    async def links() -> list[mcp_types.ResourceLink]:
        """Link to a chair and a lamp."""
        return [
            mcp_types.ResourceLink(type="resource_link", name="a chair", uri="notes://chairs/green"),
            mcp_types.ResourceLink(type="resource_link", name="a lamp", uri="notes://lamps/red"),
        ]

    @server.tool(annotations=READ_ONLY)
    async def add_table(ctx: Context, name: str, silently: bool = False) -> str:
        """List one resource more."""
        server.add_resource(TextResource(uri=f"notes://tables/{name}", name=f"table {name}", text="It has four legs."))
        if not silently:
            await ctx.notify_resources_changed()
        if legacy and not silently:
            await ctx.session.send_resource_list_changed()
        return "added"

    _ = red, picture, chair, links, add_table
    return server


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--http", type=int, metavar="PORT")
    parser.add_argument("--legacy", action="store_true")
    parser.add_argument("--keep", type=float, default=0.0, metavar="SECONDS")
    options = parser.parse_args()
    server = build(legacy=options.legacy, keep=options.keep)
    if options.http is not None:
        serve_http(server.streamable_http_app(), options.http, "/mcp")
    elif options.legacy:
        anyio.run(serve_legacy_stdio, server)
    else:
        server.run()


if __name__ == "__main__":
    main()
