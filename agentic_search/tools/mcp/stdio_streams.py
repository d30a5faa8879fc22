"""A child process's pipes as mcp's message streams, a JSON message a line, with no task or queue between."""

import asyncio
import logging
from collections.abc import Callable

import anyio
import anyio.lowlevel
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCError, JSONRPCMessage, JSONRPCResponse

from agentic_search.tools.mcp.wire.lines import LineSplitter, OverlongLine
from agentic_search.tools.mcp.wire.messages import may_be_message, read_affordable, too_large
from agentic_search.tools.mcp.wire.pace import Pace
from agentic_search.tools.mcp.wire.reading_cost import longer_than
from agentic_search.tools.mcp.wire.stream import IncomingMessages, MessageStream

logger = logging.getLogger(__name__)

READ_AHEAD = 256 * 1024
"""Bytes of stdout that are held before anybody asks for them; twice as many at most."""

_CHUNK = 64 * 1024
_TURN = 200
"""Lines that are read before other tasks have a turn: one or two milliseconds."""
_MOST_DROPPED = 8
"""Of a line that is too long, as often its greatest length is read and dropped before a server is given up."""
_MOST_GARBAGE = 8 * 1024 * 1024
"""Bytes that are no message, with no message between, after which a server is given up."""
_MOST_GARBAGE_LINES = 100_000
"""Lines of the same."""
_SHOWN = 2_000
"""Bytes of a line that is no message, in the log."""
_QUOTED = 60
"""Bytes of it, in the reason for giving the server up."""


class Incoming(IncomingMessages):
    """The server's stdout as messages; other lines are logged and skipped, up to a bound."""

    def __init__(
        self,
        name: str,
        stdout: asyncio.StreamReader,
        on_end: Callable[[str | None], None],
        on_garbage: Callable[[bytes], str],
        *,
        longest: int,
    ) -> None:
        """`longest`: bytes of a message; of a longer one the call that it answers fails.

        `on_end` is called when nothing more is read, with the reason where it is not that stdout was closed.

        `on_garbage` is given the beginning of each line that is no message, and gives it back as it may be shown.
        """
        self._name = name
        self._stdout = stdout
        self._on_end = on_end
        self._on_garbage = on_garbage
        self._garbage_level = logging.WARNING
        self._longest = longest
        self._lines: list[bytes | OverlongLine] = []
        """What was read, the next one last."""
        self._splitter = LineSplitter(longest)
        self._begun: list[bytes] = []
        """The lines so far of a message that is written over several."""
        self._since_turn = 0
        self._pace = Pace()
        self._garbage = 0
        self._garbage_lines = 0
        self._given_up: str | None = None

    async def receive(self) -> SessionMessage | Exception:
        """The next message; raises EndOfStream when the process has closed its stdout, or is given up."""
        await self._pace.keep()  # before, for whoever is cancelled here must not lose what was read
        while (line := await self._line()) is not None:
            if (message := await self._message(line)) is not None:
                self._garbage = self._garbage_lines = 0
                if not isinstance(message, JSONRPCResponse | JSONRPCError):
                    self._pace.count()
                return SessionMessage(message)
            self._skip(line if isinstance(line, bytes) else line.ends)
        self._on_end(self._given_up)
        raise anyio.EndOfStream

    async def aclose(self) -> None:
        """Nothing to do: the process's end closes the pipe."""

    async def _message(self, line: bytes | OverlongLine) -> JSONRPCMessage | None:
        if isinstance(line, OverlongLine):
            return too_large(line.ends, longer_than(self._longest))
        message = await read_affordable(line, self._longest)
        return await self._over_lines(line) if message is None else message

    async def _over_lines(self, line: bytes) -> JSONRPCMessage | None:
        """The message that ends with this line, where it is indented as for people: its braces stand at the margin."""
        if line.startswith(b"{"):
            self._begun = [line]
        elif self._begun and len(self._begun) < _MOST_GARBAGE_LINES:
            self._begun.append(line)
        if not self._begun or not line.startswith(b"}"):
            return None
        whole = b"\n".join(self._begun)
        self._begun = []
        return await read_affordable(whole, self._longest)

    async def _line(self) -> bytes | OverlongLine | None:
        """The next line; none after the last, or where the server is given up."""
        self._since_turn += 1
        if self._since_turn >= _TURN:
            await self._give_turn()
        while not self._lines and self._given_up is None:
            await self._read()
            if not self._lines and self._stdout.at_eof():
                return None
        return self._lines.pop() if self._given_up is None else None

    async def _give_turn(self) -> None:
        """Reading never waits while the pipe is full: without this, a server that floods it would stop all others."""
        self._since_turn = 0
        await anyio.lowlevel.checkpoint()

    async def _read(self) -> None:
        """Read what is there, up to a chunk, and split it into lines."""
        await self._give_turn()  # before, for the same reason
        piece = await self._stdout.read(_CHUNK)
        self._lines = self._splitter.feed(piece)[::-1]
        length = self._splitter.length
        if length > self._longest * _MOST_DROPPED:
            self._give_up(f"it wrote a message longer than {self._longest * _MOST_DROPPED >> 20} MiB")
        elif length > _MOST_GARBAGE and not may_be_message(self._splitter.beginning):
            self._skip(self._splitter.clear(), length)

    def _skip(self, line: bytes, length: int = 0) -> None:
        """Count bytes that are no message; `length` where `line` is not the whole of them."""
        if text := self._on_garbage(line[:_SHOWN]):
            logger.log(self._garbage_level, "%s: not a message, on its stdout: %s", self._name, text)
            self._garbage_level = logging.DEBUG  # once is a warning, each time would be a flood
        self._garbage += max(len(line), length) + 1
        self._garbage_lines += 1
        if self._garbage > _MOST_GARBAGE or self._garbage_lines > _MOST_GARBAGE_LINES:
            self._give_up(
                f"it floods its stdout with lines that are no messages, such as {text[:_QUOTED]!r}; "
                "a server's log belongs on stderr"
            )

    def _give_up(self, why: str) -> None:
        logger.warning("%s is given up: %s", self._name, why)
        self._given_up = why
        self._lines = []
        self._splitter.clear()


class Outgoing(MessageStream):
    """The server's stdin, taking messages."""

    def __init__(self, stdin: asyncio.StreamWriter, on_close: Callable[[], None]) -> None:
        """`on_close` is called before stdin is closed from this side."""
        self._stdin = stdin
        self._on_close = on_close

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
        self._on_close()
        self._stdin.close()
