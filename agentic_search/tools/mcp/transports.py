"""How a server is reached: gives for a ServerConfig the transport that mcp's Client enters."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from typing import Protocol, assert_never

import httpx2
from mcp.client import Transport
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch
from agentic_search.tools.mcp.opening.ways import FIRST_WAY, TriedTransport, Way
from agentic_search.tools.mcp.shield import SessionMonitor, ShieldedClient
from agentic_search.tools.mcp.stdio import StdioTransport
from agentic_search.tools.mcp.wire.held import exchanging

_EVENT_FRAME = 64 * 1024
"""Bytes that a server-sent event may have beside its message."""
_QUIET_STREAM = 300.0
"""Seconds that an open HTTP stream may stay silent, beyond a call's own timeout."""


class ServerTransport(TriedTransport, Protocol):
    """The transport of one session with one server."""

    async def open(self, stack: AsyncExitStack) -> Transport:
        """What mcp's Client is to enter; what has to be closed after it is registered on `stack`."""
        ...

    @property
    def probe_unanswered(self) -> bool:
        """Whether the server was asked for its protocol by `server/discover`, and did not answer."""
        ...

    @property
    def log(self) -> tuple[str, ...]:
        """The last lines that the server's process wrote on stderr, secrets masked."""
        ...

    def explain(self) -> str | None:
        """What is known of why the session failed, once it is closed."""
        ...


class HttpTransport:
    """Streamable HTTP, or the older HTTP with server-sent events."""

    handshake_failed = False
    log = ()

    def __init__(
        self,
        endpoint: HttpEndpoint,
        monitor: SessionMonitor,
        auth: httpx2.Auth | None,
        *,
        wall: Callable[[], datetime],
        slowest_call: float,
        largest: int,
    ) -> None:
        """`largest`: bytes of one message."""
        self._largest = largest
        self._endpoint = endpoint
        self._monitor = monitor
        self._auth = auth
        self._wall = wall
        self._timeout = httpx2.Timeout(10.0, write=30.0, read=_QUIET_STREAM + slowest_call, pool=None)
        self._client: ShieldedClient | None = None

    async def open(self, stack: AsyncExitStack) -> Transport:
        """A client of its own, which is closed with the stack."""
        url = self._endpoint.url
        client = self._client = ShieldedClient(
            self._monitor,
            wall=self._wall,
            fragile=self._endpoint.transport == "sse",
            headers=self._endpoint.headers,
            auth=self._auth,
            timeout=self._timeout,
            largest=self._largest,
            verify=await asyncio.to_thread(httpx2.create_ssl_context),  # it reads all certificates: about 20 ms
        )
        if self._endpoint.transport == "sse":

            def opened(*_: object, **__: object) -> httpx2.AsyncClient:
                """What mcp would set by arguments is set already; it enters the client itself."""
                return client

            return exchanging(sse_client(url, httpx_client_factory=opened), client.held)
        await stack.enter_async_context(client)
        return exchanging(
            streamable_http_client(url, http_client=client, max_sse_event_size=self._largest + _EVENT_FRAME),
            client.held,
        )

    @property
    def probe_unanswered(self) -> bool:
        """Whether the first request was not answered in time."""
        return self._client is not None and self._client.probe_unanswered

    @property
    def may_be_older(self) -> bool:
        """Whether the server refused as one does that speaks the older HTTP with server-sent events."""
        return self._client is not None and self._client.may_be_older

    def explain(self) -> str | None:
        """The last refusal, or what broke the connection."""
        return self._client.last_trouble if self._client is not None else None


def transport_to(
    config: ServerConfig,
    monitor: SessionMonitor,
    *,
    way: Way = FIRST_WAY,
    wall: Callable[[], datetime],
    hurry: Callable[[], bool] = lambda: False,
    auth: httpx2.Auth | None = None,
) -> ServerTransport:
    """How to reach a server; `monitor` is told how the session does, `wall` gives the time of day.

    `way` may be the older transport where the entry names none. `hurry` says whether the whole service ends.
    `auth` signs the requests to a server that is reached over HTTP.
    """
    match config.reach:
        case StdioLaunch() as launch:
            return StdioTransport(config, launch, on_end=monitor.ended, hurry=hurry)
        case HttpEndpoint() as endpoint:
            reached = replace(endpoint, transport="sse") if way.older_transport else endpoint
            slowest, largest = config.timeout or 0.0, config.sizes.message
            return HttpTransport(reached, monitor, auth, wall=wall, slowest_call=slowest, largest=largest)
        case _:
            assert_never(config.reach)
