"""The MCP server over standard input and output: a program that hosts start, as `agentic-search mcp`."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from agentic_search.mcp_service.remote import RemoteSearcher
from agentic_search.mcp_service.searcher import OwnSearcher, Searcher
from agentic_search.mcp_service.server import build_server
from agentic_search.settings import Settings
from agentic_search.wiring import open_service


async def serve_stdio(settings: Settings, *, url: str | None = None, key: str = "") -> None:
    """Serve until standard input ends. Nothing but messages may be written to standard output; logs go to stderr.

    `url`: a running service to ask, with the API key `key`; None: one is opened here. Raises ConfigurationError.
    """
    async with _searcher(settings, url, key) as searcher:
        await build_server(lambda _: searcher).run_stdio_async()


@asynccontextmanager
async def _searcher(settings: Settings, url: str | None, key: str) -> AsyncGenerator[Searcher, None]:
    if url is not None:
        async with RemoteSearcher.client(url, key) as client:
            yield RemoteSearcher(client)
        return
    async with open_service(settings) as service:
        yield OwnSearcher(service)
