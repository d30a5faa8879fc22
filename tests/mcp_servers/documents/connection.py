"""The real server in a process of its own, and what tests ask of it."""

import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from mcp import Client, StdioServerParameters

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
