"""Answers by quotations: a count, a list, a comparison, the newest, or the best passage; or says that nothing fits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agentic_search.domain.answer import Source
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.extracts.choice import Choice, choose, choose_of
from agentic_search.synthesis.extracts.comparison import compared, comparison_paragraphs, comparison_sources
from agentic_search.synthesis.extracts.lists import counted_answer, list_paragraphs, list_source, listed_answer
from agentic_search.synthesis.extracts.newest import dated_title, newest
from agentic_search.synthesis.extracts.nothing import nothing_paragraphs
from agentic_search.synthesis.extracts.shape import paragraphs, source

_NEAR_MISSES = 3


@dataclass(frozen=True, slots=True)
class Quotations:
    """Passages as they stand in an answer."""

    text: str
    """Markdown, with the marks [1], [2] … in order."""
    sources: tuple[Source, ...]
    nothing_found: bool = False
    """The text says so first; its sources are near misses."""


def quotations_of(writer_input: WriterInput, *, first: int = 1, may_abstain: bool = True) -> Quotations:
    """The answer that the evidence gives; where it does not answer the question, the text says so.

    The number of the best source is `first`. Without `may_abstain` what is nearest is quoted, however little it is.
    """
    if sides := compared(writer_input.query, writer_input.evidence):
        return Quotations(_joined(comparison_paragraphs(sides, first)), comparison_sources(sides, first))
    if count := counted_answer(writer_input.query, writer_input.evidence):
        return _of_choice(writer_input, choose_of(writer_input, (count,)), first)
    choice = choose(writer_input)
    if choice.quoted and not may_abstain:
        choice = replace(choice, nothing_found=False)
    if listed := listed_answer(writer_input.query, writer_input.evidence, choice.coverage):
        return Quotations(_joined(list_paragraphs(listed, first)), (list_source(listed, first),))
    if latest := newest(writer_input.query, writer_input.evidence):
        titles = [dated_title(item.passage) for item in latest]
        return _of_choice(writer_input, choose_of(writer_input, latest, titles), first)
    return _of_choice(writer_input, choice, first)


def _of_choice(writer_input: WriterInput, choice: Choice, first: int) -> Quotations:
    if choice.nothing_found:
        quoted = choice.quoted[:_NEAR_MISSES]
        text = _joined(nothing_paragraphs(writer_input, quoted, first))
    else:
        quoted = choice.quoted
        text = _joined(paragraphs(quoted, first))
    sources = tuple(source(number, item) for number, item in enumerate(quoted, start=first))
    return Quotations(text, sources, choice.nothing_found)


def _joined(found: Iterator[str]) -> str:
    return "".join(f"{paragraph}\n\n" for paragraph in found)
