"""Requests of httpx2, mcp's HTTP client, flow in and to the server asked for; what comes back flows out as it arrives.

httpx2's own transport parses in Python, which costs as much as everything else that is done for a call.
"""

from collections.abc import AsyncIterator

import httpx2

from agentic_search.http1.client import Errors, ask, next_piece
from agentic_search.http1.pool import Exchange, Pool

_ERRORS = Errors(
    malformed=httpx2.LocalProtocolError,
    unreachable=httpx2.ConnectError,
    silent=httpx2.ReadTimeout,
    broken_head=httpx2.RemoteProtocolError,
    broken_body=httpx2.ReadError,
)


class HttpTransport(httpx2.AsyncBaseTransport):
    """HTTP/1.1 over kept connections; requests beyond `most` wait for one to be answered."""

    def __init__(self, *, most: int) -> None:
        self._pool = Pool(httpx2.create_ssl_context, most=most)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; its answer's body is read as the caller asks for it. Raises httpx2.TransportError."""
        exchange = await ask(self._pool, request, _ERRORS)
        return httpx2.Response(exchange.head.status, headers=exchange.head.headers, stream=_Body(exchange))

    async def aclose(self) -> None:
        """Close every connection; later requests open new ones."""
        await self._pool.close()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await next_piece(self._exchange, _ERRORS):
            yield piece

    async def aclose(self) -> None:
        self._exchange.close()
