"""The tools of the bundled servers, as their processes list them, and the service's own."""

import os
import sys
from pathlib import Path

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from agentic_search.clock import SystemClock
from agentic_search.domain.tool import Tool
from agentic_search.tools.builtin.calculate import Calculate
from agentic_search.tools.builtin.current_time import CurrentTime

SERVERS = ("python_docs", "documents", "stories")


async def bundled_tools(folder: Path) -> list[Tool]:
    """Start each server once with its data in `folder`, and take its tools."""
    found = [tool for server in SERVERS for tool in await _tools_of(server, folder)]
    return [*found, Calculate.tool, CurrentTime(SystemClock()).tool]


async def _tools_of(server: str, folder: Path) -> list[Tool]:
    settings = {"AGENTIC_SEARCH_CACHE": str(folder), "AGENTIC_SEARCH_DOCUMENTS": str(folder), "HOME": str(folder)}
    started = StdioServerParameters(
        command=sys.executable, args=["-m", f"agentic_search.mcp_servers.{server}"], env={**os.environ, **settings}
    )
    async with stdio_client(started) as streams, ClientSession(*streams) as session:
        await session.initialize()
        listed = (await session.list_tools()).tools
    return [
        Tool(
            name=each.name,
            server=server,
            remote_name=each.name,
            title=each.title or "",
            description=each.description or "",
            input_schema=each.input_schema,
            output_schema=each.output_schema,
            read_only=True,
            open_world=False,
        )
        for each in listed
    ]
