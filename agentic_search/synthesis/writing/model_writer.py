"""Writes an answer with a language model, with quotations below it where it cites nothing.

The model only writes: which marks, links and blocks readers get is decided mechanically.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from agentic_search.conversation.instructions import ShownInstructions, shown_instructions
from agentic_search.conversation.shown import ShownTurns, shown_turns
from agentic_search.domain.answer import LeftOut, Source
from agentic_search.errors import ContextOverflow, ModelError, ModelInterrupted
from agentic_search.events.facts import Emit, ModelWaiting
from agentic_search.models.budget import MOST_REPACKS, Budget
from agentic_search.models.chat import ChatModel, Finish, Message, Retracted, Waiting, is_small
from agentic_search.synthesis.citations.citations import CitationFilter
from agentic_search.synthesis.evidence.packing import PackedSources, pack_sources
from agentic_search.synthesis.evidence.support import is_supported
from agentic_search.synthesis.evidence.writer_input import WriterInput, in_thread_if_large
from agentic_search.synthesis.extracts.nothing import says_nothing_found
from agentic_search.synthesis.extracts.quotations import Quotations, quotations_of
from agentic_search.synthesis.writing.deltas import PacedDeltas
from agentic_search.synthesis.writing.model_answer import ModelAnswer
from agentic_search.synthesis.writing.prompt import (
    ANSWER_TEMPERATURE,
    INSTRUCTIONS,
    WANTED_INTRO,
    as_long,
    fixed_tokens,
    head_of,
    messages,
)
from agentic_search.synthesis.writing.writer import AnswerEmitter, Written

MAX_TOKENS = 1_500
"""Tokens of an answer at most."""

NO_MARKS = "The model named no source for this. What the sources say:"
BESIDE = "A small model wrote this. What other sources say:"

_LARGEST_OPENING = 0.3
"""Share of the room for a prompt that the planner's system message may take in the writer's."""

_MOST_FOR_TURNS = 1_200
"""Tokens for what was said before."""

_FEW_FOR_TURNS = 150
"""The same for a small model."""

_MOST_FOR_INSTRUCTIONS = 1_000
"""Tokens for what the asker wants of the answer's form."""

_FEW_FOR_INSTRUCTIONS = 200
"""The same for a small model."""

_SMALL_ROOM = 2_000
"""Tokens of sources that a small model is given: more only confuse it, and it runs where reading takes long."""


