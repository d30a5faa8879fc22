"""What every embedding model is to the rest of the program: it turns texts into vectors of what they mean."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeAlias

Vectors: TypeAlias = list[list[float]]
"""One a text, all of one length."""


class EmbeddingModel(Protocol):
    """One embedding model, ready to be called."""

    @property
    def name(self) -> str:
        """As its server names it."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """A vector for each text, in their order, all of one length. Raises ModelError."""
        ...


FindEmbedding: TypeAlias = Callable[[], Awaitable[EmbeddingModel | None]]
"""Asks a model server for its embedding model, if it has one; it never raises."""
