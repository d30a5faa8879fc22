"""A brief flows in, an answer always flows out: the model's, or else one made of quotations that says why."""

import logging

from agentic_search.errors import ModelError
from agentic_search.events.facts import Tell
from agentic_search.llm.chat import ChatModel
from agentic_search.synthesis.extractive_writer import ExtractiveWriter
from agentic_search.synthesis.metered import MeteredModel
from agentic_search.synthesis.model_writer import ModelWriter
from agentic_search.synthesis.writer import Brief, Written

NOTHING_FOUND = "The tools found nothing to cite, so none was asked."

logger = logging.getLogger(__name__)


class AnswerLadder:
    """The writer that a run uses."""

    def __init__(self, model: ChatModel | None, why_no_model: str | None = None) -> None:
        """`why_no_model` is told to the reader where there is no `model`: a sentence."""
        self._model = model
        self._why_no_model = why_no_model

    async def write(self, brief: Brief, tell: Tell) -> Written:
        """Write with the model; if it fails, even in the middle, begin again with quotations."""
        if self._model is None:
            return await ExtractiveWriter(self._why_no_model).write(brief, tell)
        if not brief.evidence:
            return await ExtractiveWriter(NOTHING_FOUND).write(brief, tell)
        model = MeteredModel(self._model)
        try:
            written = await ModelWriter(model).write(brief, tell)
        except ModelError as failure:
            logger.warning("%s wrote no answer: %s", model.name, failure)
            written = await ExtractiveWriter(f"The model failed: {failure}").write(brief, tell)
        return Written(written.answer, model.usage, written.model)