class ModelWriter:
    """Answers with a model."""

    def __init__(self, model: ChatModel, *, within: float | None = None, opening: str = "") -> None:
        """`within`: seconds after which the model is stopped; what it wrote is the answer if it cites a source.

        `opening`: the system message with which the model has planned, and which holds the rules of answers. Read
        already, it is used again where it leaves most of the context to the sources.
        """
        self._model = model
        self._opening = opening
        self._until = None if within is None else asyncio.get_running_loop().time() + within
        self._max_tokens = MAX_TOKENS
        self._turns = ShownTurns()
        self._wanted = ShownInstructions()

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Write from as much of the evidence as the model's context holds.

        Where the model finds the prompt too long after all, it is packed again by what the refusal taught. Raises
        ModelError.
        """
        budget = self._budget(self._model.num_ctx)
        for _ in range(MOST_REPACKS):
            packed = await self._pack(writer_input, budget)
            try:
                return await self._write(writer_input, emit, packed)
            except ContextOverflow as refusal:
                budget = self._budget(min(self._model.num_ctx, refusal.num_ctx or budget.num_ctx))
        return await self._write(writer_input, emit, await self._pack(writer_input, budget))

    def _budget(self, num_ctx: int) -> Budget:
        self._max_tokens = min(self._max_tokens, num_ctx // 3)
        budget = Budget(num_ctx, self._max_tokens, self._model.tokens)
        if budget.tokens.count(self._opening) > _LARGEST_OPENING * budget.prompt:
            self._opening = ""
        return budget

    async def _pack(self, writer_input: WriterInput, budget: Budget) -> PackedSources:
        query, evidence, tokens = writer_input.query, writer_input.evidence, budget.tokens
        room = budget.prompt - fixed_tokens(query, tokens, self._opening, writer_input.notes, said=writer_input.said)
        most = _FEW_FOR_INSTRUCTIONS if is_small(self._model) else _MOST_FOR_INSTRUCTIONS
        self._wanted = shown_instructions(writer_input.instructions, min(max(0, room) // 4, most), tokens)
        if self._wanted.text:
            room -= tokens.texts((WANTED_INTRO, self._wanted.text))
        if is_small(self._model):
            room = min(room, _SMALL_ROOM)
        most = _FEW_FOR_TURNS if is_small(self._model) else _MOST_FOR_TURNS
        self._turns = shown_turns(writer_input.earlier, query, min(max(0, room) // 4, most), tokens)
        room -= tokens.count(self._turns.text)
        packed = await in_thread_if_large(writer_input, lambda: pack_sources(query, evidence, room, tokens))
        if evidence and not packed.shown:
            raise ContextOverflow(f"No source fits the model's context of {budget.num_ctx} tokens.")
        return packed

    async def _write(self, writer_input: WriterInput, emit: Emit, packed: PackedSources) -> Written:
        with PacedDeltas(emit) as paced:
            return await self._written(writer_input, packed, paced.emit)

    async def _written(self, writer_input: WriterInput, packed: PackedSources, emit: Emit) -> Written:
        query = writer_input.query
        instructions = as_long(f"{INSTRUCTIONS}\n{WANTED_INTRO}\n{head_of(self._opening)}", writer_input.length)
        answer = ModelAnswer(emit, packed, query, instructions=instructions, model=self._model.name)
        prompt = messages(
            query,
            packed,
            self._model.tokens,
            self._opening,
            writer_input.notes,
            said=writer_input.said,
            conversation=self._turns.text,
            length=writer_input.length,
            instructions=self._wanted.text,
        )
        try:
            finish = await self._stream(prompt, answer, emit)
        except asyncio.CancelledError:
            _stop(answer, writer_input)
            raise
        citations, emitter = answer.citations, answer.emitter
        if not emitter.text.strip():
            raise ModelInterrupted(f"{self._model.name} wrote no answer{_why_nothing(finish)}.")
        left_out = (
            *writer_input.left_out,
            *packed.left_out,
            *self._turns.left_out,
            *self._wanted.left_out,
            *self._shortcomings(writer_input, citations, finish),
        )
        if citations.numbers or not packed.shown:
            sources = await in_thread_if_large(writer_input, lambda: citations.sources(query, emitter.text))
            if is_small(self._model):
                sources += await self._quote_the_rest(writer_input, citations, emitter)
        else:
            sources = await self._quote_below(writer_input, packed, citations, emitter)
        emitter.close()
        answer = emitter.complete(sources, left_out, nothing_found=says_nothing_found(emitter.text))
        return Written(answer, self._model.name)

    async def _stream(self, prompt: Sequence[Message], answer: ModelAnswer, emit: Emit) -> Finish | None:
        """How the model ended; None: it was stopped, for its time was over."""
        finish: Finish | None = None
        try:
            async with asyncio.timeout_at(self._until):
                # Closed at once, so that the model stops when the reader does.
                stream = self._model.stream(prompt, max_tokens=self._max_tokens, temperature=ANSWER_TEMPERATURE)
                async with aclosing(stream) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, Finish):
                            finish = piece
                        elif isinstance(piece, Waiting):
                            emit(self._waits(piece))
                        elif isinstance(piece, Retracted):
                            answer.begin()
                        else:
                            answer.add(piece)
            if finish is None:
                raise ModelInterrupted(f"{self._model.name} stopped in the middle of its answer.")
        except TimeoutError:
            if not answer.citations.numbers:
                raise ModelInterrupted(f"{self._model.name} had cited no source when its time was over.") from None
        answer.end(repeated=finish is not None and finish.reason == "loop")
        return finish

    def _waits(self, waiting: Waiting) -> ModelWaiting:
        return ModelWaiting(model=self._model.name, purpose="answer", before=waiting.before, loading=waiting.loading)

    async def _quote_below(
        self, writer_input: WriterInput, packed: PackedSources, citations: CitationFilter, emitter: AnswerEmitter
    ) -> tuple[Source, ...]:
        """Add quotations to an answer that cites nothing; raises ModelError where no source says what it says."""

        def quotations() -> Quotations | None:
            supported = is_supported(emitter.text, packed.shown)
            return quotations_of(writer_input, may_abstain=False) if supported else None

        found = await in_thread_if_large(writer_input, quotations)
        if found is None or found.nothing_found:
            raise ModelError(f"{self._model.name} cited no source, and no source says what it wrote.")
        return _add_quotations(NO_MARKS, found, citations, emitter)

    async def _quote_the_rest(
        self, writer_input: WriterInput, citations: CitationFilter, emitter: AnswerEmitter
    ) -> tuple[Source, ...]:
        """Add quotations of what a small model, which seldom finds the best source, has not cited."""
        cited = citations.cited
        rest = replace(writer_input, evidence=tuple(item for item in writer_input.evidence if item not in cited))
        found = await in_thread_if_large(rest, lambda: quotations_of(rest, first=len(cited) + 1))
        return () if found.nothing_found else _add_quotations(BESIDE, found, citations, emitter)

    def _shortcomings(
        self, writer_input: WriterInput, citations: CitationFilter, finish: Finish | None
    ) -> Iterator[LeftOut]:
        if finish is None:
            yield LeftOut(what="the end of the answer", why="was not written before the deadline")
        elif finish.reason == "length":
            yield LeftOut(what="the end of the answer", why=f"was cut at the limit of {self._max_tokens} tokens")
        elif finish.reason == "loop":
            yield LeftOut(what="the end of the answer", why="was cut off where the model began to repeat itself")
        if writer_input.evidence and not citations.numbers:
            yield LeftOut(what="citations", why="the model cited no source: nothing in this answer can be checked")


def _stop(answer: ModelAnswer, writer_input: WriterInput) -> None:
    """Emit answer.completed for what the model has written when its run is stopped, if it has written anything."""
    answer.end(repeated=False)
    emitter = answer.emitter
    if emitter.text.strip():
        emitter.close()
        emitter.complete(answer.citations.sources(writer_input.query, emitter.text), writer_input.left_out)


def _add_quotations(
    heading: str, found: Quotations, citations: CitationFilter, emitter: AnswerEmitter
) -> tuple[Source, ...]:
    citations.numbers.update(source.id for source in found.sources)
    emitter.end_paragraph()
    emitter.add(f"{heading}\n\n{found.text}")
    return found.sources


def _why_nothing(finish: Finish | None) -> str:
    match finish.reason if finish else "stop":
        case "length":
            return ": it used up its tokens before"
        case "loop":
            return ": it only repeated itself"
        case "stop":
            return ""
