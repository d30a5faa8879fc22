"""A model of an Ollama over real HTTP: what a call sends, and what it makes of every fault."""

import asyncio
import json
from contextlib import aclosing

import pytest

from agentic_search.domain.data import JsonObject
from agentic_search.errors import (
    ContextOverflow,
    ModelError,
    ModelInterrupted,
    ModelMissing,
    ModelUnavailable,
)
from agentic_search.models.budget import THINKING_TOKENS
from agentic_search.models.chat import ChatModel, Finish
from agentic_search.models.network.transport import PACE
from agentic_search.models.ollama.source import OllamaSource
from tests.models.asking import ask, text_of
from tests.support.ollama_double import (
    Drop,
    Fail,
    Hang,
    Length,
    Limits,
    Model,
    NoDone,
    OllamaDouble,
    Raw,
    Say,
    Step,
    Think,
)

SCHEMA: JsonObject = {
    "type": "object",
    "properties": {"tool": {"type": "string"}, "arguments": {"type": "object", "properties": {}}},
    "required": ["tool", "arguments"],
}
THINKER = Model("qwen3:8b", ("completion", "tools", "thinking"), family="qwen3")


async def test_text_streams_as_it_comes_and_ends_with_what_ollama_counted() -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        ollama.enqueue("Hel", Say("lo", delay=0.05))
        model = await source.open("qwen3:8b")
        parts = [part async for part in ask(model)]
    assert parts[:2] == ["Hel", "lo"]
    finish = parts[2]
    assert isinstance(finish, Finish)
    assert (finish.reason, finish.usage.model_calls) == ("stop", 1)
    assert (finish.usage.prompt_tokens, finish.usage.completion_tokens) == (21, 3)


async def test_text_that_comes_faster_than_it_can_be_read_comes_in_fewer_pieces_and_whole() -> None:
    words = [f"w{number} " for number in range(300)]
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        ollama.enqueue(*words)
        model = await source.open("")
        began = asyncio.get_running_loop().time()
        parts = [part async for part in ask(model, max_tokens=1_000)]
        took = asyncio.get_running_loop().time() - began
    assert "".join(part for part in parts if isinstance(part, str)) == "".join(words)
    assert len(parts) <= took / PACE + 2


@pytest.mark.parametrize("separator", ["\u0085", "\u2028", "\u2029", "\x0b", "\x1c"])
async def test_characters_that_the_client_takes_for_line_ends_arrive_in_the_text(separator: str) -> None:
    frame = {"message": {"role": "assistant", "content": f"a{separator}b"}, "done": False}
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        ollama.enqueue(Raw(json.dumps(frame, ensure_ascii=False)), separator)
        assert await text_of(ask(await source.open(""))) == f"a{separator}b{separator}"


async def test_a_call_always_says_its_context_its_limit_and_that_nothing_may_be_cut() -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url, num_ctx=8192, keep_alive="-1") as source:
        model: ChatModel = await source.open("")
        await text_of(ask(model, max_tokens=77))
        body = ollama.chats[0].body
    assert model.num_ctx == 8192
    assert body["options"] == {"num_ctx": 8192, "num_predict": 77}
    assert (body["truncate"], body["keep_alive"], body["stream"]) == (False, -1, True)
    assert not {"think", "format"} & set(body)


async def test_a_schema_arrives_as_it_is_with_its_order_and_its_nulls() -> None:
    nothing: JsonObject = {"examples": [None], "default": None}
    schema = SCHEMA | nothing
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        text = await text_of(ask(await source.open(""), schema=schema))
        sent = ollama.chats[0].body["format"]
    assert json.dumps(sent) == json.dumps(schema)
    assert text.startswith('{"tool"')


async def test_all_calls_of_a_model_use_one_context_so_that_it_is_loaded_once() -> None:
    async with OllamaDouble([Model("a:8b", context=6000)]) as ollama, OllamaSource(ollama.url) as source:
        for schema in (SCHEMA, None, SCHEMA):
            await text_of(ask(await source.open(""), schema=schema))
        assert ollama.loads == [("a:8b", 6000)]


async def test_the_key_for_ollama_com_goes_to_no_other_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "secret")
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        await text_of(ask(await source.open("")))
        assert all("authorization" not in request.headers for request in ollama.requests)
        assert len(ollama.chats) == 1


async def test_a_proxy_in_the_environment_is_not_shown_the_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        assert await text_of(ask(await source.open("")))


async def test_thinking_is_switched_off_and_what_leaks_is_left_out() -> None:
    async with OllamaDouble([THINKER]) as ollama, OllamaSource(ollama.url) as source:
        ollama.enqueue("<th", "ink>", "I should", "</thi", "nk>\n\n", "Four", ".")
        ollama.enqueue(Think("I should"), "Four.")
        ollama.enqueue("<thi")
        model = await source.open("")
        assert [await text_of(ask(model)) for _ in range(3)] == ["Four.", "Four.", "<thi"]
        assert ollama.chats[0].body["think"] is False


