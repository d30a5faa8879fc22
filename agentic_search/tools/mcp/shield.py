"""The HTTP client for MCP servers: a broken connection becomes a JSON-RPC error of the one request that it broke.

Without it a connection error on any request ends the whole MCP session, every call in it and the task that opened it
(https://github.com/modelcontextprotocol/python-sdk/issues/3522).
"""

import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

import httpx2

from agentic_search.tools.mcp.opening.probe import DISCOVER, PROBE_WITHIN
from agentic_search.tools.mcp.opening.refusals import (
    OLDER_TRANSPORT,
    WEB_PAGE,
    advice,
    explained,
    is_about_session_alone,
    is_web_page,
    means_no_session,
    reason,
    status_line,
)
from agentic_search.tools.mcp.waiting import seconds_to_wait
from agentic_search.tools.mcp.wire.body import decoded_headers, with_mended_messages
from agentic_search.tools.mcp.wire.held import HeldMessages
from agentic_search.tools.mcp.wire.messages import mended_bytes
from agentic_search.tracing.spans import trace_headers

MOST_CONNECTIONS = 512
"""To one HTTP server; calls beyond it wait for a free connection."""
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

_LIMITS = httpx2.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=100, keepalive_expiry=5.0)
NEVER_BY_PROXY: Mapping[str, None] = {"all://localhost": None, "all://127.0.0.0/8": None, "all://[::1]": None}
"""This machine, whatever HTTP_PROXY says: a proxy elsewhere cannot reach it."""
_SESSION_HEADER = "mcp-session-id"
_METHOD_HEADER = "mcp-method"
_LONGEST_SHORT_ERROR = 512
"""Bytes of an answer with status 200 that is looked into."""
_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
_TURNED_AWAY = {401, 403, 404, 405, 407, 503}
"""HTTP statuses that say the request was not carried out."""
_LONGEST_REFUSAL = 64 * 1024
_CLOSING_TIMEOUT = httpx2.Timeout(1.0)
"""For the DELETE that ends a session: a server that hangs must not hold up the closing."""


class SessionMonitor(Protocol):
    """Is told how a session's connections do; synchronous, never raises."""

    def suspect(self, why: str) -> None:
        """Something broke: check whether the session still works."""
        ...

    def ended(self, why: str) -> None:
        """The session is over for certain."""
        ...


