"""Picks the part of a body that bears on a question best: whole paragraphs or sentences, up to a size."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from agentic_search.mcp_servers.fulltext.terms import terms
from agentic_search.text.lexicon import stems

PASSAGE_SIZE = 1200

PARAGRAPH = re.compile(r".+?(?:\n[ \t]*\n\s*|\Z)", re.DOTALL)
SENTENCE = re.compile(r".+?(?:[.!?…؟۔।॥][\"')\]]*\s+|[。！？｡][”’」』）]*\s*|\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the body that is never cut, and the question's terms in it."""

    start: int
    end: int
    found: frozenset[str]


def best_passage(body: str, question: str, size: int = PASSAGE_SIZE) -> str:
    """At most `size` characters of `body`, as they stand there.

    The window holds the most of the question's terms, rare ones counting more; the earliest of equals, so a body
    that holds none of them gives its beginning. A sentence longer than `size` is cut between words.
    """
    if len(body.strip()) <= size:
        return body.strip()
    wanted = frozenset(stems(" ".join(terms(question))))
    pieces = [Piece(start, end, wanted.intersection(stems(body[start:end]))) for start, end in _cut(body, size)]
    start, end = _best_window(pieces, size)
    return body[start:end].strip()


def _cut(body: str, size: int) -> Iterator[tuple[int, int]]:
    """Paragraphs; sentences where a paragraph is too long; words where a sentence is."""
    for paragraph in PARAGRAPH.finditer(body):
        if len(paragraph[0].strip()) <= size:
            yield paragraph.span()
            continue
        for sentence in SENTENCE.finditer(body, *paragraph.span()):
            yield from _cut_words(body, *sentence.span(), size)


def _cut_words(body: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    while end - start > size:
        space = body.rfind(" ", start, start + size)
        cut = space + 1 if space > start else start + size
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def _best_window(pieces: Sequence[Piece], size: int) -> tuple[int, int]:
    """The span of consecutive pieces, at most `size` long, with the highest worth; one that holds much counts twice."""
    spread = Counter(term for piece in pieces for term in piece.found)
    worth = {term: 1 / (1 + count / len(pieces)) for term, count in spread.items()}
    windows = [_window(pieces, first, size) for first in range(len(pieces))]
    alone = [sum(worth[term] for term in sorted(piece.found)) for piece in pieces]
    values = [
        sum(worth[term] for term in sorted(found)) + max(alone[first : first + count])
        for first, (_, _, found, count) in enumerate(windows)
    ]
    start, end, *_ = windows[values.index(max(values))]
    return start, end


def _window(pieces: Sequence[Piece], first: int, size: int) -> tuple[int, int, frozenset[str], int]:
    """As many pieces from the first on as fit, what is found in them, and how many they are."""
    start, end, found, count = pieces[first].start, pieces[first].end, pieces[first].found, 1
    for piece in islice(pieces, first + 1, None):
        if piece.end - start > size:
            break
        end, found, count = piece.end, found | piece.found, count + 1
    return start, end, found, count
