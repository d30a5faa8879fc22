"""A child process's pipes as mcp's message streams, a JSON message a line, with no task or queue between."""

import asyncio
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

logger = logging.getLogger(__name__)

LONGEST_MESSAGE = 256 * 1024 * 1024
"""Bytes in one line of the server's stdout."""


class _MessageStream:
    """What mcp asks of every stream."""

    async def aclose(self) -> None:
        """Done with it."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.aclose()


class Incoming(_MessageStream):
    """The server's stdout as messages; other lines are logged and skipped."""

    def __init__(
        self,
        name: str,
        stdout: asyncio.StreamReader,
        on_end: Callable[[], None],
        on_garbage: Callable[[bytes], str],
    ) -> None:
        """`on_garbage` is given each line that is no message, and gives it back as it may be shown."""
        self._name = name
        self._stdout = stdout
        self._on_end = on_end
        self._on_garbage = on_garbage
        self._garbage_level = logging.WARNING

    async def receive(self) -> SessionMessage | Exception:
        """The next message; raises EndOfStream when the process has closed its stdout."""
        while line := await self._line():
            try:
                return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
            except ValueError:
                self._report_garbage(line)
        self._on_end()
        raise anyio.EndOfStream

    async def aclose(self) -> None:
        """Nothing to do: the process's end closes the pipe."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def _line(self) -> bytes:
        try:
            return await self._stdout.readline()
        except ValueError:
            logger.exception("%s: a message longer than %d bytes", self._name, LONGEST_MESSAGE)
            return b""

    def _report_garbage(self, line: bytes) -> None:
        if text := self._on_garbage(line):
            logger.log(self._garbage_level, "%s: not a message, on its stdout: %s", self._name, text)
            self._garbage_level = logging.DEBUG  # once is a warning, each time would be a flood


class Outgoing(_MessageStream):
    """The server's stdin, taking messages."""

    def __init__(self, stdin: asyncio.StreamWriter) -> None:
        self._stdin = stdin

    async def send(self, item: SessionMessage, /) -> None:
        """Write one message; waits while the pipe is full, raises BrokenResourceError when nobody reads it."""
        if self._stdin.is_closing():
            raise anyio.ClosedResourceError
        line = item.message.model_dump_json(by_alias=True, exclude_unset=True)
        try:
            self._stdin.write(line.encode() + b"\n")
            await self._stdin.drain()
        except OSError as error:
            raise anyio.BrokenResourceError from error

    async def aclose(self) -> None:
        """Tell the server that nothing more comes."""
        self._stdin.close()
