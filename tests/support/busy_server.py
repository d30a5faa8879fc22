"""A real MCP server over streamable HTTP in the test's own process, behind a doorman who does as the test tells him."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from tests.support.doorman import Doorman
from tests.support.mcp_processes import PATIENCE
from tests.support.slow_server import Log, build


@asynccontextmanager
async def busy_server(*, certificate: Path | None = None) -> AsyncGenerator[Doorman]:
    """A slow server in this process, asked for by any host name; its doorman knows its URL.

    `certificate`: a file with what it shows over TLS and its key.
    """
    doorman = Doorman(build("busy", Log(None)).streamable_http_app(host="0.0.0.0"))
    config = uvicorn.Config(doorman, log_level="error", timeout_graceful_shutdown=1, ssl_certfile=certificate)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scheme = "https" if certificate else "http"
        doorman.url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/mcp"
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve([listener]))
            try:
                async with asyncio.timeout(PATIENCE):
                    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                        await asyncio.sleep(0.01)
                yield doorman
            finally:
                server.should_exit = True
                await asyncio.wait({serving}, timeout=PATIENCE)
