"""/v1/chat/completions and /v1/models, asked by OpenAI's own client, whose types check all that it is sent."""

import asyncio
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.api.protocols.conftest import ANSWER, SLOW, newer_run, newest_run, script
from tests.support.ollama_double import OllamaDouble
from tests.support.service import RunningService

QUESTION: Any = [{"role": "user", "content": "What do the rows say?"}]


@pytest.fixture
async def client(service: RunningService) -> Any:
    async with AsyncOpenAI(
        base_url=f"{service.url}/v1", api_key="none", max_retries=0, _strict_response_validation=True
    ) as opened:
        yield opened


async def test_a_whole_answer_has_its_sources_as_annotations_its_steps_as_reasoning_and_the_tokens(
    client: AsyncOpenAI, ollama: OllamaDouble
) -> None:
    script(ollama)
    completion = await client.chat.completions.create(model="qwen3:8b", messages=QUESTION, temperature=0.3, seed=7)
    message: Any = completion.choices[0].message
    assert message.content == ANSWER
    marked = [
        (it.url_citation.start_index, it.url_citation.end_index, it.url_citation.url) for it in message.annotations
    ]
    assert [(ANSWER[start:end], url) for start, end, url in marked] == [
        ("[1]", "https://example.org/1"),
        ("[2]", "https://example.org/2"),
    ]
    assert "🧠 Planning with qwen3:8b" in message.reasoning_content
    assert completion.usage and completion.usage.total_tokens > completion.usage.completion_tokens > 0
    assert completion.model == "qwen3:8b" and completion.choices[0].finish_reason == "stop"


async def test_a_stream_says_the_same_in_pieces(client: AsyncOpenAI, ollama: OllamaDouble) -> None:
    script(ollama)
    stream = await client.chat.completions.create(
        model="agentic-search",
        messages=QUESTION,
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"agentic_search": {"sources_in_text": True}},
    )
    chunks: list[Any] = [chunk async for chunk in stream]
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    text = "".join(delta.content or "" for delta in deltas)
    assert text.startswith(f"{ANSWER}\n\n**Sources**\n\n- \\[1\\] **Row 1** <https://example.org/1>")
    annotations = [each for delta in deltas for each in (getattr(delta, "annotations", None) or ())]
    assert [text[it["url_citation"]["start_index"] : it["url_citation"]["end_index"]] for it in annotations] == [
        "[1]",
        "[2]",
    ]
    reasoning = "".join(getattr(delta, "reasoning_content", "") for delta in deltas)
    assert reasoning.startswith("🔎 What do the rows say?\n") and "📊 Full Result: " in reasoning
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage.total_tokens > 0 and not chunks[-1].choices
    assert {chunk.id for chunk in chunks} == {f"chatcmpl-{chunks[0].id.removeprefix('chatcmpl-')}"}


async def test_the_messages_before_the_question_are_its_conversation(
    client: AsyncOpenAI, ollama: OllamaDouble, service: RunningService
) -> None:
    before: list[Any] = [
        {"role": "system", "content": "You are helpful."},
        {"role": "user", "content": [{"type": "text", "text": "What did Alice write in 2018?"}]},
        {"role": "assistant", "content": "She wrote two books."},
        {"role": "user", "content": "And in 2019?"},
    ]
    completion = await client.chat.completions.create(model="offline", messages=before)
    run = await service.report(completion.id.removeprefix("chatcmpl-"))
    assert run["course"]["understood"] == "What did Alice write in 2019?"
    script(ollama)
    await client.chat.completions.create(model="qwen3:8b", messages=before)
    assert "She wrote two books." in str(ollama.chats[-1].body)


async def test_the_client_that_waits_is_served_as_well(service: RunningService) -> None:
    await asyncio.to_thread(_wait_as_client, service)


def _wait_as_client(service: RunningService) -> None:
    with OpenAI(base_url=f"{service.url}/v1", api_key="none", _strict_response_validation=True) as client:
        stream = client.chat.completions.create(model="offline", messages=QUESTION, stream=True)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream)
        assert [model.id for model in client.models.list()] == ["agentic-search", "qwen3:8b", "offline"]
        assert client.models.retrieve("qwen3:8b").object == "model"


@pytest.mark.parametrize(
    ("fields", "param", "told"),
    [
        ({"model": "gpt-9"}, None, "There is no model 'gpt-9' here."),
        ({"n": 2}, "n", "n: Input should be 1"),
        ({"messages": []}, "messages", "messages: It is empty"),
        ({"messages": [{"role": "assistant", "content": "Yes."}]}, None, "The last message must be the user's"),
        ({"messages": [{"role": "user", "content": "x" * 9_000}]}, "messages.0", "at most 8000 characters"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools", "this service calls its own tools"),
        ({"response_format": {"type": "json_object"}}, "response_format", "answers are Markdown text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]},
            None,
            "Input should be 'text'",
        ),
        ({"extra_body": {"agentic_search": {"deadlin": 3}}}, "agentic_search.deadlin", "There is no such field here"),
    ],
    ids=["model", "n", "empty", "no question", "long", "tools", "json", "image", "own field"],
)
async def test_what_cannot_be_served_is_refused_in_openais_form(
    client: AsyncOpenAI, fields: Any, param: str | None, told: str
) -> None:
    with pytest.raises(openai.APIStatusError) as refused:
        asked: Any = {"model": "offline", "messages": QUESTION, **fields}
        await client.chat.completions.create(**asked)
    assert isinstance(refused.value, openai.BadRequestError | openai.NotFoundError)
    error: Any = refused.value.body
    assert told in error["message"] and error["type"] == "invalid_request_error"
    assert param is None or error["param"] == param


async def test_a_refusal_of_the_service_itself_and_a_run_that_fails_have_that_form_too(
    client: AsyncOpenAI, service: RunningService
) -> None:
    foreign = await service.client.get("/v1/models", headers={"Host": "other.example"})
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (421, "unknown_host")
    assert (await service.client.get("/v1/none")).json()["error"]["code"] == "not_found"
    nothing: Any = {
        "model": "offline",
        "messages": QUESTION,
        "extra_body": {"agentic_search": {"tools": ["none_such"]}},
    }
    with pytest.raises(openai.APIStatusError) as failed:
        await client.chat.completions.create(**nothing)
    assert "none_such" in str(failed.value.body)
    with pytest.raises(openai.APIError, match="none_such"):
        async for _ in await client.chat.completions.create(**nothing, stream=True):
            pass


@pytest.mark.parametrize("stream", [True, False])
async def test_a_caller_that_leaves_stops_its_search(
    client: AsyncOpenAI, service: RunningService, ollama: OllamaDouble, stream: bool
) -> None:
    last = await newest_run(service)
    script(ollama, SLOW)

    async def ask() -> None:
        asked: Any = await client.chat.completions.create(model="qwen3:8b", messages=QUESTION, stream=stream)
        if stream:
            async for _ in asked:
                pass

    asking = asyncio.ensure_future(ask())
    async with asyncio.timeout(30):
        run_id = await newer_run(service, last)
        await service.events(run_id, until="task.started")
        asking.cancel()
        told = await service.events(run_id)
    assert told[-1].event == "run.cancelled"
    ollama.forget_replies()
