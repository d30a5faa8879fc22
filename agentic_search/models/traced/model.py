"""Calls of models as spans, where their run is traced: of which model, with how many tokens, and how they ended."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import ChatModel, Finish, Message, ModelOutput
from agentic_search.models.wrapped_model import WrappedModel
from agentic_search.tracing import names
from agentic_search.tracing.spans import Attributes, OpenSpan, current_span, entered, lasting


class TracedModel(WrappedModel):
    """A ChatModel whose calls are spans."""

    def __init__(self, model: ChatModel, provider: str) -> None:
        super().__init__(model)
        self._provider = provider

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput]:
        """The model's stream, passed on."""
        stream = self._model.stream(messages, max_tokens=max_tokens, schema=schema, temperature=temperature)
        outer = current_span.get()
        async with aclosing(stream):
            if outer is None:
                async for piece in stream:
                    yield piece
                return
            attributes: Attributes = {
                names.OPERATION: names.CHAT,
                names.PROVIDER: self._provider,
                names.REQUEST_MODEL: self.name,
                names.MAX_TOKENS: max_tokens,
                names.OUTPUT_TYPE: "text" if schema is None else "json",
                **names.address_of(self.served_by.url),
            }
            with lasting(outer.call(f"{names.CHAT} {self.name}", attributes)) as span:
                async with aclosing(_within(span, stream)) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, Finish):
                            span.note(_told_by(piece))
                            span.end("completed")
                        yield piece


async def _within(span: OpenSpan, stream: AsyncGenerator[ModelOutput]) -> AsyncGenerator[ModelOutput]:
    """The stream, each step of it within the span: what is done with a piece is not."""
    while True:
        try:
            with entered(span):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        yield piece


def _told_by(finish: Finish) -> Attributes:
    return {
        names.FINISH_REASONS: [finish.reason],
        names.INPUT_TOKENS: finish.usage.prompt_tokens,
        names.OUTPUT_TOKENS: finish.usage.completion_tokens,
    }
