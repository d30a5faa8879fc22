"""uvicorn's HTTP protocol with limits that it lacks: bytes of a request's head, and time for head and body.

httptools joins a header piece by piece, so that a head without end holds the event loop; and a request that never ends
would hold its connection for good.
"""

import asyncio
import json
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}
_LEAST_RATE = 1_000
"""Bytes a second at which a body must come once its time is over."""
_LINGER = 1.0
"""Seconds in which more of a refused request is read and dropped."""
_BETWEEN_DROPS = 0.01
"""Seconds between two pieces of it, up to 256 KB each, times the connections that are refused at the time."""


class LimitedHttp(HttpToolsProtocol):
    """One connection of a client."""

    _refused: ClassVar[set["LimitedHttp"]] = set()
    """Those that were refused and are still open."""

    def __init__(self, *, largest_head: int, within: float, **of_uvicorn: Any) -> None:
        """`largest_head`: bytes of a request line with its headers.

        `within`: seconds for a whole head, and for a body; each 1,000 bytes of a body give it a second more.
        """
        super().__init__(**of_uvicorn)
        self._largest_head = largest_head
        self._within = within
        self._in_head = True
        self._in_body = False
        self._was_asked = False
        self._is_refused = False
        self._head = 0
        """Bytes of the unfinished head."""
        self._earned = 0.0
        """Seconds more that the bytes of the body have given it."""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """asyncio: a client has connected."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is over."""
        self._stop_timer()
        self._refused.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """asyncio: a piece of a request, or of several."""
        if self._is_refused:
            self._drop_slowly()
            return
        if not (self._in_head or self._in_body):
            self._in_head = True  # whatever follows a whole request begins the next
            self._start_timer()
        while data and not (self._is_refused or self.transport.is_closing()):
            room = self._largest_head - self._head if self._in_head else len(data)
            piece, data = data[:room], data[room:]
            self._feed(piece)
            if self._in_head and self._head >= self._largest_head:
                self._refuse(431, f"A request's head may have {self._largest_head} bytes.")

    def on_message_begin(self) -> None:
        """httptools: a request begins."""
        super().on_message_begin()
        self._in_head = True
        self._start_timer()

    def on_headers_complete(self) -> None:
        """httptools: its head is there."""
        self._in_head, self._in_body, self._head, self._was_asked = False, True, 0, True
        self._start_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """httptools: a piece of its body."""
        self._earned += len(body) / _LEAST_RATE
        super().on_body(body)

    def on_message_complete(self) -> None:
        """httptools: its body is there."""
        self._in_body = False
        self._stop_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """uvicorn: the answer is sent."""
        super().on_response_complete()
        if self._in_head and self._timer is not None:
            self._start_timer()  # the next request's time begins when we no longer let it wait

    def send_400_response(self, msg: str) -> None:
        """uvicorn: what came is no HTTP."""
        self._refuse(400, msg)

    def shutdown(self) -> None:
        """uvicorn: the service ends. A request that is not there in full has begun nothing, and is not waited for."""
        if self._in_body and not self._is_refused:
            self._refuse(503, "The service is ending: send the request again when it is back.")
        else:
            super().shutdown()

    def _feed(self, piece: bytes) -> None:
        if self._in_head:
            self._head += len(piece)
        super().data_received(piece)

    def _start_timer(self) -> None:
        self._earned = 0.0
        self._wait(self._within)

    def _wait(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._time_is_over)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_is_over(self) -> None:
        """Close the connection, unless it is we who let the client wait."""
        is_answering = self._in_head and self._was_asked and not self.cycle.response_complete
        if is_answering or self.flow.read_paused:
            self._start_timer()
        elif self._earned:
            earned, self._earned = self._earned, 0.0
            self._wait(earned)
        elif self._head == 0 and self._in_head:
            self.transport.close()  # nothing was asked
        else:
            rate = f"its body at {_LEAST_RATE} bytes a second"
            self._refuse(408, f"A request's head must come within {self._within:g} s, {rate}.")

    def _refuse(self, status: int, text: str) -> None:
        self._stop_timer()
        # Of a request whose target is no URL, uvicorn makes nothing at all.
        asked = self.cycle if self._in_body else None
        if asked is None or not asked.response_started:
            body = _problem(status, text)
            lines = (
                f"HTTP/1.1 {status} {_REASONS[status]}",
                "content-type: application/problem+json",
                f"content-length: {len(body)}",
                "connection: close",
            )
            self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        if asked is not None:
            asked.disconnected = True  # whoever works on it says nothing more after the refusal
            asked.message_event.set()
        self._is_refused = True
        self._refused.add(self)
        # A connection that is closed while more comes is reset, and the client never reads why.
        self._timer = self.loop.call_later(_LINGER, self.transport.close)

    def _drop_slowly(self) -> None:
        """Read the next piece of a refused request in a while: some clients send as fast as they are read."""
        self.transport.pause_reading()
        self.loop.call_later(_BETWEEN_DROPS * len(self._refused), self._read_on)

    def _read_on(self) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()


def _problem(status: int, text: str) -> bytes:
    """As the API tells of what goes wrong."""
    code = HTTPStatus(status).name.lower()
    problem = {"type": f"urn:agentic-search:{code}", "title": _REASONS[status], "status": status, "detail": text}
    return json.dumps(problem).encode()
