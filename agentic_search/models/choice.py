"""Chooses who plans and who writes, by the settings and by what a query asks for: a model, or why there is none."""

from dataclasses import dataclass

from agentic_search.domain.query import OFFLINE
from agentic_search.errors import ModelError
from agentic_search.models.chat import ChatModel, ModelReport, ModelSource
from agentic_search.models.embedding.embedding_model import EmbeddingModel
from agentic_search.models.queue import Purpose
from agentic_search.models.queued_model import ModelQueues


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model for one purpose."""

    model: ChatModel | None
    why_none: str | None = None
    """A sentence for people; also none where no model is wanted."""


@dataclass(frozen=True, slots=True)
class ModelsInUse:
    """Which models would be used now."""

    writer: str | None
    planner: str | None
    why_none: str | None
    """Why there is no writer, where one is wanted."""


class ModelChoice:
    """Opens models of one source. Wherever a model's name is given, empty is the best there is, `offline` is none.

    All models that it opens share one queue for each model server.
    """

    def __init__(self, source: ModelSource, *, writer: str, planner: str, slots: int = 0) -> None:
        """`writer` and `planner` are the configured names; an empty `planner` is whoever writes.

        `slots`: requests at once to a model server; 0: as many as it says.
        """
        self._source = source
        self._queues = ModelQueues(slots)
        self._writer = writer
        self._planner = planner

    def writer_name(self, asked: str | None) -> str | None:
        """The model that was asked for, or configured, without looking whether it is there."""
        name = asked or self._writer
        return None if name == OFFLINE else name or None

    async def writer(self, asked: str | None, *, batch: bool = False) -> ChosenModel:
        """Who writes for a query that asks for this model, or for none in particular; never raises ModelError.

        With `batch` its calls come after those that somebody waits for.
        """
        return await self._choose(asked or self._writer, "answer", batch=batch)

    async def planner(self, asked: str | None, *, batch: bool = False) -> ChosenModel:
        """Who plans for such a query; never raises ModelError.

        The writer plans too, unless another planner is configured: one model stays loaded instead of two.
        """
        name = OFFLINE if asked == OFFLINE else self._planner or asked or self._writer
        return await self._choose(name, "plan", batch=batch)

    async def open(self, name: str) -> ChatModel:
        """A model for a task of a plan: its calls come after those of writers and planners.

        Raises ModelUnavailable or ModelMissing.
        """
        return self._queues.queued(await self._source.open(name), "tool")

    async def embedding(self, beside: str) -> EmbeddingModel | None:
        """An embedding model of the server that runs the model `beside`, if it says that it has one; never raises."""
        try:
            return await self._source.embedding(beside)
        except ModelError:
            return None

    def is_one(self, asked: str | None) -> bool:
        """Whether the model that plans for such a query is the one that writes."""
        return asked == OFFLINE or self._planner in ("", asked or self._writer)

    async def report(self) -> ModelReport:
        """The models that there are; never raises."""
        return await self._source.report()

    async def in_use(self) -> ModelsInUse:
        """What a query that asks for no model in particular would use now."""
        writer, planner = await self.writer(None), await self.planner(None)
        return ModelsInUse(
            writer.model.name if writer.model else None, planner.model.name if planner.model else None, writer.why_none
        )

    async def _choose(self, name: str, purpose: Purpose, *, batch: bool) -> ChosenModel:
        if name == OFFLINE:
            return ChosenModel(None)
        try:
            model = await self._source.open(name)
        except ModelError as error:
            return ChosenModel(None, str(error))
        return ChosenModel(self._queues.queued(model, purpose, batch=batch))
