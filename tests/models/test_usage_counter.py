"""The usage of a model: of every call that it was made, and of one that ended its tokens."""

import asyncio

import pytest

from agentic_search.domain.run import Usage
from agentic_search.errors import ModelInterrupted
from agentic_search.models.chat import Finish, Waiting
from agentic_search.models.queued_model import ModelQueues
from agentic_search.models.scripted import ScriptedModel
from agentic_search.models.usage_counter import UsageCounter
from tests.models.asking import ask, text_of

END = Finish("stop", Usage(model_calls=1, prompt_tokens=10, completion_tokens=3))


async def test_calls_add_up_and_one_that_broke_off_counts_as_a_call() -> None:
    model = UsageCounter(ScriptedModel(replies=[["one", END], ["two", ModelInterrupted("broken")], ["three", END]]))
    await text_of(ask(model))
    with pytest.raises(ModelInterrupted):
        await text_of(ask(model))
    assert model.usage == Usage(model_calls=2, prompt_tokens=10, completion_tokens=3)
    await text_of(ask(model))
    assert model.usage == Usage(model_calls=3, prompt_tokens=20, completion_tokens=6)


async def test_calls_at_a_time_all_count() -> None:
    gate = asyncio.Event()
    model = UsageCounter(ScriptedModel(replies=[[gate, "one", END], [gate, "two", END]]))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(text_of(ask(model)))
        while model.usage.model_calls < 2:  # noqa: ASYNC110 - the model has no event for an arrival
            await asyncio.sleep(0)
        gate.set()
    assert model.usage == Usage(model_calls=2, prompt_tokens=20, completion_tokens=6)


async def test_a_call_that_left_the_queue_was_none() -> None:
    queues, server = ModelQueues(), ScriptedModel(replies=[["one", END]], slots=1)
    busy = ask(queues.queued(server, "plan"))
    assert await anext(busy) == "one"
    model = UsageCounter(server)
    stream = queues.queued(model, "plan").stream([], max_tokens=9)
    assert await anext(stream) == Waiting(1)
    await stream.aclose()
    assert model.usage == Usage()
    await busy.aclose()
