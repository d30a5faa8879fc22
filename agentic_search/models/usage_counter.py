"""Counts what is asked of a model, also by calls that break off."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import Usage
from agentic_search.models.chat import ChatModel, Finish, GrammarLimits, Message


class UsageCounter:
    """A ChatModel that knows what it was used for."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.usage = Usage()
        """All calls so far; of one that broke off only that it was made."""

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    @property
    def num_ctx(self) -> int:
        """The model's."""
        return self._model.num_ctx

    @property
    def grammar(self) -> GrammarLimits | None:
        """The model's."""
        return self._model.grammar

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[str | Finish]:
        """The model's stream, passed on."""
        self.usage = self.usage.plus(Usage(model_calls=1))
        stream = self._model.stream(messages, max_tokens=max_tokens, schema=schema, temperature=temperature)
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                if isinstance(piece, Finish):
                    self.usage = self.usage.plus(piece.usage.model_copy(update={"model_calls": 0}))
                yield piece
