"""Writes an answer made of quotations, without a language model: every sentence is a source's own, word for word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from agentic_search.domain.answer import Source
from agentic_search.domain.approval.decision import UnusedTool
from agentic_search.domain.approval.policy import reason
from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.events.facts import Emit
from agentic_search.synthesis.evidence.passages import Unit
from agentic_search.synthesis.evidence.quotation import Quotation, quote
from agentic_search.synthesis.evidence.relevance import score_evidence
from agentic_search.synthesis.evidence.writer_input import WriterInput, in_thread_if_large
from agentic_search.synthesis.markdown.escape import code_block, code_span, escape_line
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.synthesis.writing.writer import AnswerEmitter, Written

NO_MODEL = "No language model wrote this answer; it quotes its sources."
NOTHING = "The tools returned nothing that answers this question."

MOST = 6
"""Passages quoted at most."""

NEAR_BEST = 0.5
"""Share of the best passage's score that a further passage must have."""

BEARING = 0.15
"""Share of the question's weight that a passage must carry to bear on it."""

LENGTHS = (800, 600, 500)
"""Characters quoted of the best passage, of the second, and of each further one."""

LISTED = 10
"""Titles, and notes of tools, named where nothing bears on the question."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage that the answer quotes."""

    evidence: Evidence
    quotation: Quotation


@dataclass(frozen=True, slots=True)
class Quotations:
    """Passages as they stand in an answer."""

    text: str
    """Markdown: a heading and a block quote each, with the marks [1], [2] … in order."""
    sources: tuple[Source, ...]


class ExtractiveWriter:
    """Answers by quoting; never fails."""

    def __init__(self, reason: str | None = None) -> None:
        """`reason`: why no model wrote it, a sentence; the answer says it at its top."""
        self._reason = reason or ""

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Quote the passages that bear on the question most, best first."""
        quotations = await in_thread_if_large(writer_input, lambda: quotations_of(writer_input))
        marks = range(1, len(quotations.sources) + 1)
        emitter = AnswerEmitter(emit, AnswerHtml(marks), reason=self._reason)
        emitter.add(f"{escape_line(f'{NO_MODEL} {self._reason}'.strip())}\n\n{quotations.text}")
        for tool in writer_input.not_used:
            emitter.add(_about_unused(tool))
        emitter.close()
        return Written(emitter.complete(quotations.sources, writer_input.left_out))


def _about_unused(tool: UnusedTool) -> str:
    how = tool.how.replace(tool.entry, code_span(tool.entry)).replace(tool.request, code_span(tool.request))
    return f"Not used: {code_span(tool.tool)}, as {reason(tool.why)}; {how}.\n\n"


def quotations_of(writer_input: WriterInput, *, first: int = 1) -> Quotations:
    """The passages that bear on the question most, best first; where none does, the text says so.

    The number of the best is `first`.
    """
    quoted = choose(writer_input)
    text = "".join(f"{paragraph}\n\n" for paragraph in _body(quoted, writer_input, first))
    return Quotations(text, tuple(_source(number, item) for number, item in enumerate(quoted, start=first)))


def choose(writer_input: WriterInput) -> tuple[Quoted, ...]:
    """What to quote, best first; nothing where nothing bears on the question.

    Facts without prose may answer a question without one of its words: where there is nothing else, they are quoted.
    """
    scored = score_evidence(writer_input.query, writer_input.evidence)
    bearing = [passage for passage in scored.passages if passage.coverage >= BEARING and passage.score > 0]
    chosen = [passage for passage in bearing[:MOST] if passage.score >= NEAR_BEST * bearing[0].score]
    if not chosen and all(item.passage.fact_of for item in writer_input.evidence):
        chosen = scored.passages[:MOST]
    limits = (*LENGTHS, *[LENGTHS[-1]] * MOST)
    quoted = (
        Quoted(passage.evidence, quote(passage.evidence.passage.text, scored.question, limit=limit))
        for passage, limit in zip(chosen, limits, strict=False)
    )
    return tuple(item for item in quoted if item.quotation.text)


def _body(quoted: Sequence[Quoted], writer_input: WriterInput, first: int) -> Iterator[str]:
    for number, item in enumerate(quoted, start=first):
        yield _heading(item.evidence.passage, item.quotation)
        yield _quote_block(item.quotation, number)
    if not quoted:
        yield from _nothing(writer_input.evidence)
        if writer_input.notes:
            yield "\n".join(["What happened:\n", *(f"- {escape_line(line)}" for line in writer_input.notes[:LISTED])])


def _nothing(evidence: Sequence[Evidence]) -> Iterator[str]:
    yield NOTHING
    if evidence:
        titles = [_heading(item.passage) for item in evidence[:LISTED]]
        more = [f"and {len(evidence) - LISTED} more"] if len(evidence) > LISTED else []
        yield "\n".join(["Looked at:\n", *(f"- {line}" for line in (*titles, *more))])


def _source(number: int, item: Quoted) -> Source:
    passage = item.evidence.passage
    snippet = " ".join(item.quotation.text.split())
    return Source(id=number, title=passage.title, url=passage.url, snippet=snippet, task_id=item.evidence.task_id)


def _heading(passage: Passage, quotation: Quotation | None = None) -> str:
    """The passage's title in bold, and its signature where it has one; one line, without a link."""
    title = f"**{escape_line(passage.title) or escape_line(passage.url) or 'Untitled'}**"
    return f"{title} {code_span(quotation.signature)}" if quotation and quotation.signature else title


def _quote_block(quotation: Quotation, number: int) -> str:
    """One block quote, which ends with the mark [number]."""
    parts = list(_parts(quotation.units))
    ends_in_prose = bool(quotation.units) and quotation.units[-1].kind != "code"
    if ends_in_prose:
        parts[-1] += f" [{number}]"
    else:
        parts.append(f"[{number}]")
    lines = "\n\n".join(parts).split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _parts(units: tuple[Unit, ...]) -> Iterator[str]:
    """One part a paragraph or example."""
    for (_, is_code), group in groupby(units, key=lambda unit: (unit.paragraph, unit.kind == "code")):
        if is_code:
            yield from (code_block(unit.text, _language(unit.text)) for unit in group)
        else:
            yield _prose(tuple(group))


def _prose(units: tuple[Unit, ...]) -> str:
    """Sentences of one paragraph on one line; a list item begins a line of its own."""
    text = ""
    for unit in units:
        between = "\\\n" if unit.kind == "item" else " "
        shown = code_span(unit.text) if unit.kind == "signature" else escape_line(unit.text)
        text += (between if text else "") + shown
    return text


def _language(code: str) -> str:
    """The language by which the page colours it; empty where that is not known."""
    if ">>> " in code:
        return "pycon"
    if code.startswith(("{", "[")):
        return "json"
    signs = ("import ", "def ", "async ", "await ", "class ", "print(", "with ", "for ", "return ", "raise ")
    return "python" if any(line.lstrip().startswith(signs) or "await " in line for line in code.split("\n")) else ""
