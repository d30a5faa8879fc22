"""HTTP/1.1 as far as Ollama's clients use it: reads the requests of a connection, and writes the answers."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import JsonValue

JSON = "application/json; charset=utf-8"
NDJSON = "application/x-ndjson"


@dataclass(frozen=True)
class Request:
    """One HTTP request."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes


def encode(value: JsonValue) -> bytes:
    """JSON as Go writes it: no spaces, and nothing that could end a script in a web page."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "replace")


class Connection:
    """One client's connection: requests come in one after another, each gets one answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ahead = b""
        self.streaming = False
        """Whether the head of a chunked answer has been sent."""

    async def next(self) -> Request | None:
        """The next request; none when the client has left."""
        try:
            line = (self._ahead + await self._reader.readline()).decode()
            self._ahead = b""
            if not line:
                return None
            method, path, _ = line.split(" ", 2)
            headers = await self._headers()
            body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        except (ConnectionError, asyncio.IncompleteReadError):
            return None
        return Request(method, path, headers, body)

    async def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while line := (await self._reader.readline()).decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return headers

    async def serve(self, work: Coroutine[None, None, None]) -> bool:
        """Do the work of one answer unless the client leaves first; whether it was done."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
            watcher = group.create_task(self._cancel_when_left(task))
            task.add_done_callback(lambda _: watcher.cancel())
        return not task.cancelled()

    async def _cancel_when_left(self, task: asyncio.Task[None]) -> None:
        try:
            self._ahead = await self._reader.read(1)
        except ConnectionError:
            self._ahead = b""
        if not self._ahead:
            task.cancel()

    async def respond(self, status: int, content_type: str, body: bytes) -> None:
        """Send a whole answer."""
        await self._send(_head(status, content_type, f"Content-Length: {len(body)}") + body)

    async def frame(self, value: JsonValue) -> None:
        """Send one object of a streamed answer."""
        await self.line(encode(value))

    async def line(self, content: bytes) -> None:
        """Send one line of a streamed answer, before the first its head."""
        head = b"" if self.streaming else _head(200, NDJSON, "Transfer-Encoding: chunked")
        self.streaming = True
        line = content + b"\n"
        await self._send(head + b"%x\r\n%s\r\n" % (len(line), line))

    async def end_frames(self) -> None:
        """End a streamed answer as HTTP wants it ended."""
        if not self.streaming:
            await self._send(_head(200, NDJSON, "Transfer-Encoding: chunked"))
        self.streaming = False
        await self._send(b"0\r\n\r\n")

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def drop(self) -> None:
        """Reset the connection."""
        self._writer.transport.abort()

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


def _head(status: int, content_type: str, length: str) -> bytes:
    phrase = HTTPStatus(status).phrase
    return f"HTTP/1.1 {status} {phrase}\r\nContent-Type: {content_type}\r\n{length}\r\n\r\n".encode()
