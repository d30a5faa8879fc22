"""Counts what is asked of a model, also by calls that break off."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import Usage
from agentic_search.models.chat import ChatModel, Finish, Message, ModelOutput, Waiting
from agentic_search.models.wrapped_model import WrappedModel


class UsageCounter(WrappedModel):
    """A ChatModel that knows what it was used for."""

    def __init__(self, model: ChatModel) -> None:
        super().__init__(model)
        self.usage = Usage()
        """All calls so far; of one that broke off only that it was made, of one that left the queue nothing."""

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput]:
        """The model's stream, passed on."""
        self.usage, waits = self.usage.plus(Usage(model_calls=1)), False
        stream = self._model.stream(messages, max_tokens=max_tokens, schema=schema, temperature=temperature)
        try:
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    waits = isinstance(piece, Waiting) and piece.before > 0
                    if isinstance(piece, Finish):
                        self.usage = self.usage.plus(piece.usage.model_copy(update={"model_calls": 0}))
                    yield piece
        finally:
            if waits:
                self.usage = self.usage.model_copy(update={"model_calls": self.usage.model_calls - 1})
