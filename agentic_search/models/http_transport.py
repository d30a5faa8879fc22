"""Requests of httpx flow in and to the host asked for, past any proxy; what comes back flows out as it arrives.

httpx's own transport parses an answer in Python, chunk by chunk, which costs more than everything else that is done
with a token of a streamed answer.
"""

from collections.abc import AsyncIterator

import httpx

from agentic_search.http1.client import Errors, ask, next_piece
from agentic_search.http1.pool import Exchange, Pool

_ERRORS = Errors(
    malformed=httpx.LocalProtocolError,
    unreachable=httpx.ConnectError,
    silent=httpx.ReadTimeout,
    broken_head=httpx.RemoteProtocolError,
    broken_body=httpx.ReadError,
)


class HttpTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 over kept connections; requests beyond `most` wait for one to be answered."""

    def __init__(self, *, most: int) -> None:
        self._pool = Pool(httpx.create_ssl_context, most=most)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its answer's body is read as the caller asks for it. Raises httpx.TransportError."""
        exchange = await ask(self._pool, request, _ERRORS)
        return httpx.Response(exchange.head.status, headers=exchange.head.headers, stream=_Body(exchange))

    async def aclose(self) -> None:
        """Close every connection; later requests open new ones."""
        await self._pool.close()


class _Body(httpx.AsyncByteStream):
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await next_piece(self._exchange, _ERRORS):
            yield piece

    async def aclose(self) -> None:
        self._exchange.close()
