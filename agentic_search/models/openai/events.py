"""Reads the body of a streamed chat: takes the bytes of server-sent events, gives the data that they carry.

What arrived together is given together. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from collections.abc import Sequence

from agentic_search.models.network.transport import LONGEST_LINE

_DONE = b"[DONE]"


class EventReader:
    """Takes a stream apart, whatever pieces it comes in."""

    def __init__(self) -> None:
        self.done = False
        """Whether the server said that nothing more follows."""
        self._begun = b""
        self._data: list[bytes] = []
        self._size = 0
        """Bytes of the event's data so far."""

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of the events that end in this piece. Raises ValueError for a line or an event without end."""
        lines = (self._begun + piece).splitlines(keepends=True)
        self._begun = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        if len(self._begun) > LONGEST_LINE:
            raise ValueError("a line without end")
        events = self._events(lines)
        if self._size > LONGEST_LINE:
            raise ValueError("an event without end")
        return events

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
            elif not line.strip() and (data := self._event()):
                found.append(data)
        return found

    def _event(self) -> bytes:
        """The data of the event that ended; nothing for comments and for `[DONE]`."""
        data, self._data = b"\n".join(self._data).strip(), []
        self._size = 0
        self.done = self.done or data == _DONE
        return b"" if data == _DONE else data
