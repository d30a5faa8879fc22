"""What every ChatModel does, real or a double: one suite over all of them."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Literal

import pytest
from jsonschema import validate

from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import Usage
from agentic_search.errors import ContextOverflow, ModelError, ModelInterrupted, ModelMissing, ModelUnavailable
from agentic_search.models.chat import ChatModel, Finish, Message, ModelOutput, Retracted
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.models.scripted import Step
from agentic_search.models.usage_counter import UsageCounter
from tests.models.asking import ask, text_of
from tests.support import ollama_double as double
from tests.support.ollama_double import OllamaDouble
from tests.support.watched_model import WatchedModel

SCHEMA: JsonObject = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "count": {"type": "integer"}},
    "required": ["name", "count"],
}


class Event(Enum):
    """What may happen in a reply besides text."""

    CUT = auto()
    """The reply is as long as it may be."""
    SILENCE = auto()
    """Nothing more comes."""
    BREAK = auto()
    """The stream ends without a Finish."""
    TOO_LONG = auto()
    """The prompt does not fit the context."""
    GONE = auto()
    """The model is no longer there."""
    BUSY = auto()
    """The server turns the call away."""


Reply = Sequence[str | Event]


@dataclass(frozen=True)
class Subject:
    """One model under test."""

    model: ChatModel
    enqueue: Callable[[Reply], None]
    """Script the next reply."""
    called: Callable[[], bool]
    """Whether the first call has arrived."""
    stopped: Callable[[], Awaitable[object]]
    """Wait until the first call was stopped before its end."""


OLLAMA_STEPS: Mapping[Event, double.Step] = {
    Event.CUT: double.Length(),
    Event.SILENCE: double.Hang(),
    Event.BREAK: double.NoDone(),
    Event.TOO_LONG: double.Fail("the input length exceeds the context length", 400),
    Event.GONE: double.Fail("model 'qwen3:8b' not found", 404),
    Event.BUSY: double.Fail("server busy, please try again.  maximum pending requests exceeded", 503),
}


@asynccontextmanager
async def on_ollama() -> AsyncGenerator[Subject]:
    """A model of an Ollama, over HTTP."""
    limits = double.Limits(parallel=4)
    async with OllamaDouble(limits=limits) as ollama, OllamaSource(ollama.url) as source:

        def enqueue(reply: Reply) -> None:
            ollama.enqueue(*(OLLAMA_STEPS[step] if isinstance(step, Event) else step for step in reply))

        async def stopped() -> None:
            await ollama.chats[0].ended.wait()
            assert ollama.chats[0].outcome == "cancelled"

        yield Subject(await source.open(""), enqueue, lambda: bool(ollama.chats), stopped)


@asynccontextmanager
async def scripted() -> AsyncGenerator[Subject]:
    """The double that ships with the package."""
    model = WatchedModel()
    steps: dict[Event, Callable[[], Step]] = {
        Event.CUT: lambda: Finish("length", Usage(model_calls=1, prompt_tokens=1, completion_tokens=1)),
        Event.SILENCE: asyncio.Event,
        Event.BREAK: lambda: ModelInterrupted("it broke"),
        Event.TOO_LONG: lambda: ContextOverflow("it is too long"),
        Event.GONE: lambda: ModelMissing("it is gone"),
        Event.BUSY: lambda: ModelUnavailable("it is busy"),
    }

    def enqueue(reply: Reply) -> None:
        model.enqueue(*(steps[step]() if isinstance(step, Event) else step for step in reply))

    yield Subject(model, enqueue, lambda: bool(model.prompts), model.stopped.wait)


Opened = Callable[[], AbstractAsyncContextManager[Subject]]


def counted(inner: Opened) -> Opened:
    """The same model, its usage counted."""

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Subject]:
        async with inner() as subject:
            yield replace(subject, model=UsageCounter(subject.model))

    return opened


REAL = {"ollama": on_ollama, "ollama, counted": counted(on_ollama)}
"""Models that count tokens and keep to a schema by themselves: over a protocol, not by a script."""
ALL = REAL | {"scripted": scripted, "scripted, counted": counted(scripted)}

every_model = pytest.mark.parametrize("opened", ALL.values(), ids=ALL)
every_real_model = pytest.mark.parametrize("opened", REAL.values(), ids=REAL)


@every_model
async def test_it_has_a_name_and_a_context(opened: Opened) -> None:
    async with opened() as subject:
        assert subject.model.name
        assert subject.model.num_ctx > 0


@every_model
async def test_text_comes_in_pieces_and_then_exactly_one_finish(opened: Opened) -> None:
    async with opened() as subject:
        subject.enqueue(["Hel", "lo, ", "wor", "ld.\u2028\u0085"])
        parts = [part async for part in ask(subject.model)]
    *pieces, finish = parts
    assert "".join(piece for piece in pieces if isinstance(piece, str)) == "Hello, world.\u2028\u0085"
    assert all(isinstance(piece, str) and piece for piece in pieces)
    assert isinstance(finish, Finish)
    assert (finish.reason, finish.usage.model_calls) == ("stop", 1)
    assert finish.usage.prompt_tokens > 0
    assert finish.usage.completion_tokens > 0


@every_model
async def test_a_piece_is_there_before_the_next_is_written(opened: Opened) -> None:
    async with asyncio.timeout(10), opened() as subject:
        subject.enqueue(["first", Event.SILENCE])
        async with aclosing(ask(subject.model)) as stream:
            assert await anext(stream) == "first"


@every_model
async def test_an_empty_reply_is_a_finish_alone(opened: Opened) -> None:
    async with opened() as subject:
        subject.enqueue([])
        (finish,) = [part async for part in ask(subject.model)]
        assert isinstance(finish, Finish)


@every_model
async def test_a_reply_that_was_cut_says_so(opened: Opened) -> None:
    async with opened() as subject:
        subject.enqueue(["one ", "two ", Event.CUT])
        *pieces, finish = [part async for part in ask(subject.model)]
    assert "".join(str(piece) for piece in pieces) == "one two "
    assert isinstance(finish, Finish)
    assert finish.reason == "length"


@every_real_model
async def test_a_reply_is_cut_at_the_tokens_it_may_have(opened: Opened) -> None:
    async with opened() as subject:
        subject.enqueue(["one ", "two ", "three"])
        *pieces, finish = [part async for part in ask(subject.model, max_tokens=2)]
    assert "".join(str(piece) for piece in pieces) == "one two "
    assert isinstance(finish, Finish)
    assert (finish.reason, finish.usage.completion_tokens) == ("length", 2)


@every_real_model
@pytest.mark.parametrize(
    "reply",
    [
        ["<think>", "hm ", "hm</think>", "\n\nParis."],
        ["Okay, so", " Paris.\n", "</think>", "Paris."],
        [
            "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>",
            "Paris.",
            "<|return|>",
        ],
        ["Paris.", "<|im_", "end|>", "\n<|im_start|>user\n", "And the capital of Spain, which is it, please?"],
    ],
)
async def test_thoughts_control_tokens_and_other_turns_are_no_text(opened: Opened, reply: Reply) -> None:
    async with opened() as subject:
        subject.enqueue(reply)
        text = ""
        async for part in ask(subject.model):
            text = "" if isinstance(part, Retracted) else text + part if isinstance(part, str) else text
    assert text == "Paris."


@every_real_model
async def test_a_model_that_repeats_itself_is_stopped(opened: Opened) -> None:
    async with asyncio.timeout(10), opened() as subject:
        subject.enqueue([*["Paris is the capital. "] * 40, Event.SILENCE])
        *pieces, finish = [part async for part in ask(subject.model, max_tokens=1_000)]
        await subject.stopped()
    assert len("".join(str(piece) for piece in pieces)) < 500
    assert isinstance(finish, Finish)
    assert (finish.reason, finish.usage.model_calls) == ("loop", 1)


@every_real_model
async def test_under_a_schema_the_text_is_json_of_it(opened: Opened) -> None:
    async with opened() as subject:
        validate(json.loads(await text_of(ask(subject.model, schema=SCHEMA))), SCHEMA)


@every_model
@pytest.mark.parametrize("temperature", [None, 0.0, 0.7])
async def test_it_takes_a_conversation_and_a_temperature(opened: Opened, temperature: float | None) -> None:
    roles: tuple[Literal["system", "user", "assistant"], ...] = ("system", "user", "assistant", "user")
    conversation = [Message(role, f"What a {role} says.") for role in roles]
    async with opened() as subject:
        subject.enqueue(["two"])
        stream = subject.model.stream(conversation, max_tokens=9, temperature=temperature)
        assert await text_of(stream) == "two"


@every_model
@pytest.mark.parametrize("begun", [["half"], []], ids=["begun", "silent"])
async def test_cancelling_who_reads_stops_the_generation(opened: Opened, begun: Reply) -> None:
    async with asyncio.timeout(10), opened() as subject:
        subject.enqueue([*begun, Event.SILENCE])
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(text_of(ask(subject.model)))
            while not subject.called():  # noqa: ASYNC110 - neither has an event for an arrival
                await asyncio.sleep(0)
            reading.cancel()
        await subject.stopped()


@every_model
async def test_closing_the_stream_stops_the_generation_and_the_next_call_works(opened: Opened) -> None:
    async with asyncio.timeout(10), opened() as subject:
        subject.enqueue(["half", Event.SILENCE])
        subject.enqueue(["whole"])
        async with aclosing(ask(subject.model)) as stream:
            assert await anext(stream) == "half"
        await subject.stopped()
        assert await text_of(ask(subject.model)) == "whole"


@every_model
async def test_a_stream_that_nobody_began_to_read_is_closed_without_a_call(opened: Opened) -> None:
    async with opened() as subject:
        await ask(subject.model).aclose()
        subject.enqueue(["first"])
        assert await text_of(ask(subject.model)) == "first"


@every_model
async def test_calls_at_a_time_do_not_mix(opened: Opened) -> None:
    async with opened() as subject:
        for _ in range(4):
            subject.enqueue(["the ", "same"])
        async with asyncio.TaskGroup() as group:
            texts = [group.create_task(text_of(ask(subject.model))) for _ in range(4)]
        assert [text.result() for text in texts] == ["the same"] * 4


@every_model
@pytest.mark.parametrize(
    ("reply", "kind", "given"),
    [
        (["half ", Event.BREAK], ModelInterrupted, "half "),
        ([Event.BREAK], ModelInterrupted, ""),
        ([Event.TOO_LONG], ContextOverflow, ""),
        ([Event.GONE], ModelMissing, ""),
        ([Event.BUSY], ModelUnavailable, ""),
    ],
)
async def test_a_failure_ends_the_stream_without_a_finish_and_the_next_call_works(
    opened: Opened, reply: Reply, kind: type[ModelError], given: str
) -> None:
    parts: list[ModelOutput] = []
    async with opened() as subject:
        subject.enqueue(reply)
        subject.enqueue(["well again"])
        with pytest.raises(kind):
            async for part in ask(subject.model):
                parts.append(part)  # noqa: PERF401 - what came before the failure counts
        assert parts == ([given] if given else [])
        assert await text_of(ask(subject.model)) == "well again"
