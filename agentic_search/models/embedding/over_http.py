"""Asks model servers for the vectors of texts over HTTP: an Ollama, or a server that is compatible with OpenAI's."""

import math
from collections.abc import Callable, Sequence
from contextlib import aclosing
from itertools import chain

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from agentic_search.domain.data import JsonObject
from agentic_search.domain.receipt.contacts import Contact
from agentic_search.domain.spending import spending_of_run
from agentic_search.errors import ModelInterrupted, ModelMissing, ModelUnavailable
from agentic_search.models.embedding.embedding_model import Vectors
from agentic_search.models.network.transport import OverlongReply, read_whole
from agentic_search.network.contacts import is_loopback

MOST_BYTES = 32 * 1024 * 1024
"""Of an answer: several times what the vectors of a whole batch take."""


class _OllamaVectors(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    embeddings: Vectors


class _OpenAIVector(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    embedding: list[float]
    index: int


class _OpenAIVectors(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    data: list[_OpenAIVector]


class OllamaEmbedding:
    """An embedding model of an Ollama, by POST /api/embed."""

    def __init__(self, http: httpx.AsyncClient, name: str, keep_alive: float | str | None) -> None:
        self.name = name
        self._http = http
        self._keep_alive = keep_alive

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """See EmbeddingModel; what is longer than the model's context is cut by Ollama."""
        body: JsonObject = {"model": self.name, "input": [*texts], "keep_alive": self._keep_alive}
        answer = await _post(self._http, "/api/embed", body, self.name)
        return _checked(lambda: _OllamaVectors.model_validate_json(answer).embeddings, texts)


class OpenAIEmbedding:
    """An embedding model of an OpenAI-compatible server, by POST /embeddings below its URL."""

    def __init__(self, http: httpx.AsyncClient, url: str, served: str, name: str) -> None:
        """`served` is its name on the server, `name` the one for people."""
        self.name = name
        self._http = http
        self._url = url
        self._served = served

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """See EmbeddingModel."""
        body: JsonObject = {"model": self._served, "input": [*texts], "encoding_format": "float"}
        answer = await _post(self._http, f"{self._url}/embeddings", body, self.name)
        return _checked(lambda: _in_order(_OpenAIVectors.model_validate_json(answer)), texts)


def _in_order(found: _OpenAIVectors) -> Vectors:
    return [each.embedding for each in sorted(found.data, key=lambda each: each.index)]


async def _post(http: httpx.AsyncClient, url: str, body: JsonObject, model: str) -> bytes:
    request = http.build_request("POST", url, json=body)
    answer = b""
    try:
        async with aclosing(await http.send(request, stream=True)) as response:
            if response.status_code == 404:
                raise ModelMissing("The model server has no such embedding model.")
            if not response.is_success:
                raise ModelInterrupted(f"The model server answered with status {response.status_code}.")
            answer = await read_whole(response, MOST_BYTES)
            return answer
    except OverlongReply as error:
        raise ModelInterrupted("The model server gave far more than the vectors that it was asked for.") from error
    except httpx.HTTPError as error:
        raise ModelUnavailable(f"The model server does not answer: {type(error).__name__}.") from error
    finally:
        if spending := spending_of_run.get():
            spending.contact(
                Contact(
                    host=request.url.host,
                    model=model,
                    sent=len(request.content),
                    received=len(answer),
                    elsewhere=not is_loopback(request.url.host),
                )
            )


def _checked(read: Callable[[], Vectors], texts: Sequence[str]) -> Vectors:
    """The vectors, if there is one for each text, all of one length and of finite numbers; raises ModelInterrupted."""
    try:
        vectors = read()
    except ValidationError as error:
        raise ModelInterrupted("The model server's answer holds no vectors.") from error
    lengths = {len(vector) for vector in vectors}
    if len(vectors) != len(texts) or len(lengths) > 1 or not all(map(math.isfinite, chain.from_iterable(vectors))):
        raise ModelInterrupted("The model server gave other vectors than it was asked for.")
    return vectors
