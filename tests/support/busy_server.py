"""A real MCP server over streamable HTTP in the test's own process, behind a doorman who does as the test tells him."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn

from tests.support.doorman import Doorman
from tests.support.mcp_processes import PATIENCE
from tests.support.slow_server import Log, build


@asynccontextmanager
async def busy_server() -> AsyncGenerator[Doorman]:
    """A slow server in this process; its doorman knows its URL."""
    doorman = Doorman(build("busy", Log(None)).streamable_http_app())
    config = uvicorn.Config(doorman, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        doorman.url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve([listener]))
            try:
                async with asyncio.timeout(PATIENCE):
                    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
                        await asyncio.sleep(0.01)
                yield doorman
            finally:
                server.should_exit = True
                await asyncio.wait({serving}, timeout=PATIENCE)
