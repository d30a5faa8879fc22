"""The real server in a process of its own, and what tests ask of it."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import TextContent

import agentic_search

ROOT = Path(agentic_search.__file__).parent.parent
MODULE = "agentic_search.mcp_servers.stories"


@asynccontextmanager
async def stories(archive: Path) -> AsyncGenerator[Client]:
    """A client of the stories server over this archive."""
    env = {"AGENTIC_SEARCH_STORIES": str(archive)}
    async with Client(StdioServerParameters(command=sys.executable, args=["-m", MODULE], env=env, cwd=ROOT)) as client:
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
