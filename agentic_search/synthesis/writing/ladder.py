"""A brief flows in, an answer always flows out: the model's, or else one made of quotations that says why."""

import logging

from agentic_search.errors import ModelError
from agentic_search.events.facts import Emit
from agentic_search.models.chat import ChatModel
from agentic_search.models.usage_counter import UsageCounter
from agentic_search.synthesis.writing.extractive_writer import ExtractiveWriter
from agentic_search.synthesis.writing.model_writer import ModelWriter
from agentic_search.synthesis.writing.writer import WriterInput, Written

NOTHING_FOUND = "The tools found nothing to cite, so none was asked."

logger = logging.getLogger(__name__)


class AnswerLadder:
    """The writer that a run uses."""

    def __init__(self, model: ChatModel | None, why_no_model: str | None = None) -> None:
        """`why_no_model` is told to the reader where there is no `model`: a sentence."""
        self._model = model
        self._why_no_model = why_no_model

    async def write(self, writer_input: WriterInput, emit: Emit) -> Written:
        """Write with the model; if it fails, even in the middle, begin again with quotations."""
        if self._model is None:
            return await ExtractiveWriter(self._why_no_model).write(writer_input, emit)
        if not writer_input.evidence:
            return await ExtractiveWriter(NOTHING_FOUND).write(writer_input, emit)
        model = UsageCounter(self._model)
        try:
            written = await ModelWriter(model).write(writer_input, emit)
        except ModelError as failure:
            logger.warning("%s wrote no answer: %s", model.name, failure)
            written = await ExtractiveWriter(f"The model failed: {failure}").write(writer_input, emit)
        return Written(written.answer, model.usage, written.model)
