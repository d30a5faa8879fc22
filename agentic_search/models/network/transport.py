"""The network under every client of a model server: takes httpx's requests, sends them by aiohttp.

httpx's own network code takes more time for a token of a streamed answer than everything else that is done with it.
"""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from typing import cast

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from agentic_search.clock import Clock
from agentic_search.models.network.address import proxy_for
from agentic_search.tracing.spans import trace_headers

MOST_CONNECTIONS = 512
"""Calls beyond it wait for another to end."""
CONNECT_TIMEOUT = 2.0
"""Seconds in which a model server must take a connection."""
LONGEST_LINE = 4 * 1024 * 1024
"""Bytes of one line, or one event, of a streamed answer, where no setting says otherwise; longer ones are not read."""
PACE = 0.001
"""Seconds between two reads of a streamed answer. Servers send an event for each token, and what is done for one read
costs more than the token: without it a search with a model that takes no time costs a fifth more CPU."""

# httpx-aiohttp knows fewer: it calls a refused connection and one that breaks off a ConnectTimeout, and lets pass what
# aiohttp says of an answer that is not HTTP.
_ERRORS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], type[httpx.TransportError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
    ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), httpx.ProxyError),
    ((aiohttp.ClientConnectorError, aiohttp.InvalidURL, UnicodeError), httpx.ConnectError),
    (aiohttp.ClientPayloadError, httpx.ReadError),
    (aiohttp.ClientError, httpx.RemoteProtocolError),
)
"""What an error of aiohttp is to httpx; the first that fits."""


class OverlongReply(ValueError):
    """A model server sends more in one piece than is read."""

    def __init__(self, what: str, most: int) -> None:
        """`what` is longer than `most` bytes."""
        super().__init__(f"{what} of more than {most / 2**20:.3g} MiB; AGENTIC_SEARCH_MAX_MODEL_LINE can allow more")


async def read_whole(response: httpx.Response, most: int) -> bytes:
    """The body; raises OverlongReply where it has more than `most` bytes."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > most:
            raise OverlongReply("an answer", most)
    return bytes(body)


class ModelTransport(httpx.AsyncBaseTransport):
    """Sends to the model server at one URL; on this machine past any proxy: prompts go nowhere else."""

    def __init__(self, url: str, clock: Clock, *, most: int = MOST_CONNECTIONS) -> None:
        """`most`: connections at a time. Raises ConfigurationError for a proxy that cannot be used."""
        self._clock = clock
        self._network = AiohttpTransport(limits=httpx.Limits(max_connections=most), proxy=proxy_for(url))
        self._unclosed: set[_ResponseBody] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, and give what came back. Raises httpx.TransportError."""
        request.headers.update(trace_headers())
        if request.method == "POST":
            await self._notice_closed_connections()
        response = await self._send(request)
        response.stream = _ResponseBody(cast(httpx.AsyncByteStream, response.stream), self._unclosed)
        return response

    async def aclose(self) -> None:
        """Close every connection; aiohttp alone would leave those waiting who still read from one."""
        for body in tuple(self._unclosed):
            await body.aclose()
        await self._network.aclose()

    async def _notice_closed_connections(self) -> None:
        """Let the event loop see which kept connections the server closed: a POST that meets one is not repeated."""
        for _ in range(2):
            await self._clock.sleep(0)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Send it; there is no write timeout in aiohttp, but only a stalled write outlasts all timeouts together."""
        timeouts = request.extensions["timeout"].values()
        try:
            async with asyncio.timeout(None if None in timeouts else sum(timeouts)):
                with _errors_of_httpx():
                    return await self._network.handle_async_request(request)
        except TimeoutError as error:
            raise httpx.WriteTimeout("the request could not be written") from error


class _ResponseBody(httpx.AsyncByteStream):
    """An answer's body; one of `unclosed` until it is closed."""

    def __init__(self, inner: httpx.AsyncByteStream, unclosed: set["_ResponseBody"]) -> None:
        self._inner = inner
        self._unclosed = unclosed
        unclosed.add(self)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_of_httpx():
            async for piece in self._inner:
                yield piece

    async def aclose(self) -> None:
        self._unclosed.discard(self)
        await self._inner.aclose()


@contextmanager
def _errors_of_httpx() -> Generator[None]:
    try:
        yield
    except (httpx.TransportError, aiohttp.ClientError, UnicodeError) as error:
        cause = error.__cause__ if isinstance(error, httpx.TransportError) else error
        for known, told in _ERRORS:
            if isinstance(cause, known):
                raise told(str(cause)) from cause
        raise
