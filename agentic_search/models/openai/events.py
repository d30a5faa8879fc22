"""Reads the body of a streamed chat: takes the bytes of server-sent events, gives the data that they carry.

What arrived together is given together. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from collections.abc import Sequence

LARGEST_EVENT = 4 * 1024 * 1024
"""Bytes; a stream that goes on for longer without the end of a line is none of events."""
_DONE = b"[DONE]"


class EventReader:
    """Takes a stream apart, whatever pieces it comes in."""

    def __init__(self) -> None:
        self.done = False
        """Whether the server said that nothing more follows."""
        self._begun = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of the events that end in this piece. Raises ValueError for a line without end."""
        lines = (self._begun + piece).splitlines(keepends=True)
        self._begun = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        if len(self._begun) > LARGEST_EVENT:
            raise ValueError("a line without end")
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
            elif not line.strip() and (data := self._event()):
                found.append(data)
        return found

    def _event(self) -> bytes:
        """The data of the event that ended; nothing for comments and for `[DONE]`."""
        data, self._data = b"\n".join(self._data).strip(), []
        self.done = self.done or data == _DONE
        return b"" if data == _DONE else data
