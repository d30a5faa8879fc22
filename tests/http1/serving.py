"""A server over real TCP that answers as a test says, and what it saw of its clients."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from agentic_search.http1.connecting import Origin

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Answers one request whose head has been read."""


@dataclass(slots=True)
class Server:
    """A server while it runs."""

    origin: Origin
    requests: list[bytes] = field(default_factory=list[bytes])
    """The heads of all requests."""
    connections: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """A client has closed its connection."""


@asynccontextmanager
async def serving(answer: Answer, *, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Server]:
    """A server that gives each request this answer, on as many connections as there are; with `tls` as localhost."""
    writers: list[asyncio.StreamWriter] = []

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        server.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                server.requests.append(await reader.readuntil(b"\r\n\r\n"))
                await answer(reader, writer)
        server.left.set()

    async with await asyncio.start_server(welcome, "127.0.0.1", 0, ssl=tls) as listening:
        host, port = "localhost" if tls else "127.0.0.1", listening.sockets[0].getsockname()[1]
        server = Server(Origin(host, port, secure=tls is not None))
        yield server
        for writer in writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


def says(*pieces: bytes, close: bool = False) -> Answer:
    """Sends these bytes."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if close:
            writer.close()

    return answer
