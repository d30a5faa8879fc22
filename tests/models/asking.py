"""A question to a model, and what it says: the least that tests of models need."""

from collections.abc import AsyncGenerator, AsyncIterator

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import ChatModel, Message, ModelOutput


def ask(
    model: ChatModel, prompt: str = "hi", *, max_tokens: int = 50, schema: JsonObject | None = None
) -> AsyncGenerator[ModelOutput]:
    """The stream of one call."""
    return model.stream([Message("user", prompt)], max_tokens=max_tokens, schema=schema)


async def text_of(stream: AsyncIterator[ModelOutput]) -> str:
    """All of the text, without the Finish."""
    return "".join([part async for part in stream if isinstance(part, str)])
