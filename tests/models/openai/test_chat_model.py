"""A model of an OpenAI-compatible server over real HTTP: what is sent, what is given, and every way it can end."""

import asyncio
import json
import logging
from typing import Any

import pytest

from agentic_search.errors import ContextOverflow, ModelError, ModelInterrupted, ModelUnavailable
from agentic_search.models.chat import ChatModel, Finish, Message, Waiting
from agentic_search.models.openai.source import OpenAISource
from tests.models.asking import ask, text_of
from tests.models.openai.servers import access, first_model
from tests.support.ollama_double import Drop, Fail, Hang, Model, NoDone, Raw, Think
from tests.support.openai_double import Dialect, OpenAIDouble
from tests.support.serving import says, serving

LISTED = json.dumps({"data": [{"id": "x", "max_model_len": 4096}]}).encode()


def event(delta: dict[str, Any], **more: Any) -> Raw:
    """One event as it stands in the stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": None, **more.pop("choice", {})}
    return Raw(f"data: {json.dumps({'choices': [choice], **more})}\n\n")


async def all_of(model: ChatModel) -> tuple[str, Finish]:
    """The text of a reply, and its end."""
    *pieces, finish = [piece async for piece in ask(model)]
    assert isinstance(finish, Finish)
    return "".join(piece for piece in pieces if isinstance(piece, str)), finish


async def test_a_call_says_what_the_protocol_wants_and_no_more() -> None:
    async with OpenAIDouble(dialect=Dialect(key="sk-1")) as server, first_model(server) as model:
        await text_of(model.stream([Message("system", "Be."), Message("user", "Hi.")], max_tokens=7, temperature=0.3))
    (chat,) = server.chats
    assert chat.body == {
        "model": "qwen3-8b",
        "messages": [{"role": "system", "content": "Be."}, {"role": "user", "content": "Hi."}],
        "stream": True,
        "max_tokens": 7,
        "stream_options": {"include_usage": True},
        "temperature": 0.3,
    }
    assert chat.headers["authorization"] == "Bearer sk-1"
    assert chat.headers["accept-encoding"] == "identity"
    assert model.name == "lab/qwen3-8b"


async def test_without_a_key_none_is_sent() -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        await text_of(ask(model))
    assert all("authorization" not in request.headers for request in server.requests)


async def test_what_a_model_thinks_is_never_text() -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        for thought in (
            [Think("So "), Think("I think.")],
            [event({"reasoning": "So I think."}), event({"reasoning_text": "on", "content": None})],
            [event({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "So"}]}]})],
            ["<think>", "So I think.", "</think>\n"],
        ):
            server.enqueue(*thought, "The ", "answer.")
            assert (await all_of(model))[0] == "The answer."


async def test_a_model_that_thinks_gets_tokens_to_think_the_next_time() -> None:
    for thought in ([Think("So I think.")], ["<think>So I think.</think>"]):
        async with OpenAIDouble() as server, first_model(server) as model:
            server.enqueue(*thought, "text")
            await text_of(ask(model))
            await text_of(ask(model))
        assert [chat.body["max_tokens"] for chat in server.chats] == [50, 50 + 2048]


@pytest.mark.parametrize(
    ("counts", "usage"), [("usage", (21, 2)), ("timings", (21, 2)), ("", (0, 0))], ids=["usage", "timings", "nowhere"]
)
async def test_tokens_are_counted_as_the_server_tells_them(counts: str, usage: tuple[int, int]) -> None:
    async with OpenAIDouble(dialect=Dialect(counts=counts)) as server, first_model(server) as model:
        server.enqueue("one ", "two")
        _, finish = await all_of(model)
    assert (finish.usage.prompt_tokens, finish.usage.completion_tokens) == usage
    assert finish.usage.model_calls == 1


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ({"finish_reason": "stop"}, "stop"),
        ({"finish_reason": "eos_token"}, "stop"),
        ({"finish_reason": "tool_calls"}, "stop"),
        ({"finish_reason": "length"}, "length"),
        ({"finish_reason": "max_tokens"}, "length"),
    ],
)
async def test_every_servers_word_for_the_end_is_known(choice: dict[str, str], reason: str) -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        server.enqueue("text", event({}, choice=choice, usage={"prompt_tokens": 3, "completion_tokens": 4}), NoDone())
        text, finish = await all_of(model)
    assert (text, finish.reason, finish.usage.prompt_tokens) == ("text", reason, 3)


async def test_the_end_is_believed_though_nothing_comes_after_it() -> None:
    end = event({}, choice={"finish_reason": "stop"})
    async with asyncio.timeout(10), OpenAIDouble() as server, first_model(server) as model:
        for silence in (Hang(), Drop(), NoDone()):
            server.enqueue("text", end, silence)
            assert (await all_of(model))[0] == "text"


async def test_a_server_that_only_says_done_has_ended_a_text_but_not_an_empty_one() -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        server.enqueue("text", Raw("data: [DONE]\n\n"), NoDone())
        assert (await all_of(model))[1].reason == "stop"
        server.enqueue(Raw("data: [DONE]\n\n"), NoDone())
        with pytest.raises(ModelInterrupted):
            await text_of(ask(model))


async def test_comments_and_other_events_are_passed_over() -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        server.enqueue(Raw(": OPENROUTER PROCESSING\n\n"), "te", Raw(":\n\nevent: ping\n\ndata: {}\n\n"), "xt")
        assert (await all_of(model))[0] == "text"


async def test_a_server_that_does_not_stream_is_read_as_a_whole() -> None:
    reply = {"choices": [{"message": {"content": "all"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 5}}
    answers = iter([LISTED, json.dumps(reply).encode()])

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = next(answers)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % len(body) + body)

    async with serving(answer) as server, OpenAISource(access(f"{server.url}/v1")) as source:
        text, finish = await all_of(await source.open(""))
    assert (text, finish.usage.prompt_tokens) == ("all", 5)


@pytest.mark.parametrize(
    ("steps", "kind", "said"),
    [
        ([Fail("the provider is down", 502)], ModelUnavailable, "provider is down"),
        ([Fail("boom", 500)], ModelInterrupted, "boom"),
        ([Fail("maximum context length is 5 tokens", 400)], ContextOverflow, "does not fit"),
        ([event({}, choice={"finish_reason": "content_filter"})], ModelInterrupted, "content filter"),
        ([event({}, choice={"finish_reason": "error"})], ModelInterrupted, "gave it up"),
        ([Raw("data: {not json}\n\n")], ModelInterrupted, "no stream of a chat"),
        ([Raw('data: {"error": "out of memory"}\n\n')], ModelInterrupted, "out of memory"),
        ([Raw('event: error\ndata: {"message": "out of memory"}\n\n')], ModelInterrupted, "out of memory"),
        ([NoDone()], ModelInterrupted, "in the middle"),
        ([Drop()], ModelInterrupted, "broke while"),
    ],
)
async def test_what_ends_in_the_middle_is_interrupted_and_the_reason_told(
    steps: list[Any], kind: type[ModelError], said: str
) -> None:
    given: list[object] = []
    async with OpenAIDouble() as server, first_model(server) as model:
        server.enqueue("half ", *steps)
        with pytest.raises(kind, match=said):
            async for piece in ask(model):
                given.append(piece)  # noqa: PERF401 - what came before the failure counts
        assert given == ["half "]
        assert len(server.chats) == 1, "what has begun is not asked again"


async def test_a_server_that_goes_silent_is_not_waited_for() -> None:
    async with asyncio.timeout(10), OpenAIDouble() as server, first_model(server, read_timeout=0.3) as model:
        for steps in (["half ", Hang()], [Hang()]):
            server.enqueue(*steps)
            with pytest.raises(ModelInterrupted, match="went silent"):
                await text_of(ask(model))


async def test_a_refused_prompt_tells_the_servers_counts() -> None:
    async with OpenAIDouble([Model("x", context=1000)]) as server, first_model(server) as model:
        with pytest.raises(ContextOverflow) as caught:
            await text_of(ask(model, "word " * 1000))
        assert (caught.value.counted, caught.value.num_ctx) == (1270, 1000)
        assert model.tokens.prompt(["word " * 1000]) > 1000


async def test_what_a_server_counts_teaches_what_texts_cost() -> None:
    async with OpenAIDouble([Model("x", chars_per_token=2.0)]) as server, first_model(server) as model:
        before = model.tokens.count("word " * 1000)
        for _ in range(5):
            await text_of(ask(model, "word " * 1000))
        assert before < 2_000 < model.tokens.count("word " * 1000) < 2_800


async def test_a_context_that_only_a_refusal_tells_is_that_of_later_calls() -> None:
    dialect = Dialect(context_field="")
    async with (
        OpenAIDouble([Model("x", context=1000)], dialect=dialect) as server,
        OpenAISource(access(server.url)) as source,
    ):
        model = await source.open("")
        assert model.num_ctx == 8_192
        with pytest.raises(ContextOverflow):
            await text_of(ask(model, "word " * 2000))
        assert (await source.open("")).num_ctx == 1000


async def test_no_key_shows_in_logs_or_errors(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with OpenAIDouble(dialect=Dialect(key="sk-right")) as server:
        async with OpenAISource(access(server.url, "sk-wrong-1")) as source:
            said = [(await source.report()).error or ""]
            with pytest.raises(ModelUnavailable, match="AGENTIC_SEARCH_MODELS_LAB_KEY") as caught:
                await source.open("")
        async with first_model(server) as model:
            await text_of(ask(model))
            said.append(repr(model))
            server.dialect = Dialect(key="sk-other")
            with pytest.raises(ModelUnavailable) as later:
                await text_of(ask(model))
    said += [repr(source), str(caught.value), str(later.value), caplog.text]
    assert not [text for text in said if "sk-wrong" in text or "sk-right" in text]


async def test_a_key_goes_to_no_other_host_that_a_server_names() -> None:
    async with OpenAIDouble() as elsewhere:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere.url}/models\r\nContent-Length: 0\r\n\r\n".encode()
        async with serving(says(moved)) as server, OpenAISource(access(f"{server.url}/v1", "sk-1")) as source:
            assert "no OpenAI-compatible" in ((await source.report()).error or "")
        assert not elsewhere.requests


@pytest.mark.parametrize("text", ["Loading model", "The model qwen3-8b is currently loading"])
async def test_a_call_waits_while_its_model_is_loaded_and_says_so_once(text: str) -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        for _ in range(2):
            server.enqueue(Fail(text, 503))
        server.enqueue("Hel", "lo")
        parts = [part async for part in model.stream([Message("user", "Hi.")], max_tokens=7)]
        assert parts[:2] == [Waiting(loading=True), Waiting()]
        assert "".join(part for part in parts if isinstance(part, str)) == "Hello"
        assert len(server.chats) == 3 and len(parts) <= 5


async def test_a_model_that_is_never_loaded_can_be_left_at_any_moment() -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        server.enqueue(Fail("Loading model", 503))
        stream = model.stream([Message("user", "Hi.")], max_tokens=7)
        assert await anext(stream) == Waiting(loading=True)
        await stream.aclose()
        assert len(server.chats) == 1


@pytest.mark.parametrize("text", ["the server is overloaded", "no slot available for model x"])
async def test_a_server_that_is_busy_for_another_reason_is_not_asked_again(text: str) -> None:
    async with OpenAIDouble() as server, first_model(server) as model:
        server.enqueue(Fail(text, 503))
        with pytest.raises(ModelUnavailable, match=text):
            await text_of(ask(model))
        assert len(server.chats) == 1
