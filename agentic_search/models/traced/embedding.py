"""Calls of embedding models as spans."""

from collections.abc import Sequence

from agentic_search.models.embedding.embedding_model import EmbeddingModel, Vectors
from agentic_search.tracing import names
from agentic_search.tracing.spans import Attributes, spanned


class TracedEmbedding:
    """An EmbeddingModel whose calls are spans."""

    def __init__(self, model: EmbeddingModel, provider: str) -> None:
        self._model = model
        self._provider = provider

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """The model's vectors."""
        attributes: Attributes = {
            names.OPERATION: names.EMBEDDINGS,
            names.PROVIDER: self._provider,
            names.REQUEST_MODEL: self.name,
        }
        with spanned(lambda outer: outer.call(f"{names.EMBEDDINGS} {self.name}", attributes)):
            return await self._model.embed(texts)
