"""POST /api/embed: a unit vector for each text; those of texts with many words in common are near each other."""

import math
import random

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double.models import Model
from tests.support.ollama_double.refusals import Refused

_FRAME_TOKENS = 2


def embed(name: str, model: Model, body: JsonObject) -> JsonObject:
    """The body of the answer."""
    if "embedding" not in model.capabilities:
        raise Refused(501, "This server does not support embeddings. Start it with `--embeddings`")
    given = body.get("input", "")
    texts = [str(text) for text in (given if isinstance(given, list) else [given]) if text]
    counts = [len(text.split()) + _FRAME_TOKENS for text in texts]
    if body.get("truncate") is False and max(counts, default=0) > model.context:
        raise Refused(400, "the input length exceeds the context length")
    if not texts:
        return {"model": name, "embeddings": []}
    vectors: list[JsonValue] = [vector_of(text, model) for text in texts]
    metrics: JsonObject = {"total_duration": 2000, "load_duration": 1000, "prompt_eval_count": sum(counts)}
    return {"model": name, "embeddings": vectors, **metrics}


def vector_of(text: str, model: Model) -> list[JsonValue]:
    """As the model makes it."""
    return [*model.vector(text)] if model.vector else _by_words(text, model.embedding_length)


CONCEPTS = (
    ("bill", "rechnung", "facture"),
    ("pay", "bezahl", "zahl", "pai", "pay"),
    ("late", "verspät", "retard", "spät"),
    ("whale", "wal", "baleine"),
    ("sing", "gesang", "chant"),
)
"""Beginnings of words of one meaning, in English, German and French."""


def by_concept(text: str) -> list[float]:
    """A vector with an axis for each concept, and one for what has none: a model that knows three languages."""
    held = [float(any(word.startswith(beginnings) for word in text.lower().split())) for beginnings in CONCEPTS]
    return [*held, 0.0 if any(held) else 1.0]


def _by_words(text: str, length: int) -> list[JsonValue]:
    """The sum of a chance vector for each word, in unit length."""
    sources = [random.Random(word) for word in text.lower().split()]
    values = [math.fsum(source.gauss(0, 1) for source in sources) for _ in range(length)]
    norm = math.hypot(*values)
    return [value / norm for value in values]
