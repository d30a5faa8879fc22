"""Reads a model's Markdown while it is written; gives its pieces as soon as they are certain.

Fenced code is passed on as it comes; everything else piece by piece. However the text was cut, what its pieces say
is the same.
"""

import re
from dataclasses import dataclass, replace

from agentic_search.synthesis.citations.lookahead import Lookahead, Undecided
from agentic_search.synthesis.citations.marks import Piece, TextPiece, next_piece

_LINE_HEAD = " \t>-*+0123456789.)"
_HEAD = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*[ \t>]*")
_LONGEST_INFO = 200
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of surrogate pairs: nobody can read or send them."""


@dataclass(frozen=True, slots=True)
class _ReaderState:
    line_start: bool = True
    fence: str = ""
    """The run that opened the code that is being read; empty outside of code."""
    quoted: bool = False
    """That code stands in a block quote, and ends with it."""

    def behind(self, text: str) -> "_ReaderState":
        """The state when nothing but this, which is no fence, was read."""
        line_start = text[-1] == "\n"
        return self if self.line_start == line_start else replace(self, line_start=line_start)


class MarkdownReader:
    """Reads one growing text."""

    def __init__(self) -> None:
        self._rest = ""
        self._state = _ReaderState()

    def feed(self, text: str) -> list[Piece]:
        """Take in more text; gives the pieces that are certain now."""
        self._rest += _UNWRITABLE.sub("", text)
        return self._read(final=False)

    def finish(self) -> list[Piece]:
        """Take in the end; gives all that is left."""
        return self._read(final=True)

    def _read(self, *, final: bool) -> list[Piece]:
        ahead, at = Lookahead(self._rest, final), 0
        pieces: list[Piece] = []
        while at < len(self._rest):
            try:
                piece, end, self._state = _next(ahead, at, self._state)
            except Undecided:
                break
            pieces.append(piece)
            at = end
        self._rest = self._rest[at:]
        return pieces


def _next(ahead: Lookahead, at: int, state: _ReaderState) -> tuple[Piece, int, _ReaderState]:
    if state.line_start:
        head = ahead.text[at : ahead.run(at, _LINE_HEAD)]
        if state.quoted and ">" not in head and ahead.at(at + len(head)) != "\n":
            state = _ReaderState()
        if state.fence:
            if (end := _closing(ahead, at + len(head), state.fence)) is not None:
                return TextPiece(ahead.text[at:end]), end, _ReaderState()
        elif (opened := _opening(ahead, at, head)) is not None:
            return opened
    if state.fence:
        end = ahead.text.find("\n", at) + 1 or len(ahead.text)
        return TextPiece(ahead.text[at:end]), end, state.behind(ahead.text[at:end])
    piece, end = next_piece(ahead, at)
    return piece, end, state.behind(ahead.text[at:end])


def _opening(ahead: Lookahead, at: int, head: str) -> tuple[Piece, int, _ReaderState] | None:
    """The whole line, if it opens fenced code."""
    begin = at + len(head)
    fence = _fence_at(ahead, begin)
    if len(fence) < 3 or not _HEAD.fullmatch(head):
        return None
    # An info string behind backticks has none itself, or it is a span of code.
    end = _line_end(ahead, begin + len(fence), before="`" if fence[0] == "`" else "")
    return None if end is None else (TextPiece(ahead.text[at:end]), end, _ReaderState(fence=fence, quoted=">" in head))


def _closing(ahead: Lookahead, begin: int, fence: str) -> int | None:
    """The end of the line, if it closes `fence`."""
    found = _fence_at(ahead, begin)
    if not found.startswith(fence):
        return None
    after = ahead.run(begin + len(found), " \t")
    return after + len(ahead.at(after)) if ahead.at(after) in {"", "\n"} else None


def _fence_at(ahead: Lookahead, begin: int) -> str:
    character = ahead.at(begin)
    return ahead.text[begin : ahead.run(begin, character)] if character and character in "`~" else ""


def _line_end(ahead: Lookahead, offset: int, *, before: str) -> int | None:
    """After the line's end, or the text's; none where a character of `before` comes first."""
    end = ahead.find("\n", offset, before=before, most=_LONGEST_INFO)
    if end is not None:
        return end + 1
    cut = len(ahead.text) - offset <= _LONGEST_INFO and ahead.final and not (before and before in ahead.text[offset:])
    return len(ahead.text) if cut else None