class ShieldedClient(httpx2.AsyncClient):
    """httpx2's client, with proxies and certificates from the environment, except that it raises no transport error."""

    def __init__(
        self,
        monitor: SessionMonitor,
        *,
        wall: Callable[[], datetime],
        fragile: bool,
        headers: Mapping[str, str] | None = None,
        auth: httpx2.Auth | None = None,
        timeout: httpx2.Timeout | None = None,
        largest: int,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        """`wall`: the time of day, for a server that names the date when it may be asked again.

        `largest`: bytes of one message; of a larger one the request that it answers fails.

        `fragile`: one refused or broken request, or the end of the one stream, ends the session (the older SSE).
        """
        super().__init__(
            headers=headers, auth=auth, timeout=timeout, verify=verify, limits=_LIMITS, mounts=NEVER_BY_PROXY
        )
        self._largest = largest
        self._wall = wall
        self._monitor = monitor
        self._on_break = monitor.ended if fragile else monitor.suspect
        self._fragile = fragile
        self._address, self._parsed = "", httpx2.URL()
        self.held = HeldMessages()
        """Large messages, which mcp reads stand-ins of: see `exchanging`."""
        self.last_trouble: str | None = None
        """The last connection or HTTP error, for people, and what to do about it."""
        self.probe_unanswered = False
        """The first request, which asks for the protocol, was not answered in time."""
        self.may_be_older = False
        """A request was refused as by a server that speaks the older HTTP with server-sent events."""

    def build_request(self, method: str, url: httpx2.URL | str, **options: Any) -> httpx2.Request:
        """httpx2's own, except that an address like that of the request before is not parsed again: it takes long."""
        if isinstance(url, str):
            if url != self._address:
                self._address, self._parsed = url, httpx2.URL(url)
            url = self._parsed
        return super().build_request(method, url, **options)

    async def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        """Send; a connection error comes back as status 503 with a JSON-RPC error as its body."""
        request.headers.update(trace_headers())
        response = await self._answer(request, options)
        if not stream:
            await response.aread()
        return response

    async def _answer(self, request: httpx2.Request, options: Mapping[str, Any]) -> httpx2.Response:
        if request.method == "DELETE":
            request.extensions = {**request.extensions, "timeout": _CLOSING_TIMEOUT.as_dict()}
        elif request.headers.get(_METHOD_HEADER) == DISCOVER:
            usual: dict[str, float | None] = request.extensions.get("timeout", {})
            request.extensions = {**request.extensions, "timeout": {**usual, "read": PROBE_WITHIN}}
        try:
            response = await super().send(request, stream=True, **options)
        except httpx2.TransportError as error:
            return self._unanswered(request, error)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            return await self._refused(request, response)
        if request.method == "POST":
            if is_web_page(response):
                self.last_trouble = WEB_PAGE
            elif _SESSION_HEADER in request.headers and _may_be_short_error(response):
                return await self._looked_into(request, response)
        stream = response.stream
        if isinstance(stream, httpx2.AsyncByteStream):
            response.stream = _ShieldedStream(stream, self._on_break, should_stay_open=request.method == "GET")
        return with_mended_messages(response, self._largest, self.held)

    def _unanswered(self, request: httpx2.Request, error: httpx2.TransportError) -> httpx2.Response:
        text = reason(error)
        self.last_trouble = explained(text, error, request.url)
        if isinstance(error, httpx2.ReadTimeout) and request.headers.get(_METHOD_HEADER) == DISCOVER:
            self.probe_unanswered = True
        else:
            self._on_break(text)
        code = UNREACHABLE if isinstance(error, _NEVER_SENT) else BROKEN_OFF
        return _json_rpc_error(request, HTTPStatus.SERVICE_UNAVAILABLE, code, text)

    async def _refused(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
        """An HTTP error, with a body that says so in JSON-RPC unless the server's own already does."""
        body = await _read_some(response)
        status = response.status_code
        text = status_line(response)
        self.last_trouble = ": ".join(filter(None, (text, advice(request.method, status, response.headers))))
        if _SESSION_HEADER in request.headers and means_no_session(status, body):
            return self._session_lost(request)
        self.may_be_older |= request.method == "POST" and status in OLDER_TRANSPORT
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._held_off(request, response, text)
        body = mended_bytes(body) or body
        if _json_rpc_message(body) is not None:
            return httpx2.Response(status, headers=decoded_headers(response), content=body, request=request)
        self._on_break(text)
        code = UNREACHABLE if status in _TURNED_AWAY else BROKEN_OFF
        return _json_rpc_error(request, status, code, text, headers=decoded_headers(response))

    async def _looked_into(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
        """An answer so short that it may be an error: some servers say with status 200 that the session is unknown."""
        body = await _read_some(response)
        if (message := _json_rpc_message(body)) is not None and is_about_session_alone(message):
            return self._session_lost(request)
        return httpx2.Response(response.status_code, headers=decoded_headers(response), content=body, request=request)

    def _session_lost(self, request: httpx2.Request) -> httpx2.Response:
        self._monitor.ended("the server has forgotten the session")
        return _json_rpc_error(request, HTTPStatus.NOT_FOUND, SESSION_LOST, "the server has forgotten the session")

    def _held_off(self, request: httpx2.Request, response: httpx2.Response, text: str) -> httpx2.Response:
        """The status alone counts, whatever the body says; a connection over which it came is as good as ever."""
        if self._fragile:
            self._on_break(text)
        wait = seconds_to_wait(response.headers.get("retry-after"), self._wall())
        data = {} if wait is None else {RETRY_AFTER: wait}
        return _json_rpc_error(
            request, response.status_code, RATE_LIMITED, text, data=data, headers=decoded_headers(response)
        )


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
            self._on_break(reason(error))
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


def _json_rpc_message(body: bytes) -> str | None:
    """What an error of JSON-RPC says; none where it is anything else."""
    try:
        match json.loads(body):
            case {"jsonrpc": "2.0", "error": {"code": int(), "message": str(message)}}:
                return message
            case _:
                return None
    except (ValueError, RecursionError):
        return None


def _may_be_short_error(response: httpx2.Response) -> bool:
    is_json = response.headers.get("content-type", "").startswith("application/json")
    length = response.headers.get("content-length", "")
    return is_json and length.isdecimal() and int(length) <= _LONGEST_SHORT_ERROR


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
