"""Reads the statements of a finished answer and what each cites, from the very HTML that readers get.

So there is a statement for each mark that readers see, and for nothing else: code, links and text that only look like
marks have none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise

from agentic_search.text.sentences import split_sentences

MOST = 200
"""Marks of an answer that are looked at."""

LONGEST = 1_000
"""Characters of a statement that are looked at."""

_TEXT_TAGS = frozenset("p li td th h1 h2 h3 h4 h5 h6 pre blockquote ul ol table tr".split())
"""Where one piece of text ends and another begins."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one mark is cited for."""

    text: str
    """A sentence, item, cell or example, without marks; empty where nothing stands before the mark."""
    source: int
    """The mark's number."""


def cited_statements(html: str) -> list[Statement]:
    """One for each mark of an answer's HTML, in its order; at most MOST."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_piece()
    return reader.statements[:MOST]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.statements: list[Statement] = []
        self._text = ""
        self._marks: list[tuple[int, int]] = []
        """Position in the text, and number."""
        self._before = ""
        """The piece before this one: what a mark alone in its paragraph is for."""
        self._row = ""
        """The first cell of the row, for cells that say little alone."""
        self._cell = False
        self._mark: list[str] | None = None
        self._full = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _TEXT_TAGS:
            self.end_piece()
            self._cell = tag in {"td", "th"}
            self._row = "" if tag == "tr" else self._row
        elif tag == "br":
            self._text += "\n"
        elif tag == "a" and ("class", "citation") in attrs:
            self._mark = []

    def handle_endtag(self, tag: str) -> None:
        if tag in _TEXT_TAGS:
            self.end_piece()
        elif tag == "a" and self._mark is not None:
            number = "".join(self._mark)
            self._mark = None
            if number.isdecimal() and len(self.statements) + len(self._marks) < MOST:
                self._text = self._text.rstrip(" ")
                self._marks.append((len(self._text), int(number)))

    def handle_data(self, data: str) -> None:
        if self._mark is not None:
            self._mark.append(data)
        else:
            self._text += data

    def end_piece(self) -> None:
        """What was read since the last tag that begins or ends a piece is one."""
        text, marks, cell = self._text, self._marks, self._cell
        self._text, self._marks, self._cell = "", [], False
        if not text.strip():
            self.statements += [Statement(self._before[:LONGEST], number) for _, number in marks]
            return
        if cell:
            whole = text.strip() if not self._row else f"{self._row}: {text.strip()}"
            self._row = self._row or text.strip()
            self.statements += [Statement(whole[:LONGEST], number) for _, number in marks]
        else:
            spans = list(_spans(text)) if marks else []
            self.statements += [Statement(_at(spans, text, place), number) for place, number in marks]
        self._before = text.strip()


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text begin and end."""
    at = 0
    for line in text.split("\n"):
        for sentence in split_sentences(line):
            begin = text.index(sentence, at)
            at = begin + len(sentence)
            yield begin, at


def _at(spans: list[tuple[int, int]], text: str, place: int) -> str:
    """The sentence that a mark at `place` stands in or behind; the first where it begins the text."""
    chosen = spans[0]
    for span, following in pairwise([*spans, (len(text) + 1, 0)]):
        if span[0] < place:
            chosen = span
        if following[0] >= place:
            break
    return text[slice(*chosen)][:LONGEST]