async def test_before_0_31_2_a_schema_works_because_thinking_is_left_on() -> None:
    async with OllamaDouble([THINKER], version="0.31.1") as ollama, OllamaSource(ollama.url) as source:
        model = await source.open("")
        assert (await text_of(ask(model, schema=SCHEMA))).startswith("{")
        body = ollama.chats[0].body
        assert "think" not in body
        assert body["options"] == {"num_ctx": 16_384, "num_predict": 50 + THINKING_TOKENS, "temperature": 0.1}
        await text_of(ask(model))
        assert ollama.chats[1].body["think"] is False


async def test_a_reply_cut_at_its_limit_says_so() -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        ollama.enqueue("one ", "two ", "three")
        ollama.enqueue("one ", Length())
        model = await source.open("")
        for limit in (2, 50):
            parts = [part async for part in ask(model, max_tokens=limit)]
            assert isinstance(parts[-1], Finish)
            assert parts[-1].reason == "length"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (("half", NoDone()), "stopped in the middle"),
        ((NoDone(),), "stopped in the middle"),
        (("half", Drop()), "broke"),
        ((Drop(),), "broke"),
        (("half", Fail("an error was encountered while running the model: killed")), "running the model: killed"),
        (("half", Fail('{"error":{"code":500}}')), "could not run"),
        ((Hang(),), "went silent"),
        (("half", Hang()), "went silent"),
        ((Fail("llama-server process has terminated: signal: killed"),), "has terminated"),
        ((Fail("json: cannot unmarshal", 400),), "cannot unmarshal"),
    ],
)
async def test_a_stream_that_ends_unfinished_is_interrupted_and_the_next_one_works(
    steps: tuple[str | Step, ...], said: str
) -> None:
    patience = 0.5 if Hang() in steps else 5.0
    async with OllamaDouble() as ollama, OllamaSource(ollama.url, read_timeout=patience) as source, asyncio.timeout(10):
        ollama.enqueue(*steps)
        ollama.enqueue("well again")
        model = await source.open("")
        with pytest.raises(ModelInterrupted, match=said):
            await text_of(ask(model))
        assert await text_of(ask(model)) == "well again"


@pytest.mark.parametrize(
    ("failure", "kind", "said"),
    [
        (Fail("server busy, please try again.  maximum pending requests exceeded", 503), ModelUnavailable, "busy"),
        (Fail("upstream", 502), ModelUnavailable, "overloaded"),
        (Fail("ollama cloud is disabled", 403), ModelUnavailable, "refuses us"),
        (Fail("unauthorized", 401), ModelUnavailable, "refuses us"),
        (Fail("model 'qwen3:8b' not found", 404), ModelMissing, "ollama pull qwen3:8b"),
        (Fail("404 page not found", 404), ModelUnavailable, "OLLAMA_HOST"),
        (Fail("the prompt is longer than the context length currently available", 400), ContextOverflow, "longer"),
        (Fail("the input length exceeds the context length", 400), ContextOverflow, "exceeds"),
    ],
)
async def test_a_refusal_says_who_acts_next(failure: Fail, kind: type[ModelError], said: str) -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        ollama.enqueue(failure)
        with pytest.raises(kind, match=said):
            await text_of(ask(await source.open("")))


async def test_a_prompt_beyond_the_context_is_refused_before_anything_is_generated() -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url, num_ctx=4096) as source:
        with pytest.raises(ContextOverflow, match="exceeds the available context size"):
            await anext(ask(await source.open(""), "word " * 10_000))


async def test_an_ollama_that_cuts_silently_is_found_out_at_the_end() -> None:
    old = OllamaDouble(limits=Limits(knows_truncate=False))
    async with old as ollama, OllamaSource(ollama.url, num_ctx=4096) as source:
        with pytest.raises(ContextOverflow, match="read only 2051 of about"):
            await text_of(ask(await source.open(""), "word " * 10_000))


async def test_a_model_deleted_after_it_was_opened_is_missing() -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        model = await source.open("")
        ollama.models.clear()
        with pytest.raises(ModelMissing, match="no longer has the model 'qwen3:8b'"):
            await text_of(ask(model))


async def test_closing_the_iterator_stops_the_generation_at_once() -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source, asyncio.timeout(5):
        ollama.enqueue("a", Hang())
        async with aclosing(ask(await source.open(""))) as stream:
            assert await anext(stream) == "a"
        await ollama.chats[0].ended.wait()
        assert ollama.chats[0].outcome == "cancelled"


async def test_cancelling_the_reader_stops_the_generation_at_once() -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source, asyncio.timeout(5):
        ollama.enqueue(Hang())
        model = await source.open("")
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(text_of(ask(model)))
            while not ollama.chats:  # noqa: ASYNC110 - the double has no event for an arrival
                await asyncio.sleep(0)
            reading.cancel()
        await ollama.chats[0].ended.wait()
        assert ollama.chats[0].outcome == "cancelled"


@pytest.mark.parametrize(
    "line",
    ["no json", '"text"', "[1]", '{"done": "perhaps"}', '{"error": ["a"]}', '{"error": "1"}', '{"error": "[1]"}'],
)
async def test_a_line_that_no_ollama_says_is_an_error_of_the_house(line: str) -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        ollama.enqueue("half", Raw(line))
        with pytest.raises(ModelError):
            await text_of(ask(await source.open("")))
