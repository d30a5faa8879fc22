"""A question to a model, what was sent, and what it says: the least that tests of models need."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import ChatModel, Message, ModelOutput, Waiting


async def ask(
    model: ChatModel, prompt: str = "hi", *, max_tokens: int = 50, schema: JsonObject | None = None
) -> AsyncGenerator[ModelOutput]:
    """The stream of one call, but for what it waited for."""
    async with aclosing(model.stream([Message("user", prompt)], max_tokens=max_tokens, schema=schema)) as parts:
        async for part in parts:
            if not isinstance(part, Waiting):
                yield part


async def text_of(stream: AsyncIterator[ModelOutput]) -> str:
    """All of the text, and nothing else."""
    return "".join([part async for part in stream if isinstance(part, str)])


def sent_text(body: JsonObject) -> str:
    """The text of all messages in the body of a chat request."""
    messages = body["messages"]
    assert isinstance(messages, list)
    return "".join(str(message["content"]) for message in messages if isinstance(message, dict))
