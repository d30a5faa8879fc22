"""Servers over real TCP for tests of the HTTP client: one that answers as a test says, and a forward proxy."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Answers one request whose head has been read."""


@dataclass(slots=True)
class Server:
    """A server while it runs."""

    port: int
    requests: list[bytes] = field(default_factory=list[bytes])
    """The heads of all requests."""
    connections: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """A client has closed its connection."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(answer: Answer, *, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Server]:
    """A server that gives each request this answer, on as many connections as there are."""
    writers: list[asyncio.StreamWriter] = []
    accepting: set[asyncio.Task[object]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        if (task := asyncio.current_task()) is not None:
            accepting.add(task)
        server.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                server.requests.append(await reader.readuntil(b"\r\n\r\n"))
                await answer(reader, writer)
        server.left.set()

    async with await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls) as listening:
        server = Server(listening.sockets[0].getsockname()[1])
        yield server
        for writer in writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        for task in accepting:
            task.cancel()
        if accepting:
            await asyncio.wait(accepting)


def says(*pieces: bytes, close: bool = False) -> Answer:
    """Sends these bytes."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if close:
            writer.close()

    return answer


@asynccontextmanager
async def forward_proxy() -> AsyncGenerator[Server]:
    """A proxy for http:// and, by CONNECT, for https://, which finds every host on this machine."""

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, rest = proxy.requests[-1].split(b" ", 2)
        url = urlsplit(b"//" + target if method == b"CONNECT" else target)
        from_server, to_server = await asyncio.open_connection("127.0.0.1", url.port)
        try:
            if method == b"CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                head = b"%s %s %s" % (method, url.path, rest)
                to_server.write(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            async with asyncio.TaskGroup() as group:
                upwards = group.create_task(_copy(reader, to_server))
                await _copy(from_server, writer)
                upwards.cancel()
        finally:
            to_server.close()
            writer.close()

    async with serving(forward) as proxy:
        yield proxy


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
        writer.close()
