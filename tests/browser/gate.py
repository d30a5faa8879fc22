"""A gate on the way to the service: bytes flow through it both ways until it is shut, and again when it opens."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Gate:
    """Forwards TCP connections from its own port."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._open = True
        self._under_way: set[asyncio.StreamWriter] = set()
        self.url = ""

    def shut(self) -> None:
        """Break every connection, and every new one at once."""
        self._open = False
        for writer in list(self._under_way):
            writer.transport.abort()

    def open(self) -> None:
        """Let through again."""
        self._open = True

    async def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection."""
        if not self._open:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection(*self._there)
        self._under_way |= {writer, there_writer}
        with suppress(ConnectionError):
            async with asyncio.TaskGroup() as group:
                group.create_task(_forward(reader, there_writer))
                group.create_task(_forward(there_reader, writer))
        self._under_way -= {writer, there_writer}


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def gate_before(url: str) -> AsyncGenerator[Gate, None]:
    """A gate before the service at `url`, open."""
    address = urlsplit(url)
    gate = Gate(address.hostname or "127.0.0.1", address.port or 80)
    server = await asyncio.start_server(gate.welcome, "127.0.0.1", 0)
    gate.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield gate
    finally:
        gate.shut()
        server.close()
