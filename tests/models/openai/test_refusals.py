"""What servers say when they refuse is understood in the words of each, as far as it can be told."""

import json

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.errors import ContextOverflow, ModelError, ModelInterrupted, ModelMissing, ModelUnavailable
from agentic_search.models.openai.errors import explain_refusal
from agentic_search.models.openai.refusals import error_in, read_refusal
from tests.models.openai.servers import access

LLAMA_CPP: JsonObject = {
    "code": 400,
    "message": "the request exceeds the available context size. try increasing the context size",
    "type": "exceed_context_size_error",
    "n_prompt_tokens": 14429,
    "n_ctx": 8192,
}
OVERFLOWS: list[tuple[JsonValue, int | None, int | None]] = [
    ({"error": LLAMA_CPP}, 14429, 8192),
    ("request (9031 tokens) exceeds the available context size (8192 tokens), try increasing it", 9031, 8192),
    (
        "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens (112946 in the"
        " messages, 10000 in the completion). Please reduce the length of the messages or completion.",
        112946,
        16384,
    ),
    ("This model's maximum context length is 4097 tokens. However, your messages resulted in 6164 tokens.", 6164, 4097),
    (
        "'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 4096 tokens"
        " and your request has 2778 input tokens (8000 > 4096 - 2778).",
        2778,
        4096,
    ),
    ("this model's maximum context length is 2048 tokens, but the prompt contains 3000 input tokens", 3000, 2048),
    ("This model's maximum context length is 128000 tokens.", None, 128000),
    ("prompt is too long: 210000 tokens > 200000 maximum", 210000, 200000),
    ("Requested tokens (2285) exceed context window of 2048", 2285, 2048),
    (
        "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context"
        " length of only 4096 tokens, which is not enough.",
        5000,
        4096,
    ),
    ("The input (5000 tokens) is longer than the model's context length (4096 tokens).", 5000, 4096),
    (
        "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5000"
        " tokens: 4000 tokens from the input messages and 1000 tokens for the completion.",
        4000,
        4096,
    ),
    (
        "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 100 `max_new_tokens`",
        5000,
        4096,
    ),
    (
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
        40000,
        32768,
    ),
    ("This model's maximum context length is 3 tokens. However, your request has 8 input tokens.", 8, None),
    ({"error": {"code": "context_length_exceeded", "message": "Too long."}}, None, None),
    ("Your input exceeds the context window of this model.", None, None),
    ("Its maximum context length is 131,072 tokens. However, you requested about 200,000 tokens", 200_000, 131_072),
]


@pytest.mark.parametrize(("said", "prompt_tokens", "num_ctx"), OVERFLOWS)
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_prompt_that_is_too_long_is_told_with_the_servers_own_counts(
    said: JsonValue, prompt_tokens: int | None, num_ctx: int | None, wrapped: bool
) -> None:
    body: JsonValue = {"error": {"message": said}} if isinstance(said, str) and wrapped else said
    error = explain_refusal(read_refusal(400, json.dumps(body).encode()), access(), model="lab/x")
    assert isinstance(error, ContextOverflow)
    if prompt_tokens or num_ctx:
        assert (error.counted, error.num_ctx) == (prompt_tokens, num_ctx)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"error": {"message": "it is so", "type": "x", "code": 400}}', "it is so"),
        ('{"error": "it is so"}', "it is so"),
        ('{"object": "error", "message": "it is so", "code": 400}', "it is so"),
        ('{"detail": "it is so"}', "it is so"),
        ('{"detail": [{"loc": ["body", "x"], "msg": "it is so"}]}', "it is so"),
        ('{"errors": [{"message": "it is so"}, {"message": "and so"}]}', "it is so; and so"),
        ('{"error": {"message": "it is so"}, "message": "it is so"}', "it is so"),
        ('[{"error": {"code": 400, "message": "it is so"}}]', "it is so"),
        ('"it is so"', "it is so"),
        ("it is\n  so", "it is so"),
        ("<html><h1>502</h1></html>", ""),
        ('{"error": null}', ""),
        ("[1, 2]", ""),
        ("", ""),
    ],
)
def test_its_text_is_found_in_whatever_form_it_comes(body: str, text: str) -> None:
    assert read_refusal(400, body.encode()).text == text


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (404, '{"error": {"message": "The model `x` does not exist.", "code": 404}}', ModelMissing, "does not exist"),
        (404, '{"error": {"code": "model_not_found", "message": "No."}}', ModelMissing, "no longer has the model"),
        (400, '{"error": {"message": "x is not a valid model ID", "code": 400}}', ModelMissing, "not a valid model"),
        (500, '{"error": {"message": "could not load model: x"}}', ModelMissing, "could not load"),
        (404, '{"detail": "Not Found"}', ModelUnavailable, "no OpenAI-compatible"),
        (405, "", ModelUnavailable, "no OpenAI-compatible"),
        (301, "", ModelUnavailable, "no OpenAI-compatible"),
        (401, '{"error": "who are you?"}', ModelUnavailable, "AGENTIC_SEARCH_MODELS_LAB_KEY"),
        (403, '{"error": "not for you"}', ModelUnavailable, "AGENTIC_SEARCH_MODELS_LAB_KEY"),
        (402, '{"error": {"message": "no credits"}}', ModelUnavailable, "paid"),
        (429, '{"error": {"message": "slow down"}}', ModelUnavailable, "slow down. Try again in 7 seconds"),
        (503, '{"error": {"message": "Loading model"}}', ModelUnavailable, "Loading model"),
        (500, "boom", ModelInterrupted, "could not run 'lab/x': boom"),
        (400, '{"error": {"message": "no"}}', ModelInterrupted, "could not run"),
    ],
)
def test_each_refusal_is_the_error_that_says_what_to_do(
    status: int, body: str, kind: type[ModelError], said: str
) -> None:
    error = explain_refusal(read_refusal(status, body.encode()), access(), model="lab/x", retry_after="7")
    assert type(error) is kind
    assert said in str(error)


def test_a_key_that_the_server_repeats_is_not_shown_and_long_texts_are_cut() -> None:
    body = json.dumps({"error": {"message": "Invalid token sk-secret-1. " + "x" * 9000}}).encode()
    error = explain_refusal(read_refusal(401, body), access(key="sk-secret-1"), model="lab/x")
    assert "secret" not in str(error)
    assert "refuses the key in AGENTIC_SEARCH_MODELS_LAB_KEY" in str(error)
    assert len(str(error)) < 600


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"error": {"code": 502, "message": "provider down"}}, 502),
        ({"error": {"code": "429", "message": "slow down"}}, 429),
        ({"error": {"message": "boom", "code": "server_error"}}, 0),
        ({"error": {"code": 500}}, 500),
    ],
)
def test_an_error_in_the_stream_has_the_status_that_it_names(sent: JsonValue, status: int) -> None:
    refusal = error_in(sent)
    assert refusal is not None
    assert refusal.status == status


@pytest.mark.parametrize("sent", [{}, {"error": None}, {"usage": {"prompt_tokens": 1}}, {"id": "x", "model": "y"}])
def test_what_tells_no_error_is_none(sent: JsonValue) -> None:
    assert error_in(sent) is None
