"""Filters what a model writes: its marks become those of real sources, renumbered 1, 2, 3 …

The model sees sources as [1] to [n], best first; readers see them numbered in the order in which they are cited. Marks
of no source go, and so do addresses that no source has: the text of a link stays. Code is left alone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from agentic_search.domain.answer import Source
from agentic_search.domain.outcome import Evidence
from agentic_search.synthesis.citations.marks import Link, Marks, Piece, TextPiece
from agentic_search.synthesis.citations.reader import MarkdownReader
from agentic_search.synthesis.evidence.question_terms import QuestionTerms
from agentic_search.synthesis.evidence.quotation import quote

SNIPPET = 300
"""Characters of a source's snippet."""

CITING = 240
"""Characters before a mark that are taken for the statement it supports."""

_PLAIN_URL = re.compile(r"https?://[^\s<>()\\]+")
"""What can stand in a Markdown link as it is."""


class CitationFilter:
    """Filters one answer, in pieces as it is written."""

    def __init__(self, shown: Sequence[Evidence], query: str = "") -> None:
        """`shown` is what the model saw, the first as [1]; addresses that stand in `query` may be repeated."""
        self._shown = shown
        self._addresses = {
            _address(item.passage.url): number for number, item in reversed([*enumerate(shown, 1)]) if item.passage.url
        }
        self._texts = (query, *(item.passage.whole for item in shown))
        self._reader = MarkdownReader()
        self._spaces = ""
        """Held back: they go with a mark that goes."""
        self._gone = ""
        """Those that went with the marks right before."""
        self._cited: dict[int, int] = {}
        self.numbers: set[int] = set()
        """The numbers that readers have seen so far: 1 to k."""

    def feed(self, text: str) -> str:
        """Take in more text; gives what is certain of it, in its final form."""
        return "".join(self._written(self._reader.feed(text)))

    def finish(self) -> str:
        """Take in the end; gives the rest."""
        rest = "".join(self._written(self._reader.finish()))
        return rest + self._spaces

    @property
    def cited(self) -> tuple[Evidence, ...]:
        """What the marks so far lead to, by number."""
        return tuple(self._shown[shown - 1] for shown in self._cited)

    def sources(self, query: str, answer: str) -> tuple[Source, ...]:
        """The sources cited, by number, each with the part that bears on what is asked and on what it is cited for."""
        return tuple(
            item.source(number, snippet(item.passage.text, f"{query} {_citing(answer, number)}"))
            for number, item in zip(self._cited.values(), self.cited, strict=True)
        )

    def _written(self, pieces: Iterable[Piece]) -> Iterator[str]:
        for piece in pieces:
            text = self._form(piece)
            if not text:
                self._spaces, self._gone = "", self._gone or self._spaces
                continue
            if isinstance(piece, Marks):
                self._spaces = self._spaces or self._gone
            self._gone = ""
            body = text.rstrip(" ")
            yield self._spaces + body if body else ""
            self._spaces = text[len(body) :] if body else self._spaces + text

    def _form(self, piece: Piece) -> str:
        match piece:
            case TextPiece(text=text):
                return text
            case Marks(numbers=numbers, inert=inert):
                return self._marks(numbers) + inert
            case Link():
                return self._link(piece)

    def _marks(self, numbers: Iterable[int]) -> str:
        known = dict.fromkeys(number for number in numbers if 1 <= number <= len(self._shown))
        return "".join(f"[{self._number(number)}]" for number in known)

    def _number(self, shown: int) -> int:
        number = self._cited.setdefault(shown, len(self._cited) + 1)
        self.numbers.add(number)
        return number

    def _link(self, link: Link) -> str:
        """A link to a source cites it; of any other its text stays. A bare URL may stand if a source's text has it."""
        source = None if link.image else self._addresses.get(_address(link.url))
        if not link.label:
            known = any(link.url in text for text in self._texts)
            return f"[{self._number(source)}]" if source else link.url if known else ""
        label = "".join(self._form(piece) for piece in _pieces(link.label))
        return self._linked(label, source) if source else label

    def _linked(self, label: str, source: int) -> str:
        url = self._shown[source - 1].passage.url
        linked = f"[{label}]({url})" if label and _PLAIN_URL.fullmatch(url) else label
        return f"{linked} [{self._number(source)}]".lstrip()


def snippet(text: str, about: str) -> str:
    """The part of `text` that bears on `about`, on one line."""
    return " ".join(quote(text, QuestionTerms.of(about), limit=SNIPPET).text.split())


def _pieces(label: str) -> list[Piece]:
    reader = MarkdownReader()
    return [*reader.feed(label), *reader.finish()]


def _address(url: str) -> str:
    return url.strip().rstrip("/")


def _citing(answer: str, number: int) -> str:
    """What stands before the first mark [number], in its line."""
    before, _, _ = answer.partition(f"[{number}]")
    return before.rpartition("\n")[2][-CITING:]
