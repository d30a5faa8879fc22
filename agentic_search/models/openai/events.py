"""Reads the body of a streamed chat: takes the bytes of server-sent events, gives the data that they carry.

What arrived together is given together. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from collections.abc import Sequence

from agentic_search.models.network.transport import LONGEST_LINE, OverlongReply

_DONE = b"[DONE]"


class EventReader:
    """Takes a stream apart, whatever pieces it comes in."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        """`longest`: bytes of a line, and of an event's data."""
        self._longest = longest
        self.done = False
        """Whether the server said that nothing more follows."""
        self._begun = b""
        self._data: list[bytes] = []
        self._size = 0
        """Bytes of the event's data so far."""

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of the events that end in this piece. Raises OverlongReply."""
        lines = (self._begun + piece).splitlines(keepends=True)
        self._begun = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        if max(len(self._begun), *map(len, lines), 0) > self._longest:
            raise OverlongReply("a line without end:", self._longest)
        return self._events(lines)

    def end(self) -> list[bytes]:
        """The stream is over: the data of an event that lacks its empty line, where there is one."""
        rest, self._begun = self._begun, b""
        return self._events([rest, b""])

    def _events(self, lines: Sequence[bytes]) -> list[bytes]:
        found: list[bytes] = []
        for line in lines:
            name, _, value = line.rstrip(b"\r\n").partition(b":")
            if name == b"data":
                self._data.append(value.removeprefix(b" "))
                self._size += len(value)
                if self._size > self._longest:
                    raise OverlongReply("an event without end:", self._longest)
            elif not line.strip() and (data := self._event()):
                found.append(data)
        return found

    def _event(self) -> bytes:
        """The data of the event that ended; nothing for comments and for `[DONE]`."""
        data, self._data = b"\n".join(self._data).strip(), []
        self._size = 0
        self.done = self.done or data == _DONE
        return b"" if data == _DONE else data
