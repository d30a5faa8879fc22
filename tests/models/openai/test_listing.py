"""What a list of models says, in the words of each server: who can chat, and with how much context."""

import json
from typing import Any

import pytest

from agentic_search.models.openai.listing import (
    DEFAULT_NUM_CTX,
    MOST_NUM_CTX,
    SlotProps,
    best_served,
    is_of_llama_cpp,
    read_models,
    read_props,
)


def listed(*entries: Any) -> bytes:
    """The body of GET /models."""
    return json.dumps({"object": "list", "data": entries}).encode()


@pytest.mark.parametrize(
    ("entry", "context"),
    [
        ({"meta": {"n_ctx_train": 131072, "n_ctx": 8192}}, 8192),
        ({"meta": {"n_ctx_train": 131072}}, 131072),
        ({"max_model_len": 4096}, 4096),
        ({"loaded_context_length": 4096, "max_context_length": 131072}, 4096),
        ({"context_window": 32768}, 32768),
        ({"context_length": 200000, "top_provider": {"context_length": 100000}}, 200000),
        ({"context_length": None, "top_provider": {"context_length": 100000}}, 100000),
        ({"max_model_len": 0, "meta": None}, None),
        ({"max_model_len": "4096", "meta": []}, None),
        ({"context_length": True}, None),
        ({}, None),
    ],
)
def test_the_context_is_found_wherever_a_server_tells_it(entry: dict[str, Any], context: int | None) -> None:
    (served,) = read_models(listed({"id": "x", **entry}), prefix="lab/")
    assert served.info.context == context
    assert (served.id, served.info.name) == ("x", "lab/x")


@pytest.mark.parametrize(
    ("context", "configured", "num_ctx"),
    [
        (None, 0, DEFAULT_NUM_CTX),
        (None, 16_000, 16_000),
        (4_096, 0, 4_096),
        (4_096, 16_000, 4_096),
        (1_000_000, 0, MOST_NUM_CTX),
        (1_000_000, 100_000, 100_000),
    ],
)
def test_a_call_has_the_context_that_is_there_and_no_more_than_is_wanted(
    context: int | None, configured: int, num_ctx: int
) -> None:
    (served,) = read_models(listed({"id": "x", "max_model_len": context}), prefix="")
    assert served.num_ctx(configured) == num_ctx


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "x", "type": "embeddings"},
        {"id": "x", "type": "rerank"},
        {"id": "x", "type": "image"},
        {"id": "x", "task": "automatic-speech-recognition-audio"},
        {"id": "x", "capabilities": {"completion_chat": False}},
        {"id": "x", "architecture": {"output_modalities": ["image"]}},
        {"id": "text-embedding-3-small"},
        {"id": "text-embedding-nomic-embed-text-v1.5"},
        {"id": "nomic-embed-text:latest"},
        {"id": "Qwen/Qwen3-Embedding-0.6B"},
        {"id": "bge-m3"},
        {"id": "BAAI/bge-reranker-v2-m3"},
        {"id": "mxbai-rerank-large"},
        {"id": "whisper-1"},
        {"id": "openai/whisper-large-v3"},
        {"id": "tts-1-hd"},
        {"id": "gpt-4o-transcribe"},
        {"id": "omni-moderation-latest"},
        {"id": "dall-e-3"},
        {"id": "all-MiniLM-L6-v2"},
        {"id": "intfloat/e5-mistral-7b"},
    ],
)
def test_what_cannot_chat_is_not_usable_and_says_why(entry: dict[str, Any]) -> None:
    (served,) = read_models(listed(entry), prefix="")
    assert not served.info.usable
    assert "cannot chat" in (served.info.reason or "")


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "qwen3-8b"},
        {"id": "smollm2:135m"},
        {"id": "meta-llama/Llama-3.1-8B-Instruct"},
        {"id": "/models/gemma-3-4b-it-Q4_K_M.gguf"},
        {"id": "deepseek-r1-distill-qwen-7b"},
        {"id": "embers-7b"},
        {"id": "eclipse-13b"},
        {"id": "gpt-4o-mini", "type": "model"},
        {"id": "bge-chat", "type": "llm"},
        {"id": "x", "type": "vlm"},
        {"id": "x", "capabilities": {"completion_chat": True}},
        {"id": "x", "capabilities": ["tool_use"]},
        {"id": "x", "architecture": {"output_modalities": ["text", "image"]}},
    ],
)
def test_what_may_chat_is_usable(entry: dict[str, Any]) -> None:
    (served,) = read_models(listed(entry), prefix="")
    assert (served.info.usable, served.info.reason) == (True, None)


@pytest.mark.parametrize(
    ("name", "size"), [("qwen3-8b", "8B"), ("smollm2:135m", "135M"), ("Mixtral-8x7B-Instruct", "8X7B"), ("gpt-4o", "")]
)
def test_the_size_is_read_from_the_name(name: str, size: str) -> None:
    (served,) = read_models(listed({"id": name}), prefix="")
    assert served.info.size == size


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id": "a"}, {"id": "b"}]',
        b'{"data": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}',
        b'{"models": [{"name": "a"}, {"key": "b"}]}',
        b'{"data": [{"id": "a"}, {"id": "b"}, {"id": ""}, {"nothing": 1}, 7]}',
    ],
)
def test_a_list_is_read_in_every_form_it_comes_in(body: bytes) -> None:
    assert [served.id for served in read_models(body, prefix="")] == ["a", "b"]


def test_an_empty_list_has_no_models() -> None:
    assert read_models(b'{"data": []}', prefix="") == ()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"error": "no"}', b'"x"', b"7", b'{"data": [{"x": 1}]}', b'{"data": {}}']
)
def test_what_is_no_list_of_models_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_models(body, prefix="")


def test_the_first_that_can_chat_is_the_one_to_take() -> None:
    models = read_models(listed({"id": "whisper-1"}, {"id": "b"}, {"id": "a"}), prefix="")
    best = best_served(models)
    assert best is not None and best.id == "b"
    assert best_served(models[:1]) is None


def test_llama_cpp_tells_the_context_of_a_slot_in_its_props() -> None:
    assert is_of_llama_cpp(json.dumps({"data": [{"owned_by": "llamacpp"}]}).encode())
    assert not is_of_llama_cpp(listed({"id": "x"}))
    assert read_props(b'{"default_generation_settings": {"n_ctx": 4096}, "total_slots": 2}') == SlotProps(4096, 2)
    for body in (b"{}", b"[]", b'{"default_generation_settings": {"n_ctx": 0}}', b'{"default_generation_settings": 1}'):
        assert read_props(body) == SlotProps()


def test_a_size_beyond_any_float_is_not_known() -> None:
    body = b'{"data":[{"id":"m","meta":{"n_params":1%s}}]}' % (b"0" * 400)
    assert read_models(body, prefix="")[0].info.size == ""
