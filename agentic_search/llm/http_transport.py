"""Requests of httpx flow in and to the host asked for, past any proxy; what comes back flows out as it arrives.

httpx's own transport parses an answer in Python, chunk by chunk, which costs more than everything else that is done
with a token of a streamed answer.
"""

from collections.abc import AsyncIterator

import httpx

from agentic_search.http1.connecting import CannotConnect, Origin
from agentic_search.http1.connection import BrokenOff, Silent
from agentic_search.http1.pool import Exchange, Patience, Pool
from agentic_search.http1.request import written


class HttpTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 over kept connections; requests beyond `most` wait for one to be answered."""

    def __init__(self, *, most: int) -> None:
        self._pool = Pool(httpx.create_ssl_context, most=most)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its answer's body is read as the caller asks for it. Raises httpx.TransportError."""
        url = request.url
        waits: dict[str, float | None] = request.extensions.get("timeout", {})
        patience = Patience(connect=waits.get("connect"), silence=waits.get("read"))
        try:
            origin = Origin.of(url.scheme, url.host, url.port)
            text = written(request.method, url.raw_path, request.headers.raw, await request.aread())
            exchange = await self._pool.exchange(origin, text, patience)
        except ValueError as error:
            raise httpx.LocalProtocolError(str(error)) from error
        except CannotConnect as error:
            raise httpx.ConnectError(str(error)) from error
        except Silent as error:
            raise httpx.ReadTimeout(str(error)) from error
        except BrokenOff as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        return httpx.Response(exchange.head.status, headers=exchange.head.headers, stream=_Body(exchange))

    async def aclose(self) -> None:
        """Close every connection; later requests open new ones."""
        await self._pool.close()


class _Body(httpx.AsyncByteStream):
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while piece := await self._exchange.piece():
                yield piece
        except Silent as error:
            raise httpx.ReadTimeout(str(error)) from error
        except BrokenOff as error:
            raise httpx.ReadError(str(error)) from error

    async def aclose(self) -> None:
        self._exchange.close()
