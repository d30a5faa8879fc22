"""The real server in a process of its own, and what tests ask of it."""

import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import TextContent

import agentic_search

ROOT = Path(agentic_search.__file__).parent.parent


@asynccontextmanager
async def documents(cache: Path, *arguments: str, env: Mapping[str, str] | None = None) -> AsyncGenerator[Client]:
    """A client of the documents server, started with these arguments."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "agentic_search.mcp_servers.documents", *arguments],
        env={"AGENTIC_SEARCH_CACHE": str(cache), **(env or {})},
        cwd=ROOT,
    )
    async with Client(server) as client:
        yield client


async def ask(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """The tool's structured result; a failure fails the test."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


async def complaint(client: Client, tool: str, **arguments: object) -> str:
    """What the tool says is wrong; success fails the test."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    content = result.content[0]
    assert isinstance(content, TextContent)
    return content.text
