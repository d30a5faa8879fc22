"""Adds to a finished answer what each source has for each cited sentence, in one place for every writer.

Writers emit as if they had the last word; of theirs, answer.completed is held back until the support is known.
"""

from collections.abc import Mapping
from typing import Protocol

from agentic_search.domain.answer import Answer, Support
from agentic_search.events.facts import AnswerBlock, AnswerCompleted, AnswerDelta, AnswerStarted, Emit, Fact
from agentic_search.synthesis.evidence.writer_input import WriterInput, in_thread_if_large
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.synthesis.support.conflicts import conflict_in
from agentic_search.synthesis.support.matching import Match, SourceText
from agentic_search.synthesis.support.sources import passages_of, texts_of
from agentic_search.synthesis.support.statements import Statement, cited_statements


class SecondOpinion(Protocol):
    """Judges again where words alone do not agree."""

    async def revise(self, statements: list[Statement], matches: list[Match]) -> list[Match]:
        """The matches, some of them raised; never raises an exception."""
        ...
