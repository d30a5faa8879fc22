"""/v1/responses, asked by OpenAI's own client, whose types check all that it is sent."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from tests.api.protocols.conftest import ANSWER, SLOW, newer_run, newest_run, script
from tests.support.ollama_double import OllamaDouble
from tests.support.service import RunningService

QUESTION = "What do the rows say?"


@pytest.fixture
async def client(service: RunningService) -> AsyncGenerator[AsyncOpenAI, None]:
    async with AsyncOpenAI(
        base_url=f"{service.url}/v1", api_key="none", max_retries=0, _strict_response_validation=True
    ) as opened:
        yield opened


async def test_a_whole_response_has_its_steps_its_answer_and_its_sources_and_is_found_again(
    client: AsyncOpenAI, ollama: OllamaDouble, service: RunningService
) -> None:
    script(ollama)
    response = await client.responses.create(model="qwen3:8b", input=QUESTION, metadata={"of": "test"})
    assert (response.status, response.output_text, response.metadata) == ("completed", ANSWER, {"of": "test"})
    steps, message = response.output
    assert steps.type == "reasoning" and "🧠 Planning with qwen3:8b" in steps.summary[0].text
    assert message.type == "message" and message.content[0].type == "output_text"
    cited: Any = message.content[0].annotations
    assert [(ANSWER[it.start_index : it.end_index], it.url) for it in cited] == [
        ("[1]", "https://example.org/1"),
        ("[2]", "https://example.org/2"),
    ]
    assert response.usage and response.usage.total_tokens > 0
    again = await client.responses.retrieve(response.id)
    assert again.output == response.output
    assert await client.responses.delete(response.id) is None
    with pytest.raises(openai.NotFoundError):
        await client.responses.retrieve(response.id)


async def test_a_stream_tells_items_parts_and_texts_in_their_order_and_ends_with_the_response(
    client: AsyncOpenAI, ollama: OllamaDouble
) -> None:
    script(ollama)
    events: list[Any] = [
        event async for event in await client.responses.create(model="qwen3:8b", input=QUESTION, stream=True)
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type.removeprefix("response.") for event in events]
    in_order = [kind for index, kind in enumerate(kinds) if kind != kinds[index - 1]]
    assert in_order == [
        *("created", "in_progress", "output_item.added", "reasoning_summary_part.added"),
        *("reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done"),
        *("output_item.done", "output_item.added", "content_part.added", "output_text.delta"),
        *("output_text.annotation.added", "output_text.done", "content_part.done", "output_item.done", "completed"),
    ]
    final = events[-1].response
    assert final.output_text == ANSWER == "".join(e.delta for e in events if e.type == "response.output_text.delta")
    assert [each.model_dump() for each in final.output[1].content[0].annotations] == [
        event.annotation.model_dump() for event in events if event.type == "response.output_text.annotation.added"
    ]
    after = len(events) - 3
    rest: Any = await client.responses.retrieve(final.id, stream=True, starting_after=after)
    assert [event.type async for event in rest] == [event.type for event in events[after + 1 :]]


async def test_a_response_goes_on_from_another_and_one_that_is_not_stored_is_gone(
    client: AsyncOpenAI, service: RunningService
) -> None:
    first = await client.responses.create(model="offline", input="What did Alice write in 2018?")
    items: Any = [{"role": "user", "content": [{"type": "input_text", "text": "And in 2019?"}]}]
    second = await client.responses.create(
        model="offline", input=items, previous_response_id=first.id, instructions="Be brief.", store=False, stream=True
    )
    told: list[Any] = []
    async for event in second:
        told.append(event)
        if event.type == "response.completed":  # it is gone when its reader knows the end
            told.append(await service.client.get(f"/v1/responses/{event.response.id}"))
    *_, last, gone = told
    assert last.type == "response.completed" and last.response.previous_response_id == first.id
    steps: Any = last.response.output[0]
    assert "Understood as: “What did Alice write in 2019?”" in steps.summary[0].text
    assert (gone.status_code, gone.json()["error"]["type"]) == (404, "invalid_request_error")
    with pytest.raises(openai.BadRequestError, match="read later"):
        await client.responses.create(model="offline", input="Why?", store=False, background=True)


async def test_one_in_the_background_goes_on_until_it_is_stopped_another_stops_with_its_caller(
    client: AsyncOpenAI, ollama: OllamaDouble, service: RunningService
) -> None:
    script(ollama, SLOW)
    begun = await client.responses.create(model="qwen3:8b", input=QUESTION, background=True)
    assert begun.status in {"queued", "in_progress"} and begun.background
    await service.events(begun.id.removeprefix("resp_"), until="task.started")
    await client.responses.cancel(begun.id)
    events: Any = await client.responses.retrieve(begun.id, stream=True)
    *_, last = [event async for event in events]
    assert (last.type, last.response.status) == ("response.failed", "cancelled")
    ollama.forget_replies()
    script(ollama, SLOW)
    before = await newest_run(service)
    asking = asyncio.ensure_future(client.responses.create(model="qwen3:8b", input=QUESTION))
    async with asyncio.timeout(60):
        run_id = await newer_run(service, before)
    await service.events(run_id, until="task.started")
    asking.cancel()
    assert (await service.events(run_id))[-1].event == "run.cancelled"
    ollama.forget_replies()
