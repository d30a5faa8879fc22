"""A real MCP server that writes down the idempotency key of each call, and whose process dies in the first one.

python -m tests.support.keyed_server LOG
"""

import json
import os
import sys
from pathlib import Path

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp_types import ToolAnnotations

from agentic_search.tools.mcp.exchange.calling import IDEMPOTENCY_KEY


def main(log: Path) -> None:
    """Serve over stdio."""
    server = MCPServer("keyed", log_level="WARNING")

    @server.tool(annotations=ToolAnnotations(read_only_hint=False, idempotent_hint=True, destructive_hint=False))
    async def book(ctx: Context, label: str, seconds: float = 0) -> str:
        """Book something, after so many seconds."""
        meta = ctx.request_context.meta or {}
        with log.open("a") as file:
            is_first = file.tell() == 0
            file.write(json.dumps({"label": label, "key": meta.get(IDEMPOTENCY_KEY)}) + "\n")
        if is_first:
            os._exit(3)
        await anyio.sleep(seconds)
        return f"booked {label}"

    _ = book
    server.run("stdio")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
