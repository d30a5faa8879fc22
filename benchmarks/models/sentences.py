"""The sentences of an answer: which of them cite a source, and which share their words with what they cite."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from agentic_search.text.lexicon import terms

_CODE = re.compile(
    r"^([ >]*)(```+|~~~+).*?^[ >]*\2\s*$|(`+)(?!`)(?:(?!\n[ >]*\n).)*?(?<!`)\3(?!`)", re.MULTILINE | re.DOTALL
)
"""Blocks, and spans: a span ends with its paragraph, and a lone backtick opens none."""
_END = re.compile(r"(?<=[.!?:])\s+(?!\[\d)|(?<=\])\s+(?=[A-Z>*-])|\n+")
_MARK = re.compile(r"\[(\d+)\]")
_FEWEST_WORDS = 3
_SHARE = 0.5
"""Of a sentence's words that must stand in what it cites."""


@dataclass(frozen=True, slots=True)
class Citing:
    """How an answer cites."""

    sentences: int
    cited: int
    """Sentences with a citation."""
    supported: int
    """Of those, the ones at least half of whose words stand in the sources that they cite, stop words aside, compared
    by their stems. It is a lexical measure: it knows nothing of negations or of who did what."""


def marks(answer: str) -> list[int]:
    """The numbers that a Markdown text cites; `row[0]` in code cites nothing."""
    return [int(number) for number in _MARK.findall(_CODE.sub("", answer))]


def citing(answer: str, sources: Sequence[Mapping[str, Any]]) -> Citing:
    """Judge the sentences of a Markdown text; a quotation counts as one, code and headings as none."""
    texts = {source["id"]: f"{source['title']} {source['snippet']}" for source in sources}
    sentences = [part for part in _parts(answer) if _is_sentence(part)]
    cited = [(sentence, _MARK.findall(sentence)) for sentence in sentences if _MARK.search(sentence)]
    supported = [
        sentence
        for sentence, marks in cited
        if _supports(" ".join(texts.get(int(mark), "") for mark in marks), sentence)
    ]
    return Citing(len(sentences), len(cited), len(supported))


def _parts(answer: str) -> Iterator[str]:
    without_code = _CODE.sub(lambda found: f"{found[1] or ''}code", answer)
    for quoted, lines in groupby(without_code.splitlines(), key=lambda line: line.startswith(">")):
        text = "\n".join(lines)
        yield from [text.replace("\n", " ")] if quoted else _END.split(text)


def _is_sentence(part: str) -> bool:
    return not part.lstrip().startswith("#") and len(part.split()) >= _FEWEST_WORDS


def _supports(source: str, sentence: str) -> bool:
    words, held = {*terms(_MARK.sub("", sentence))}, {*terms(source)}
    return not words or len(words & held) >= _SHARE * len(words)
