"""How a server is reached: gives for a ServerConfig the transport that mcp's Client enters."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Protocol, assert_never

import httpx2
from mcp.client import Transport
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch
from agentic_search.tools.mcp.shield import SessionMonitor, ShieldedClient
from agentic_search.tools.mcp.stdio import StdioTransport

_LARGEST_EVENT = 64 * 1024 * 1024
"""Bytes of one server-sent event, which may hold a tool's whole result."""
_QUIET_STREAM = 300.0
"""Seconds that an open HTTP stream may stay silent, beyond a call's own timeout."""


class ServerTransport(Protocol):
    """The transport of one session with one server."""

    async def open(self, stack: AsyncExitStack) -> Transport:
        """What mcp's Client is to enter; what has to be closed after it is registered on `stack`."""
        ...

    def explain(self) -> str | None:
        """What is known of why the session failed, once it is closed."""
        ...


def transport_to(
    config: ServerConfig, monitor: SessionMonitor, *, wall: Callable[[], datetime], auth: httpx2.Auth | None = None
) -> ServerTransport:
    """How to reach a server; `monitor` is told how the session does, `wall` gives the time of day.

    `auth`: what signs the requests to a server that is reached over HTTP.
    """
    match config.reach:
        case StdioLaunch() as launch:
            return StdioTransport(config.name, launch, on_end=monitor.ended)
        case HttpEndpoint() as endpoint:
            return _HttpServerTransport(endpoint, monitor, auth, wall=wall, slowest_call=config.timeout or 0.0)
        case _:
            assert_never(config.reach)


class _HttpServerTransport:
    def __init__(
        self,
        endpoint: HttpEndpoint,
        monitor: SessionMonitor,
        auth: httpx2.Auth | None,
        *,
        wall: Callable[[], datetime],
        slowest_call: float,
    ) -> None:
        self._endpoint = endpoint
        self._monitor = monitor
        self._auth = auth
        self._wall = wall
        self._timeout = httpx2.Timeout(10.0, write=30.0, read=_QUIET_STREAM + slowest_call, pool=None)
        self._client: ShieldedClient | None = None

    async def open(self, stack: AsyncExitStack) -> Transport:
        url = self._endpoint.url
        client = self._client = ShieldedClient(
            self._monitor,
            wall=self._wall,
            fragile=self._endpoint.transport == "sse",
            headers=self._endpoint.headers,
            auth=self._auth,
            timeout=self._timeout,
            verify=await asyncio.to_thread(httpx2.create_ssl_context),  # it reads all certificates: about 20 ms
        )
        if self._endpoint.transport == "sse":

            def opened(*_: object, **__: object) -> httpx2.AsyncClient:
                """What mcp would set by arguments is set already; it enters the client itself."""
                return client

            return sse_client(url, httpx_client_factory=opened)
        await stack.enter_async_context(client)
        return streamable_http_client(url, http_client=client, max_sse_event_size=_LARGEST_EVENT)

    def explain(self) -> str | None:
        return self._client.last_trouble if self._client is not None else None
