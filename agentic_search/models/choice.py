"""Chooses who plans and who writes, by the settings and by what a query asks for: a model, or why there is none."""

from dataclasses import dataclass

from agentic_search.domain.query import OFFLINE
from agentic_search.errors import ModelError
from agentic_search.models.chat import ChatModel, ModelReport, ModelSource


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
    """Opens models of one source. Wherever a model's name is given, empty is the best there is, `offline` is none."""

    def __init__(self, source: ModelSource, *, writer: str, planner: str) -> None:
        """`writer` and `planner` are the configured names; an empty `planner` is whoever writes."""
        self._source = source
        self._writer = writer
        self._planner = planner

    def writer_name(self, asked: str | None) -> str | None:
        """The model that was asked for, or configured, without looking whether it is there."""
        name = asked or self._writer
        return None if name == OFFLINE else name or None

    async def writer(self, asked: str | None) -> ChosenModel:
        """Who writes for a query that asks for this model, or for none in particular; never raises ModelError."""
        return await self._open(asked or self._writer)

    async def planner(self, asked: str | None) -> ChosenModel:
        """Who plans for such a query; never raises ModelError.

        The writer plans too, unless another planner is configured: one model stays loaded instead of two.
        """
        return await self._open(OFFLINE if asked == OFFLINE else self._planner or asked or self._writer)

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

    async def _open(self, name: str) -> ChosenModel:
        if name == OFFLINE:
            return ChosenModel(None)
        try:
            return ChosenModel(await self._source.open(name))
        except ModelError as error:
            return ChosenModel(None, str(error))
