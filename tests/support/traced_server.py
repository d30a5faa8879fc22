"""A real MCP server that tells what it is told of its callers' traces: in the `_meta` of a call, and by HTTP header.

python -m tests.support.traced_server [--http]
"""

import json
import sys

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import ToolAnnotations

from tests.support.slow_server import serve_http


def main(*, over_http: bool) -> None:
    """Serve; over HTTP the first line on stdout is the URL."""
    server = MCPServer("traced", log_level="WARNING")

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    async def told(ctx: Context) -> str:
        """What this call was told of its caller's trace."""
        request = ctx.request_context.request
        header = request.headers.get("traceparent") if request is not None else None
        return json.dumps({"meta": (ctx.request_context.meta or {}).get("traceparent"), "header": header})

    _ = told
    if over_http:
        serve_http(server.streamable_http_app(), 0, "/mcp")
    else:
        server.run("stdio")


if __name__ == "__main__":
    main(over_http="--http" in sys.argv)
