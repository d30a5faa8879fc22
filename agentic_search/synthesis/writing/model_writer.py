"""A brief flows in, an answer that a language model writes flows out, told as it is written.

The model only writes: which marks, links and blocks readers get is decided mechanically.
"""

from collections.abc import Iterator, Sequence
from contextlib import aclosing

from agentic_search.domain.answer import Answer, LeftOut
from agentic_search.errors import ContextOverflow, ModelInterrupted
from agentic_search.events.facts import AnswerCompleted, Emit
from agentic_search.models.budget import Budget
from agentic_search.models.chat import ChatModel, Finish, Message
from agentic_search.synthesis.citations.citations import CitationFilter
from agentic_search.synthesis.evidence.packing import pack_sources
from agentic_search.synthesis.evidence.threads import in_thread_if_large
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.synthesis.writing.answer_emitter import Page
from agentic_search.synthesis.writing.prompt import fixed_tokens, messages
from agentic_search.synthesis.writing.writer import WriterInput, Written

MAX_TOKENS = 1_500
"""Tokens of an answer at most."""


class ModelWriter:
    """Answers with a model."""

    def __init__(self, model: ChatModel, *, max_tokens: int = MAX_TOKENS) -> None:
        self._model = model
        self._max_tokens = min(max_tokens, model.num_ctx // 3)

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Write from as much of the evidence as the model's context holds.

        Where the model finds the prompt too long after all, it gets half as much. Raises ModelError.
        """
        tokens = Budget(self._model.num_ctx, self._max_tokens).prompt - fixed_tokens(writer_input.query)
        try:
            return await self._write(writer_input, emit, tokens)
        except ContextOverflow:
            return await self._write(writer_input, emit, tokens // 2)

    async def _write(self, writer_input: WriterInput, emit: Emit, tokens: int) -> Written:
        packed = await in_thread_if_large(
            writer_input, lambda: pack_sources(writer_input.query, writer_input.evidence, tokens)
        )
        if writer_input.evidence and not packed.shown:
            raise ContextOverflow(f"No source fits the model's context of {self._model.num_ctx} tokens.")
        citations = CitationFilter(packed.shown, writer_input.query)
        urls = [item.passage.url for item in packed.shown]
        page = Page(emit, AnswerHtml(citations.numbers, urls), model=self._model.name)
        finish = await self._stream(messages(writer_input.query, packed), citations, page)
        if not page.text.strip():
            raise ModelInterrupted(f"{self._model.name} wrote no answer{_thought_too_long(finish)}.")
        left_out = (*writer_input.left_out, *packed.left_out, *self._shortcomings(writer_input, citations, finish))
        sources = await in_thread_if_large(writer_input, lambda: citations.sources(writer_input.query, page.text))
        answer = Answer(text=page.text.strip(), html=page.html, sources=sources, left_out=left_out)
        emit(AnswerCompleted(answer=answer.text, html=answer.html, sources=sources, left_out=left_out))
        return Written(answer, finish.usage, self._model.name)

    async def _stream(self, prompt: Sequence[Message], citations: CitationFilter, page: Page) -> Finish:
        finish: Finish | None = None
        stream = self._model.stream(prompt, max_tokens=self._max_tokens)
        # Closed at once, so that the model stops when the reader does.
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                if isinstance(piece, Finish):
                    finish = piece
                else:
                    page.add(citations.feed(piece))
        if finish is None:
            raise ModelInterrupted(f"{self._model.name} stopped in the middle of its answer.")
        page.add(citations.finish())
        page.close()
        return finish

    def _shortcomings(self, writer_input: WriterInput, citations: CitationFilter, finish: Finish) -> Iterator[LeftOut]:
        if finish.reason == "length":
            yield LeftOut(what="the end of the answer", why=f"was cut at the limit of {self._max_tokens} tokens")
        if writer_input.evidence and not citations.numbers:
            yield LeftOut(what="citations", why="the model cited no source: nothing in this answer can be checked")


def _thought_too_long(finish: Finish) -> str:
    return ": it used up its tokens before" if finish.reason == "length" else ""
