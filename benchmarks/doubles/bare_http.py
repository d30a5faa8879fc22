"""An HTTP client that costs next to nothing, so that the service is measured and not its caller."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit


class BareClient:
    """One connection, kept alive: one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def post(self, path: str, body: object) -> Any:
        """POST JSON; the JSON of the answer. Raises AssertionError unless its status is 200."""
        await self._send(path, body, accept="application/json")
        status, headers = await self._head()
        answer = await self._reader.readexactly(int(headers["content-length"]))
        assert status == 200, answer
        return json.loads(answer)

    async def until(self, path: str, body: object, line: bytes) -> None:
        """POST JSON, asking for events, and return at a line of the stream; the connection is of no use after that."""
        await self._send(path, body, accept="text/event-stream")
        while (await self._reader.readline()).strip() != line:
            assert not self._reader.at_eof(), f"the stream ended without {line!r}"

    async def _send(self, path: str, body: object, *, accept: str) -> None:
        content = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nContent-Type: application/json\r\n"
        self._writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        await self._writer.drain()

    async def _head(self) -> tuple[int, dict[str, str]]:
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        named = (line.partition(":") for line in lines[1:] if line)
        return int(lines[0].split()[1]), {name.lower(): value.strip() for name, _, value in named}


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[BareClient, None]:
    """A connection while the block lasts."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**22)
    try:
        yield BareClient(reader, writer)
    finally:
        writer.close()
