"""Reads a model's Markdown while it is written; gives its pieces as soon as they are certain.

Fenced code is passed on as it comes; everything else piece by piece. However the text was cut, what its pieces say
is the same.
"""

import re

from agentic_search.synthesis.citations.marks import Piece, TextPiece, next_piece
from agentic_search.text.code import FenceState, fenced
from agentic_search.text.lookahead import Lookahead, read_ahead

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of surrogate pairs: nobody can read or send them."""


class MarkdownReader:
    """Reads one growing text."""

    def __init__(self) -> None:
        self._rest = ""
        self._state = FenceState()

    def feed(self, text: str) -> list[Piece]:
        """Take in more text; gives the pieces that are certain now."""
        self._rest += _UNWRITABLE.sub("", text)
        return self._read(final=False)

    def finish(self) -> list[Piece]:
        """Take in the end; gives all that is left."""
        return self._read(final=True)

    def _read(self, *, final: bool) -> list[Piece]:
        pieces: list[Piece] = []

        def step(ahead: Lookahead, at: int) -> int:
            piece, end, self._state = _next(ahead, at, self._state)
            pieces.append(piece)
            return end

        self._rest = read_ahead(self._rest, step, final=final)
        return pieces


def _next(ahead: Lookahead, at: int, state: FenceState) -> tuple[Piece, int, FenceState]:
    end, state = fenced(ahead, at, state)
    if end > at:
        return TextPiece(ahead.text[at:end]), end, state
    piece, end = next_piece(ahead, at)
    return piece, end, state.behind(ahead.text[at:end])
