"""A run's answer as text that only grows, for protocols that take back nothing they have sent; and its citations."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentic_search.domain.answer import Source
from agentic_search.events.facts import AnswerCompleted, AnswerDelta, AnswerStarted, Fact
from agentic_search.runs.exports import source_line

STOPPED = "The search was stopped before it had an answer."
_ANEW = "\n\n---\n\n"
"""Between an answer that was given up and the one in its place."""
_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Citation:
    """A mark [n] in a text, and the source that it names."""

    source: Source
    start: int
    """Characters before the mark."""
    end: int
    """Characters up to its end."""


class AnswerText:
    """What was sent of an answer."""

    def __init__(self) -> None:
        self.text = ""
        self._start = 0

    def more(self, fact: Fact) -> str:
        """What a fact adds; empty for nothing."""
        sent = self.text[self._start :]
        match fact:
            case AnswerStarted() if sent.strip():
                return self._anew("")
            case AnswerDelta():
                return self._add(fact.text)
            case AnswerCompleted() if not fact.answer.startswith(sent.strip()):
                return self._anew(fact.answer)
            case AnswerCompleted():
                self._start += len(sent) - len(sent.lstrip())
                return self._add(fact.answer[len(sent.lstrip()) :])
            case _:
                return ""

    def citations(self, fact: AnswerCompleted) -> tuple[Citation, ...]:
        """The marks of the whole answer, in all of the text; after `more` was given the same fact."""
        return tuple(citations(fact.answer, fact.sources, before=self._start))

    def _anew(self, text: str) -> str:
        self._start = len(self.text) + len(_ANEW)
        return self._add(_ANEW + text)

    def _add(self, text: str) -> str:
        self.text += text
        return text


def citations(answer: str, sources: Sequence[Source], *, before: int = 0) -> Iterator[Citation]:
    """Every mark in the answer, which stands behind `before` characters of other text."""
    by_number = {source.id: source for source in sources}
    for mark in _MARK.finditer(answer):
        if source := by_number.get(int(mark[1])):
            yield Citation(source, before + mark.start(), before + mark.end())


def source_list(sources: Sequence[Source]) -> str:
    """The sources as Markdown, to be read below the answer; empty where there are none."""
    lines = "\n".join(f"- {source_line(source)}" for source in sources)
    return f"\n\n**Sources**\n\n{lines}" if lines else ""
