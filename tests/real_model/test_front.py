"""Ollama's protocol in front of the real engine: recorded requests get answers of the recorded form."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from tests.models.ollama.test_double import RECORDINGS, Recording
from tests.real_model.conftest import MOST_SECONDS
from tests.real_model.engine import NAME, LlamaServer
from tests.real_model.ollama_front import MODEL, LlamaEngine
from tests.support.ollama_double import OllamaDouble

pytestmark = pytest.mark.real_model

OF_OTHER_MODELS = ("think", "tool", "chat on embed", "repeat guard", "overflow")
"""Beginnings of the names of recordings that need a model which thinks, embeds, or has another context."""
PLAIN = [
    recording
    for recording in RECORDINGS
    if recording.path in {"/", "/api/version", "/api/tags", "/api/ps", "/api/show", "/api/chat"}
    and not recording.name.startswith(OF_OTHER_MODELS)
]
RECORDED_MODELS = {"s-tool", "s-think", "ascii"}


@pytest.fixture(scope="module")
async def client(engine: LlamaServer) -> AsyncGenerator[httpx.AsyncClient, None]:
    """A client of the front, the model loaded."""
    async with (
        OllamaDouble([MODEL], engine=LlamaEngine(engine.url)) as ollama,
        httpx.AsyncClient(base_url=ollama.url, timeout=MOST_SECONDS) as client,
    ):
        await client.post("/api/chat", json={"model": NAME, "messages": []})
        yield client


@pytest.mark.parametrize("recording", PLAIN, ids=lambda recording: recording.name)
async def test_a_recorded_request_is_answered_in_the_recorded_form(
    client: httpx.AsyncClient, recording: Recording
) -> None:
    asked = recording.request
    if isinstance(asked, dict) and asked.get("model") in RECORDED_MODELS:
        asked = {**asked, "model": NAME}
    content = None if asked is None else asked if isinstance(asked, str) else json.dumps(asked)
    response = await client.request(recording.method, recording.path, content=content)

    assert (response.status_code, response.headers["content-type"]) == (recording.status, recording.content_type)
    if isinstance(recording.body, str):
        assert response.text.strip() == recording.body
        return
    frames = [json.loads(line) for line in response.text.splitlines()]
    first, last = recording.body[0], recording.body[-1]
    assert isinstance(first, dict) and isinstance(last, dict)
    assert list(frames[0]) == list(first) and list(frames[-1]) == list(last)
    assert [frames[-1].get(key) for key in ("done", "done_reason")] == [
        last.get(key) for key in ("done", "done_reason")
    ]


async def test_counts_and_limits_are_those_of_the_models_own_tokenizer(client: httpx.AsyncClient) -> None:
    def chat(text: str, **options: int) -> dict[str, Any]:
        messages = [{"role": "user", "content": text}]
        return {"model": NAME, "messages": messages, "truncate": False, "stream": False, "options": options}

    cut = (await client.post("/api/chat", json=chat("Count to a hundred.", num_predict=5))).json()
    assert (cut["done_reason"], cut["eval_count"]) == ("length", 5)
    few = (await client.post("/api/chat", json=chat("пример " * 10, num_predict=1))).json()
    many = (await client.post("/api/chat", json=chat("пример " * 60, num_predict=1))).json()
    more = many["prompt_eval_count"] - few["prompt_eval_count"]
    assert more > 100, "a word of Russian is several tokens to this model"
    refused = await client.post("/api/chat", json=chat("word " * 600, num_ctx=512))
    assert refused.status_code == 400 and "exceed_context_size_error" in refused.text


async def test_a_schema_is_kept_to(client: httpx.AsyncClient) -> None:
    schema = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
    messages = [{"role": "user", "content": "How many legs has a spider?"}]
    body = {"model": NAME, "messages": messages, "format": schema, "stream": False, "options": {"num_predict": 100}}
    said = (await client.post("/api/chat", json=body)).json()["message"]["content"]
    assert isinstance(json.loads(said)["count"], int)
