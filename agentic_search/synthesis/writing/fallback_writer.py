"""Chooses how an answer is written: by a model, by a model with quotations beside it, or of quotations alone.

Readers never get less than the quotations that they would get without a model.
"""

import asyncio
import logging
from dataclasses import replace

from agentic_search.conversation.instructions import NOT_FOLLOWED
from agentic_search.domain.answer import LeftOut
from agentic_search.errors import ModelError
from agentic_search.events.facts import Emit
from agentic_search.models.chat import ChatModel
from agentic_search.models.embedding.embedding_model import FindEmbedding
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.extracts.alike import VECTORS_WITHIN
from agentic_search.synthesis.support.answer_support import HeldAnswer
from agentic_search.synthesis.support.meaning import WITHIN, Meaning
from agentic_search.synthesis.writing.extractive_writer import ExtractiveWriter
from agentic_search.synthesis.writing.model_writer import ModelWriter
from agentic_search.synthesis.writing.writer import Written

NOTHING_FOUND = "The tools found nothing to cite, so none was asked."

logger = logging.getLogger(__name__)


class FallbackWriter:
    """The writer that a run uses: the model where there is one, or else quotations, which say why."""

    def __init__(
        self,
        model: ChatModel | None,
        why_no_model: str | None = None,
        *,
        within: float | None = None,
        opening: str = "",
        embedding: FindEmbedding | None = None,
    ) -> None:
        """`why_no_model`: a sentence that readers see where there is no `model`; `within`: seconds that it may take.

        `opening`: see ModelWriter. `embedding`: finds what helps to judge what sources say for a model's
        answer, and what chooses quotations where words find none.
        """
        self._model = model
        self._why_no_model = why_no_model
        self._within = within
        self._opening = opening
        self._embedding = embedding
        self._began = 0.0

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Write with the model; if it fails, even in the middle, begin again with quotations.

        Whoever has written it, each cited sentence is compared with its source before answer.completed is emitted.
        Where the run is stopped meanwhile, what is written by then is the answer, with its sources.
        """
        self._began = asyncio.get_running_loop().time()
        held = HeldAnswer(emit)
        try:
            return await self._whole(writer_input, emit, held)
        except asyncio.CancelledError:
            await held.stop(writer_input)
            raise

    async def _whole(self, writer_input: WriterInput, emit: Emit, held: HeldAnswer) -> Written:
        written = await self._write(writer_input, held)
        meaning = None
        if written.model and self._embedding and (left := self._left(WITHIN)) > 0:
            meaning = Meaning(self._embedding, emit, within=left)
        return replace(written, answer=await held.complete(written.answer, writer_input, meaning))

    async def _write(self, writer_input: WriterInput, emit: Emit) -> Written:
        if self._model is None:
            return await self._quote(self._why_no_model, writer_input, emit)
        if not writer_input.evidence:
            return await ExtractiveWriter(NOTHING_FOUND).write(_not_followed(writer_input), emit)
        try:
            return await ModelWriter(self._model, within=self._within, opening=self._opening).write(writer_input, emit)
        except ModelError as failure:
            logger.warning("%s wrote no answer: %s", self._model.name, failure)
            left_out = (*writer_input.left_out, LeftOut(what="the model's answer", why=str(failure)))
            return await self._quote(f"The model failed: {failure}", replace(writer_input, left_out=left_out), emit)

    async def _quote(self, reason: str | None, writer_input: WriterInput, emit: Emit) -> Written:
        left = self._left(VECTORS_WITHIN)
        embedding = self._embedding if left > 0 else None
        return await ExtractiveWriter(reason, embedding=embedding, within=left).write(_not_followed(writer_input), emit)

    def _left(self, most: float) -> float:
        """Seconds that a call may take, at most so many; none or less where the time is over."""
        if self._within is None:
            return most
        return min(most, self._within - (asyncio.get_running_loop().time() - self._began))


def _not_followed(writer_input: WriterInput) -> WriterInput:
    """With a word on instructions, where there are any: quotations take none."""
    if not writer_input.instructions:
        return writer_input
    return replace(writer_input, left_out=(*writer_input.left_out, NOT_FOLLOWED))
