"""The real server in a process of its own, and what tests ask of it."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

import agentic_search

ROOT = Path(agentic_search.__file__).parent.parent
MODULE = "agentic_search.mcp_servers.stories"


@asynccontextmanager
async def stories(archive: Path, **options: Any) -> AsyncGenerator[Client]:
    """A client of the stories server over this archive; the options are the client's."""
    env = {"AGENTIC_SEARCH_STORIES": str(archive)}
    server = StdioServerParameters(command=sys.executable, args=["-m", MODULE], env=env, cwd=ROOT)
    async with Client(server, **options) as client:
        yield client
