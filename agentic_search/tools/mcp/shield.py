"""A shield round httpx2: a broken connection becomes a JSON-RPC error of the one request that it broke.

Without it a connection error on any request ends the whole MCP session, every call in it and the task that opened it
(https://github.com/modelcontextprotocol/python-sdk/issues/3522).
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

import httpx2

from agentic_search.tools.mcp.retry_after import seconds_to_wait

UNREACHABLE = -23_001
"""JSON-RPC error code: the request was never sent, or turned away unread."""
BROKEN_OFF = -23_002
"""JSON-RPC error code: the request was sent, and no whole answer came."""
SESSION_LOST = -23_003
"""JSON-RPC error code: the server does not know the session any more; the request was not looked at."""
RATE_LIMITED = -23_004
"""JSON-RPC error code: turned away unread, with status 429; the error's `data` says for how long, where it is known."""
RETRY_AFTER = "retryAfter"
"""In the `data` of a RATE_LIMITED error: seconds to wait before the next request."""

_SESSION_HEADER = "mcp-session-id"
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_TURNED_AWAY = {401, 403, 404, 405, 407, 503}
"""HTTP statuses that say the request was not carried out."""
_LONGEST_REFUSAL = 64 * 1024
_FAREWELL = httpx2.Timeout(1.0)
"""For the DELETE that ends a session: a server that hangs must not hold up the closing."""


class Watcher(Protocol):
    """Who is told how a connection fares; synchronous, never raises."""

    def doubt(self, why: str) -> None:
        """Something broke: look whether the session still works."""
        ...

    def ended(self, why: str) -> None:
        """The session is over for certain."""
        ...


class ShieldTransport(httpx2.AsyncBaseTransport):
    """httpx2's own transport, except that it never raises a transport error."""

    def __init__(
        self, inner: httpx2.AsyncBaseTransport, watcher: Watcher, *, wall: Callable[[], datetime], fragile: bool
    ) -> None:
        """`wall`: the time of day, for a server that names the date when it may be asked again.

        `fragile`: one refused or broken request, or the end of the one stream, ends the session (the older SSE).
        """
        self._inner = inner
        self._wall = wall
        self._watcher = watcher
        self._on_break = watcher.ended if fragile else watcher.doubt
        self._fragile = fragile
        self.last_trouble: str | None = None
        """The last connection or HTTP error, for people: "HTTP 401 Unauthorized"."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send; a connection error comes back as status 503 with a JSON-RPC error as its body."""
        if request.method == "DELETE":
            request.extensions = {**request.extensions, "timeout": _FAREWELL.as_dict()}
        try:
            response = await self._inner.handle_async_request(request)
        except httpx2.TransportError as error:
            return self._unanswered(request, error)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            return await self._refused(request, response)
        stream = response.stream
        if isinstance(stream, httpx2.AsyncByteStream):
            response.stream = _ShieldedStream(stream, self._on_break, should_stay_open=request.method == "GET")
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()

    def _unanswered(self, request: httpx2.Request, error: httpx2.TransportError) -> httpx2.Response:
        self.last_trouble = text = str(error) or type(error).__name__
        self._on_break(text)
        code = UNREACHABLE if isinstance(error, _NEVER_SENT) else BROKEN_OFF
        return _json_rpc_error(request, HTTPStatus.SERVICE_UNAVAILABLE, code, text)

    async def _refused(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
        """An HTTP error, with a body that says so in JSON-RPC unless the server's own already does."""
        body = await _read_some(response)
        status = response.status_code
        self.last_trouble = text = f"HTTP {status} {response.reason_phrase}".rstrip()
        if status == HTTPStatus.NOT_FOUND and _SESSION_HEADER in request.headers:
            self._watcher.ended("the server has forgotten the session")
            return _json_rpc_error(request, status, SESSION_LOST, "the server has forgotten the session")
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._held_off(request, response, text)
        if _is_json_rpc_error(body):
            return httpx2.Response(status, headers=_headers(response), content=body, request=request)
        self._on_break(text)
        code = UNREACHABLE if status in _TURNED_AWAY else BROKEN_OFF
        return _json_rpc_error(request, status, code, text, headers=_headers(response))

    def _held_off(self, request: httpx2.Request, response: httpx2.Response, text: str) -> httpx2.Response:
        """The status alone counts, whatever the body says; a connection over which it came is as good as ever."""
        if self._fragile:
            self._on_break(text)
        wait = seconds_to_wait(response.headers.get("retry-after"), self._wall())
        data = {} if wait is None else {RETRY_AFTER: wait}
        return _json_rpc_error(request, response.status_code, RATE_LIMITED, text, data=data, headers=_headers(response))


class _ShieldedStream(httpx2.AsyncByteStream):
    """A response's body that ends where the connection broke, instead of raising there."""

    def __init__(
        self, inner: httpx2.AsyncByteStream, on_break: Callable[[str], None], *, should_stay_open: bool
    ) -> None:
        self._inner = inner
        self._on_break = on_break
        self._should_stay_open = should_stay_open

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._inner:
                yield piece
        except httpx2.TransportError as error:
            self._on_break(str(error) or type(error).__name__)
        else:
            if self._should_stay_open:
                self._on_break("the server's event stream ended")

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _read_some(response: httpx2.Response) -> bytes:
    """An error's body, up to a bound; what cannot be read is left out."""
    body = bytearray()
    try:
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _LONGEST_REFUSAL:
                break
    except (httpx2.TransportError, httpx2.DecodingError):
        body.clear()
    finally:
        await response.aclose()
    return bytes(body)


def _is_json_rpc_error(body: bytes) -> bool:
    try:
        match json.loads(body):
            case {"jsonrpc": "2.0", "error": {"code": int(), "message": str()}}:
                return True
            case _:
                return False
    except (ValueError, RecursionError):
        return False


def _headers(response: httpx2.Response) -> dict[str, str]:
    """The headers that still hold for a body that was read and decoded."""
    gone = {"content-length", "content-encoding", "transfer-encoding"}
    return {name: value for name, value in response.headers.items() if name.lower() not in gone}


def _json_rpc_error(
    request: httpx2.Request,
    status: int,
    code: int,
    text: str,
    *,
    data: Mapping[str, float] | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx2.Response:
    error = {"code": code, "message": text, **({"data": data} if data else {})}
    body = {"jsonrpc": "2.0", "id": None, "error": error}
    return httpx2.Response(
        status,
        headers={**(headers or {}), "content-type": "application/json"},
        content=json.dumps(body).encode(),
        request=request,
    )
