"""How a server is reached: a ServerConfig flows in, a transport for mcp's Client flows out."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Protocol, assert_never

import httpx2
from mcp.client import Transport
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch
from agentic_search.tools.mcp.http_transport import HttpTransport
from agentic_search.tools.mcp.shield import ShieldTransport, Watcher
from agentic_search.tools.mcp.stdio import StdioTransport

MOST_CONNECTIONS = 512
"""To one HTTP server; calls beyond it wait for a free connection."""

_LARGEST_EVENT = 64 * 1024 * 1024
"""Bytes of one server-sent event, which may hold a tool's whole result."""
_QUIET_STREAM = 300.0
"""Seconds that an open HTTP stream may stay silent, beyond a call's own timeout."""


class Wire(Protocol):
    """The way to one server, for one connection."""

    async def transport(self, stack: AsyncExitStack) -> Transport:
        """What mcp's Client is to enter; what has to be closed after it is hung on `stack`."""
        ...

    def explain(self) -> str | None:
        """What is known of why the connection failed, once it has been left."""
        ...


def wire_to(config: ServerConfig, watcher: Watcher, *, wall: Callable[[], datetime]) -> Wire:
    """The way to a server; `watcher` is told how the connection fares, `wall` tells the time of day."""
    match config.reach:
        case StdioLaunch() as launch:
            return _Stdio(StdioTransport(config.name, launch, watcher))
        case HttpEndpoint() as endpoint:
            return _Http(endpoint, watcher, wall=wall, slowest_call=config.timeout or 0.0)
        case _:
            assert_never(config.reach)


class _Stdio:
    def __init__(self, transport: StdioTransport) -> None:
        self._transport = transport

    async def transport(self, stack: AsyncExitStack) -> Transport:
        return self._transport

    def explain(self) -> str | None:
        return self._transport.explain()


class _Http:
    def __init__(
        self, endpoint: HttpEndpoint, watcher: Watcher, *, wall: Callable[[], datetime], slowest_call: float
    ) -> None:
        self._endpoint = endpoint
        self._shield = ShieldTransport(
            HttpTransport(most=MOST_CONNECTIONS), watcher, wall=wall, fragile=endpoint.transport == "sse"
        )
        self._timeout = httpx2.Timeout(10.0, write=30.0, read=_QUIET_STREAM + slowest_call, pool=None)

    async def transport(self, stack: AsyncExitStack) -> Transport:
        url = self._endpoint.url
        if self._endpoint.transport == "sse":
            return sse_client(url, httpx_client_factory=self._client)
        client = await stack.enter_async_context(self._client())
        return streamable_http_client(url, http_client=client, max_sse_event_size=_LARGEST_EVENT)

    def explain(self) -> str | None:
        return self._shield.last_trouble

    def _client(self, *_: object, **__: object) -> httpx2.AsyncClient:
        """What mcp would set by arguments is known here already."""
        return httpx2.AsyncClient(transport=self._shield, headers=dict(self._endpoint.headers), timeout=self._timeout)
