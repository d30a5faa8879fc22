"""Servers of the tests of this folder: a source of one, its first model, and answers that no double gives."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from agentic_search.models.openai.address import server_access
from agentic_search.models.openai.chat_model import OpenAIModel
from agentic_search.models.openai.errors import ServerAccess
from agentic_search.models.openai.source import OpenAISource
from tests.support.openai_double import OpenAIDouble


def access(url: str = "http://127.0.0.1:9/v1", key: str = "") -> ServerAccess:
    """A server named lab."""
    return server_access("lab", url, key)


@asynccontextmanager
async def first_model(
    server: OpenAIDouble, *, num_ctx: int = 0, read_timeout: float = 20.0
) -> AsyncGenerator[OpenAIModel]:
    """The first model of a double that listens."""
    given = access(server.url, server.dialect.key)
    async with OpenAISource(given, prefix="lab/", num_ctx=num_ctx, read_timeout=read_timeout) as source:
        model = await source.open("")
        assert isinstance(model, OpenAIModel)
        yield model
