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
    vectors: list[JsonValue] = [vector(text, model.embedding_length) for text in texts]
    metrics: JsonObject = {"total_duration": 2000, "load_duration": 1000, "prompt_eval_count": sum(counts)}
    return {"model": name, "embeddings": vectors, **metrics}


def vector(text: str, length: int) -> list[JsonValue]:
    """The sum of a chance vector for each word, in unit length."""
    sources = [random.Random(word) for word in text.lower().split()]
    values = [math.fsum(source.gauss(0, 1) for source in sources) for _ in range(length)]
    norm = math.hypot(*values)
    return [value / norm for value in values]
