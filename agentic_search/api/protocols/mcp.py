"""/mcp: the service as an MCP server over streamable HTTP, opened by whoever asks first.

Names and pages that may ask are checked where those of all requests are.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from agentic_search.access.caller import Caller

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

_OVER_HTTP = "agentic_search.mcp_service.over_http"
MOST_SESSIONS = 1_000
"""Clients of earlier revisions at once; later ones have none."""
_IDLE = 600.0
"""Seconds after which such a session is closed."""


class McpHost:
    """Opens the MCP server at the first request: what it needs takes a while to be imported."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        """`group` keeps the server's own tasks."""
        self._group = group
        self._opening: asyncio.Future[StreamableHTTPSessionManager] | None = None
        self._closing = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> "AsyncGenerator[McpHost, None]":
        """Until the block ends."""
        async with asyncio.TaskGroup() as group:
            host = cls(group)
            try:
                yield host
            finally:
                host._closing.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: answer the request."""
        if self._opening is None:
            self._opening = asyncio.get_running_loop().create_future()
            self._group.create_task(self._keep_open(self._opening), name="MCP server")
        manager = await asyncio.shield(self._opening)
        over_http = import_module(_OVER_HTTP)  # it is loaded
        caller: Caller = scope["state"]["caller"]
        await manager.handle_request({**scope, "user": over_http.user_of(caller.id)}, receive, send)

    async def _keep_open(self, opening: "asyncio.Future[StreamableHTTPSessionManager]") -> None:
        try:
            opened = await asyncio.to_thread(import_module, _OVER_HTTP)
            manager = opened.session_manager(idle=_IDLE, most=MOST_SESSIONS)
        except BaseException as error:
            opening.set_exception(error)
            raise
        async with manager.run():
            opening.set_result(manager)
            await self._closing.wait()


class McpRoute:
    """The ASGI application at /mcp."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the opened service's MCP server.

        The blanks around a header's value are no part of it, and the HTTP parser leaves those behind it.
        """
        headers = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
        await scope["state"]["mcp"]({**scope, "headers": headers}, receive, send)
