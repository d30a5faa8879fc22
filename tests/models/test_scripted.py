"""The scripted model streams what it was told to, as a real model would."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from agentic_search.domain.run import Usage
from agentic_search.errors import ModelInterrupted, ModelMissing, ModelUnavailable
from agentic_search.models.budget import TokenEstimate
from agentic_search.models.chat import ChatModel, Finish, Message, ModelOutput, ModelSource
from agentic_search.models.scripted import ScriptedModel, ScriptedSource

HELLO = [Message("system", "Be brief."), Message("user", "Hello?")]


def ask(model: ScriptedModel) -> AsyncGenerator[ModelOutput]:
    return model.stream(HELLO, max_tokens=10)


async def test_replies_come_in_order_and_end_with_a_finish() -> None:
    model = ScriptedModel(replies=["one", ["tw", "o"]])
    first = [part async for part in ask(model)]
    second = [part async for part in ask(model)]
    assert (first[:-1], second[:-1]) == (["one"], ["tw", "o"])
    tokens = TokenEstimate().count("Be brief.\nHello?")
    assert first[-1] == Finish("stop", Usage(model_calls=1, prompt_tokens=tokens, completion_tokens=1))


async def test_the_prompts_are_kept() -> None:
    model = ScriptedModel(replies=["yes"])
    async for _ in model.stream(HELLO, max_tokens=7, schema={"type": "object"}):
        pass
    prompt = model.prompts[0]
    assert (prompt.text, prompt.max_tokens, prompt.schema) == ("Be brief.\nHello?", 7, {"type": "object"})


async def test_an_error_comes_after_the_text_before_it() -> None:
    model = ScriptedModel()
    model.enqueue("half", ModelInterrupted("broken"))
    stream = ask(model)
    assert await anext(stream) == "half"
    with pytest.raises(ModelInterrupted, match="broken"):
        await anext(stream)


async def test_a_finish_of_its_own_ends_the_reply() -> None:
    cut = Finish("length", Usage(model_calls=1))
    model = ScriptedModel(replies=[["half", cut, "never said"]])
    assert [part async for part in ask(model)] == ["half", cut]


async def test_a_gate_holds_the_stream_until_it_is_opened() -> None:
    gate = asyncio.Event()
    model = ScriptedModel(replies=[["before", gate, "after"]])
    async with asyncio.timeout(5), aclosing(ask(model)) as stream:
        assert await anext(stream) == "before"
        async with asyncio.TaskGroup() as group:
            rest = group.create_task(anext(stream))
            group.create_task(asyncio.sleep(0))
            assert not rest.done()
            gate.set()
        assert rest.result() == "after"


async def test_a_script_that_is_too_short_is_an_error_that_no_fallback_hides() -> None:
    with pytest.raises(LookupError, match="no reply for"):
        await anext(ask(ScriptedModel()))


async def test_a_source_gives_its_models_by_name_and_the_first_as_the_best() -> None:
    one, two = ScriptedModel("one"), ScriptedModel("two", num_ctx=4096)
    source: ModelSource = ScriptedSource(one, two)
    best: ChatModel = await source.open("")
    assert (best, await source.open("two")) == (one, two)
    assert [(info.name, info.context) for info in (await source.report()).models] == [("one", 16_384), ("two", 4096)]
    with pytest.raises(ModelMissing, match=r"no model 'three'.*one, two"):
        await source.open("three")


async def test_a_source_can_be_one_where_nobody_answers() -> None:
    source = ScriptedSource(error=ModelUnavailable("nobody"))
    assert (await source.report()).error == "nobody"
    with pytest.raises(ModelUnavailable):
        await source.open("")
