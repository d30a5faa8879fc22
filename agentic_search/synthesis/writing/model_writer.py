"""Writes an answer with a language model, and one made of quotations where there is no model or it fails.

The model only writes: which marks, links and blocks readers get is decided mechanically.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import aclosing

from agentic_search.domain.answer import LeftOut
from agentic_search.errors import ContextOverflow, ModelError, ModelInterrupted
from agentic_search.events.facts import Emit
from agentic_search.models.budget import Budget, estimate_tokens
from agentic_search.models.chat import ChatModel, Finish, Message, is_small
from agentic_search.models.usage_counter import UsageCounter
from agentic_search.synthesis.citations.citations import CitationFilter
from agentic_search.synthesis.evidence.packing import pack_sources
from agentic_search.synthesis.evidence.writer_input import WriterInput, in_thread_if_large
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.synthesis.writing.extractive_writer import ExtractiveWriter
from agentic_search.synthesis.writing.prompt import ANSWER_TEMPERATURE, fixed_tokens, messages
from agentic_search.synthesis.writing.writer import AnswerEmitter, Written

MAX_TOKENS = 1_500
"""Tokens of an answer at most."""

_LARGEST_OPENING = 0.3
"""Share of the room for a prompt that the planner's system message may take in the writer's."""

_SMALL_ROOM = 2_000
"""Tokens of sources that a small model is given: more only confuse it, and it runs where reading takes long."""

NOTHING_FOUND = "The tools found nothing to cite, so none was asked."

logger = logging.getLogger(__name__)


class FallbackWriter:
    """The writer that a run uses: the model where there is one, or else quotations, which say why."""

    def __init__(self, model: ChatModel | None, why_no_model: str | None = None, *, opening: str = "") -> None:
        """`why_no_model`: a sentence that readers see where there is no `model`. `opening`: see ModelWriter."""
        self._model = model
        self._why_no_model = why_no_model
        self._opening = opening

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Write with the model; if it fails, even in the middle, begin again with quotations."""
        if self._model is None:
            return await ExtractiveWriter(self._why_no_model).write(writer_input, emit)
        if not writer_input.evidence:
            return await ExtractiveWriter(NOTHING_FOUND).write(writer_input, emit)
        model = UsageCounter(self._model)
        try:
            written = await ModelWriter(model, opening=self._opening).write(writer_input, emit)
        except ModelError as failure:
            logger.warning("%s wrote no answer: %s", model.name, failure)
            written = await ExtractiveWriter(f"The model failed: {failure}").write(writer_input, emit)
        return Written(written.answer, model.usage, written.model)


class ModelWriter:
    """Answers with a model."""

    def __init__(self, model: ChatModel, *, max_tokens: int = MAX_TOKENS, opening: str = "") -> None:
        """`opening`: the system message with which the model has planned, and which holds the rules of answers.

        Read already, it is used again where it leaves most of the context to the sources.
        """
        self._model = model
        self._max_tokens = min(max_tokens, model.num_ctx // 3)
        self._room = Budget(model.num_ctx, self._max_tokens).prompt
        self._opening = opening if estimate_tokens(opening) <= self._room * _LARGEST_OPENING else ""

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Write from as much of the evidence as the model's context holds.

        Where the model finds the prompt too long after all, it gets half as much. Raises ModelError.
        """
        tokens = self._room - fixed_tokens(writer_input.query, self._opening)
        if is_small(self._model):
            tokens = min(tokens, _SMALL_ROOM)
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
        emitter = AnswerEmitter(emit, AnswerHtml(citations.numbers, urls), model=self._model.name)
        finish = await self._stream(messages(writer_input.query, packed, self._opening), citations, emitter)
        if not emitter.text.strip():
            raise ModelInterrupted(f"{self._model.name} wrote no answer{_thought_too_long(finish)}.")
        left_out = (*writer_input.left_out, *packed.left_out, *self._shortcomings(writer_input, citations, finish))
        sources = await in_thread_if_large(writer_input, lambda: citations.sources(writer_input.query, emitter.text))
        return Written(emitter.complete(sources, left_out), finish.usage, self._model.name)

    async def _stream(self, prompt: Sequence[Message], citations: CitationFilter, emitter: AnswerEmitter) -> Finish:
        finish: Finish | None = None
        stream = self._model.stream(prompt, max_tokens=self._max_tokens, temperature=ANSWER_TEMPERATURE)
        # Closed at once, so that the model stops when the reader does.
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                if isinstance(piece, Finish):
                    finish = piece
                else:
                    emitter.add(citations.feed(piece))
        if finish is None:
            raise ModelInterrupted(f"{self._model.name} stopped in the middle of its answer.")
        emitter.add(citations.finish())
        emitter.close()
        return finish

    def _shortcomings(self, writer_input: WriterInput, citations: CitationFilter, finish: Finish) -> Iterator[LeftOut]:
        if finish.reason == "length":
            yield LeftOut(what="the end of the answer", why=f"was cut at the limit of {self._max_tokens} tokens")
        if writer_input.evidence and not citations.numbers:
            yield LeftOut(what="citations", why="the model cited no source: nothing in this answer can be checked")


def _thought_too_long(finish: Finish) -> str:
    return ": it used up its tokens before" if finish.reason == "length" else ""
