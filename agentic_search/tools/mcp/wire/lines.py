"""Splits a server's stdout into lines; of one that is longer than a message may be only its ends are kept.

Its id stands at one of the ends, so that the call which it answers can be told; the rest never takes memory.
"""

from dataclasses import dataclass

EDGE = 4_096
"""Bytes of an overlong line that are kept at each end."""


@dataclass(frozen=True, slots=True)
class OverlongLine:
    """A line that was too long to keep."""

    ends: bytes
    """Its first and its last bytes."""


class LineSplitter:
    """Takes what is read, piece by piece, and gives whole lines."""

    def __init__(self, longest: int) -> None:
        """`longest`: bytes of a line."""
        self._longest = longest
        self._pieces: list[bytes] = []
        self._is_cut = False
        self.length = 0
        """Bytes of the unfinished line, also of those that are not kept."""

    @property
    def beginning(self) -> bytes:
        """The first bytes of the unfinished line."""
        return self._pieces[0] if self._pieces else b""

    def feed(self, piece: bytes) -> list[bytes | OverlongLine]:
        """The lines that end in this piece, oldest first; the last one, unfinished, where it is empty."""
        if piece and b"\n" not in piece:
            self._add(piece)
            return []
        first, *others = piece.split(b"\n")
        self._add(first)
        if not piece:
            return [self._taken()] if self.length else []
        lines = [self._taken(), *map(self._checked, others[:-1])]
        self._add(others[-1])
        return lines

    def clear(self) -> bytes:
        """Forget the unfinished line, and give what was kept of it."""
        kept = b"".join(self._pieces)
        self._pieces, self.length, self._is_cut = [], 0, False
        return kept

    def _add(self, piece: bytes) -> None:
        if not piece:
            return
        self._pieces.append(piece)
        self.length += len(piece)
        if self._is_cut:
            self._pieces[1:] = [b"".join(self._pieces[1:])[-EDGE:]]
        elif self.length > self._longest:
            whole = b"".join(self._pieces)
            self._pieces, self._is_cut = [whole[:EDGE], whole[EDGE:][-EDGE:]], True

    def _taken(self) -> bytes | OverlongLine:
        is_cut = self._is_cut
        kept = self.clear()
        return OverlongLine(kept) if is_cut else kept

    def _checked(self, line: bytes) -> bytes | OverlongLine:
        return line if len(line) <= self._longest else OverlongLine(line[:EDGE] + line[EDGE:][-EDGE:])
