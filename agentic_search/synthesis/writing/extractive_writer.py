"""Writes an answer made of quotations, without a language model: every sentence is a source's own, word for word."""

from collections.abc import Sequence

from agentic_search.domain.approval.decision import UnusedTool
from agentic_search.domain.approval.policy import reason
from agentic_search.events.facts import Emit
from agentic_search.models.embedding.embedding_model import FindEmbedding
from agentic_search.synthesis.evidence.writer_input import WriterInput, in_thread_if_large
from agentic_search.synthesis.extracts.alike import VECTORS_WITHIN, with_meaning
from agentic_search.synthesis.extracts.quotations import Quotations, quotations_of
from agentic_search.synthesis.markdown.escape import code_span, escape_line
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.synthesis.writing.writer import AnswerEmitter, Written

_MOST_NOTES = 3
_FOUND_NOTHING = " found nothing"
BY_MEANING = "It was chosen by an embedding model, for it shares few words with the question."
NO_MODEL = "No language model wrote this answer; it quotes its sources."


class ExtractiveWriter:
    """Answers by quoting; never fails."""

    def __init__(
        self, reason: str | None = None, *, embedding: FindEmbedding | None = None, within: float = VECTORS_WITHIN
    ) -> None:
        """`reason`: why no model wrote it, a sentence; the answer says it at its end.

        `embedding`: finds what chooses quotations where words find none; `within`: seconds for that.
        """
        self._reason = reason or ""
        self._embedding = embedding
        self._within = within

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Quote the passages that bear on the question most, best first."""
        why, quotations = self._reason, await _quotations(writer_input)
        if quotations.nothing_found and self._embedding:
            writer_input = await with_meaning(writer_input, self._embedding, within=self._within)
            if writer_input.alike:
                why, quotations = f"{why} {BY_MEANING}".strip(), await _quotations(writer_input)
        marks = range(1, len(quotations.sources) + 1)
        emitter = AnswerEmitter(emit, AnswerHtml(marks), reason=why)
        emitter.add(quotations.text)
        if not quotations.nothing_found:
            emitter.add(_what_tools_say(writer_input.notes))
        for tool in writer_input.not_used:
            emitter.add(_about_unused(tool))
        emitter.add(f"*{escape_line(f'{NO_MODEL} {why}'.strip())}*\n\n")
        emitter.close()
        answer = emitter.complete(quotations.sources, writer_input.left_out, nothing_found=quotations.nothing_found)
        return Written(answer)


async def _quotations(writer_input: WriterInput) -> Quotations:
    return await in_thread_if_large(writer_input, lambda: quotations_of(writer_input))


def _what_tools_say(notes: Sequence[str]) -> str:
    """What to know of the searches, such as that an index is still being built; that one found nothing is not."""
    told = [escape_line(note) for note in notes if _FOUND_NOTHING not in note][:_MOST_NOTES]
    return "".join(f"Note: {note}\n\n" for note in told)


def _about_unused(tool: UnusedTool) -> str:
    how = tool.how.replace(tool.entry, code_span(tool.entry)).replace(tool.request, code_span(tool.request))
    return f"Not used: {code_span(tool.tool)}, as {reason(tool.why)}; {how}.\n\n"
