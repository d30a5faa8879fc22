"""One HTTP/1.1 connection: a request's bytes flow out, its answer's head and then its body flow in.

The body comes in pieces as large as what has arrived: however small the chunks are in which a server streams, a reader
that is behind takes all of them at once. Parsing is httptools', the parser of the servers that we run on.
"""

import asyncio
import selectors
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

LARGEST_HEAD = 64 * 1024
"""Bytes of an answer's status and headers."""
_READ_AHEAD = 256 * 1024
"""Bytes of a body that may lie unread before the sender is held up."""

_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""One that costs next to nothing to make."""


class BrokenOff(ConnectionError):
    """The connection ended, or what came over it is no HTTP, before the answer was whole."""


class Silent(TimeoutError):
    """Nothing came for longer than the reader would wait."""


@dataclass(slots=True)
class Head:
    """How an answer begins."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])

    @property
    def ends_with_connection(self) -> bool:
        """Nothing says how long the body is: it goes on until the server closes."""
        return not any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in self.headers)


class Connection(asyncio.Protocol):
    """One exchange at a time: `send`, `head`, `piece` until it is empty; then, while `reusable`, the next."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._broken: BrokenOff | None = None
        self._lost = asyncio.Event()
        self._begin()

    def _begin(self) -> None:
        self._head = Head()
        self._head_size = 0
        self._head_complete = False
        self._pieces: list[bytes] = []
        self._unread = 0
        self._complete = False
        self._persistent = True

    def __repr__(self) -> str:
        state = "broken" if self._broken else "between exchanges" if self._complete else "in an exchange"
        return f"<Connection {state}>"

    @property
    def reusable(self) -> bool:
        """The answer is whole and was read, and the connection can take another exchange."""
        return self._complete and not self._pieces and self._persistent and self._broken is None

    @property
    def left(self) -> bool:
        """Something has arrived that the loop has not told of yet: between exchanges, that the server has left."""
        if self._transport is None:
            return True
        with _Selector() as selector:
            selector.register(self._transport.get_extra_info("socket"), selectors.EVENT_READ)
            return bool(selector.select(0))

    def send(self, request: bytes) -> None:
        """Begin an exchange."""
        self._begin()
        if self._transport is not None and self._broken is None:
            self._transport.write(request)

    async def head(self, patience: float | None) -> Head:
        """The beginning of the answer. Raises BrokenOff, or Silent after `patience` seconds of silence."""
        while not self._head_complete:
            await self._news(patience)
        return self._head

    async def piece(self, patience: float | None) -> bytes:
        """All of the body that has arrived and was not taken yet; empty at the end. Raises as `head` does."""
        while not self._pieces and not self._complete:
            await self._news(patience)
        piece = b"".join(self._pieces)
        self._pieces.clear()
        if self._unread > _READ_AHEAD and self._transport is not None:
            self._transport.resume_reading()
        self._unread = 0
        return piece

    def close(self) -> None:
        """Begin to close at once; a server that is still answering sees that nobody listens."""
        if self._transport is not None:
            self._transport.abort()

    async def closed(self) -> None:
        """Wait until it is closed."""
        await self._lost.wait()

    async def _news(self, patience: float | None) -> None:
        """Wait until something arrives."""
        if self._broken is not None:
            raise self._broken
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(patience):
                await self._waiting
        except TimeoutError as error:
            raise Silent(f"nothing came for {patience:g} s") from error
        finally:
            self._waiting = None

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _break_off(self, why: str) -> None:
        self._broken = self._broken or BrokenOff(why)
        self.close()
        self._wake()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, and hold the sender up while too much of it lies unread."""
        held_up = self._unread > _READ_AHEAD
        if not self._head_complete:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._break_off(f"the answer is no HTTP: {error}")
            return
        if not self._head_complete and self._head_size > LARGEST_HEAD:
            self._break_off(f"the answer's head is larger than {LARGEST_HEAD // 1024} KiB")
        elif self._unread > _READ_AHEAD and not held_up and self._transport is not None:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """End a body that ends with its connection; anything else that is not whole breaks off here."""
        self._transport = None
        self._lost.set()
        if self._head_complete and self._head.ends_with_connection:
            self._complete = True
        self._break_off(f"the connection ended{f': {exc}' if exc else ''}")

    # What the parser calls.

    def on_message_begin(self) -> None:
        """More than was asked for: what comes over this connection from now on cannot be told apart."""
        self._persistent = self._persistent and not self._complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; trailers, behind the body, are left out."""
        if not self._head_complete:
            self._head.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Keep the status, unless this is only an announcement of the answer."""
        if self._complete:
            return
        self._head.status = self._parser.get_status_code()
        self._head_complete = self._head.status >= HTTPStatus.OK
        self._persistent = self._persistent and self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """Keep a chunk until it is read."""
        if not self._complete:
            self._pieces.append(body)
            self._unread += len(body)

    def on_message_complete(self) -> None:
        """The answer is whole, or its announcement is over."""
        if self._head_complete:
            self._complete = True
        else:
            self._head = Head()
