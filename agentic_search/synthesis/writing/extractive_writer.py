"""A brief flows in, an answer made of quotations flows out: no language model, every sentence a source's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentic_search.domain.answer import Answer, Source
from agentic_search.events.facts import AnswerCompleted, Emit
from agentic_search.synthesis.evidence.quotation import Quotation, quote
from agentic_search.synthesis.evidence.relevance import rank
from agentic_search.synthesis.evidence.threads import in_thread_if_large
from agentic_search.synthesis.markdown.escape import escape_line
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.synthesis.markdown.quotation_markdown import heading, quotation_markdown
from agentic_search.synthesis.writing.answer_emitter import Page
from agentic_search.synthesis.writing.writer import Evidence, WriterInput, Written

NO_MODEL = "No language model wrote this answer; it quotes its sources."
NOTHING = "The tools returned nothing that answers this question."

MOST = 6
"""Passages quoted at most."""

NEAR_BEST = 0.5
"""Share of the best passage's score that a further passage must have."""

BEARING = 0.15
"""Share of the question's weight that a passage must carry to bear on it."""

ROOM = (800, 600, 500)
"""Characters quoted of the best passage, of the second, and of each further one."""

LISTED = 10
"""Titles named where nothing bears on the question."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage that the answer quotes."""

    evidence: Evidence
    quotation: Quotation


class ExtractiveWriter:
    """Answers by quoting; never fails."""

    def __init__(self, reason: str | None = None) -> None:
        """`reason`: why no model wrote it, a sentence; the answer says it at its top."""
        self._notice = NO_MODEL if reason is None else f"{NO_MODEL} {reason}"

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Quote the passages that bear on the question most, best first."""
        quoted = await in_thread_if_large(writer_input, lambda: choose(writer_input))
        page = Page(emit, AnswerHtml(range(1, len(quoted) + 1)))
        for paragraph in (escape_line(self._notice), *_body(quoted, writer_input.evidence)):
            page.add(f"{paragraph}\n\n")
        page.close()
        sources = tuple(_source(number, item) for number, item in enumerate(quoted, start=1))
        answer = Answer(text=page.text.rstrip(), html=page.html, sources=sources, left_out=writer_input.left_out)
        emit(AnswerCompleted(answer=answer.text, html=answer.html, sources=sources, left_out=answer.left_out))
        return Written(answer)


def choose(writer_input: WriterInput) -> tuple[Quoted, ...]:
    """What to quote, best first; nothing where nothing bears on the question."""
    ranking = rank(writer_input.query, writer_input.evidence)
    bearing = [passage for passage in ranking.passages if passage.coverage >= BEARING and passage.score > 0]
    chosen = [passage for passage in bearing[:MOST] if passage.score >= NEAR_BEST * bearing[0].score]
    rooms = (*ROOM, *[ROOM[-1]] * MOST)
    quoted = (
        Quoted(passage.evidence, quote(passage.evidence.passage.text, ranking.question, room=room))
        for passage, room in zip(chosen, rooms, strict=False)
    )
    return tuple(item for item in quoted if item.quotation.text)


def _body(quoted: Sequence[Quoted], evidence: Sequence[Evidence]) -> Iterator[str]:
    for number, item in enumerate(quoted, start=1):
        yield heading(item.evidence.passage, item.quotation)
        yield quotation_markdown(item.quotation, number)
    if not quoted:
        yield from _nothing(evidence)


def _nothing(evidence: Sequence[Evidence]) -> Iterator[str]:
    yield NOTHING
    if evidence:
        titles = [heading(item.passage) for item in evidence[:LISTED]]
        more = [f"and {len(evidence) - LISTED} more"] if len(evidence) > LISTED else []
        yield "\n".join(["Looked at:\n", *(f"- {line}" for line in (*titles, *more))])


def _source(number: int, item: Quoted) -> Source:
    passage = item.evidence.passage
    snippet = " ".join(item.quotation.text.split())
    return Source(id=number, title=passage.title, url=passage.url, snippet=snippet, task_id=item.evidence.task_id)
