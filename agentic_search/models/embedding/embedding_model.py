"""What every embedding model is to the rest of the program: it turns texts into vectors, which `cosine` compares."""

import math
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


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """From -1 to 1; 0 where one is all zeros.

    Each number is divided first: products of numbers near the largest that there are would overflow.
    """
    length, length_of_other = math.hypot(*one), math.hypot(*other)
    if not length or not length_of_other:
        return 0.0
    return math.fsum(a / length * (b / length_of_other) for a, b in zip(one, other, strict=True))
