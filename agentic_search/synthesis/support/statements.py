"""Reads the statements of a finished answer and what each cites, from the very HTML that readers get.

So there is a statement for each mark that readers see, and for nothing else: code, links and text that only look like
marks have none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from agentic_search.text.sentences import sentence_spans

MOST = 200
"""Marks of an answer that are looked at."""

LONGEST = 1_000
"""Characters of a statement that are looked at."""

_TEXT_TAGS = {"p", "li", "pre", "blockquote", "ul", "ol", "table", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6"}
"""Where one piece of text ends and another begins."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one mark is cited for."""

    text: str
    """A sentence, item, cell or example, without marks; empty where nothing stands before the mark."""
    source: int
    """The mark's number."""
    clause: str = ""
    """What of it stands before the mark, since the mark before; empty where that is all of it."""


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
        self._heading = False
        """The cell heads a column: it belongs to no row."""
        self._mark: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _TEXT_TAGS:
            self.end_piece()
            self._cell = tag in {"td", "th"}
            self._heading = tag == "th"
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
            whole = text.strip() if self._heading or not self._row else f"{self._row}: {text.strip()}"
            self._row = self._row or text.strip()
            self.statements += [Statement(whole[:LONGEST], number) for _, number in marks]
        else:
            self.statements += _of_text(text, marks)
        self._before = text.strip()


def _of_text(text: str, marks: list[tuple[int, int]]) -> Iterator[Statement]:
    """Each mark with the sentence that it stands in or behind; the first sentence where it begins the text."""
    spans = list(sentence_spans(text)) if marks else []
    index = 0
    before = 0
    for place, number in marks:
        while index + 1 < len(spans) and spans[index + 1][0] < place:
            index += 1
        begin, end = spans[index]
        since = max(begin, before)
        clause = text[since:place].strip() if (since, place) != (begin, end) else ""
        yield Statement(text[begin:end][:LONGEST], number, clause[:LONGEST])
        before = before if before and not text[before:place].strip() else place
