"""Where models come from that trace their calls."""

from collections.abc import Container

from agentic_search.models.chat import ChatModel, ModelReport, ModelSource
from agentic_search.models.embedding.embedding_model import EmbeddingModel
from agentic_search.models.traced.embedding import TracedEmbedding
from agentic_search.models.traced.model import TracedModel

_OLLAMA, _OPENAI = "ollama", "openai"
"""Whose protocol a model server speaks, as the conventions call it."""


class TracedSource:
    """A ModelSource whose models trace their calls; not around one that need not, for each token passes through it."""

    def __init__(self, source: ModelSource, *, others: Container[str]) -> None:
        """`others`: the names of the servers beside Ollama, which stand before those of their models."""
        self._source = source
        self._others = others

    async def report(self) -> ModelReport:
        """The source's."""
        return await self._source.report()

    async def open(self, name: str) -> ChatModel:
        """The source's model, traced; see ModelSource."""
        model = await self._source.open(name)
        return TracedModel(model, self._provider_of(model.name))

    async def embedding(self, beside: str) -> EmbeddingModel | None:
        """The source's, traced."""
        model = await self._source.embedding(beside)
        return None if model is None else TracedEmbedding(model, self._provider_of(beside))

    def _provider_of(self, name: str) -> str:
        return _OPENAI if name.partition("/")[0] in self._others else _OLLAMA
