"""A reply is what its stream means for readers, and the model is stopped where no more will come of it."""

from collections.abc import AsyncGenerator

import pytest

from agentic_search.domain.run import Usage
from agentic_search.errors import ModelInterrupted
from agentic_search.models.budget import TokenEstimate
from agentic_search.models.chat import Finish, ModelOutput, Retracted
from agentic_search.models.generated.reply import as_reply
from agentic_search.models.ollama.source import OllamaSource
from tests.models.asking import ask
from tests.support.ollama_double import Hang, OllamaDouble

FINISH = Finish("stop", Usage(model_calls=1, prompt_tokens=7, completion_tokens=9))


async def streamed(*items: ModelOutput | Exception) -> AsyncGenerator[ModelOutput]:
    for item in items:
        if isinstance(item, Exception):
            raise item
        yield item


async def reply(*items: ModelOutput, json: bool = False) -> list[ModelOutput]:
    return [item async for item in as_reply(streamed(*items), TokenEstimate(), prompt_tokens=33, json=json)]


async def test_text_held_back_comes_before_the_finish_which_is_passed_on() -> None:
    assert await reply("Paris <thin", FINISH) == ["Paris ", "<thin", FINISH]


async def test_a_finish_behind_the_end_of_the_turn_is_the_servers_own() -> None:
    assert await reply("Paris", "<|im_end|>", "\n", FINISH) == ["Paris", FINISH]


async def test_retractions_and_other_items_are_passed_on() -> None:
    assert await reply("Hm.", "\n</think>", "Paris", Retracted(), "x", FINISH) == [
        "Hm.", "\n", Retracted(), "Paris", Retracted(), "x", FINISH
    ]  # fmt: skip


async def test_an_error_of_the_stream_is_passed_on() -> None:
    with pytest.raises(ModelInterrupted):
        _ = [
            item
            async for item in as_reply(
                streamed("a", ModelInterrupted("gone")), TokenEstimate(), prompt_tokens=3, json=False
            )
        ]


@pytest.mark.parametrize("size", [1, 6, 5_000])
async def test_a_model_that_repeats_itself_is_stopped_and_what_it_took_is_estimated(size: int) -> None:
    text = "Red [1]. " + "The answer is: Paris. " * 200
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        ollama.enqueue(*[text[start : start + size] for start in range(0, len(text), size)], Hang())
        *pieces, finish = [item async for item in ask(await source.open(""), max_tokens=5_000)]
        await ollama.chats[0].ended.wait()

    assert "".join(piece for piece in pieces if isinstance(piece, str)) == text[: 15 * 16]
    assert isinstance(finish, Finish)
    assert finish.reason == "loop" and finish.usage.model_calls == 1
    assert finish.usage.prompt_tokens > 0 and 40 < finish.usage.completion_tokens < 120


async def test_a_thought_that_repeats_itself_is_noticed_too() -> None:
    (finish,) = await reply("<think>" + "Wait. " * 500, FINISH)
    assert isinstance(finish, Finish) and finish.reason == "loop"


async def test_a_model_that_writes_on_past_its_turn_is_stopped() -> None:
    async with OllamaDouble() as ollama, OllamaSource(ollama.url) as source:
        ollama.enqueue("Paris.", "<|im_end|>", "\n<|im_start|>user\n", "And what is the capital of Spain?", Hang())
        items = [item async for item in ask(await source.open(""), max_tokens=500)]
        await ollama.chats[0].ended.wait()

    assert items[0] == "Paris."
    assert isinstance(items[1], Finish) and items[1].reason == "stop"
    assert len(items) == 2


async def test_tasks_of_a_plan_that_differ_in_a_number_alone_are_no_repetition() -> None:
    tasks = ",".join(f'{{"read_page": {{"address": "https://example.org/otters", "page": {n}}}}}' for n in range(1, 13))
    assert await reply(f'{{"tasks": [{tasks}]}}', FINISH, json=True) == [f'{{"tasks": [{tasks}]}}', FINISH]
    equal = ",".join(['{"read_page": {"address": "https://example.org/otters", "page": 1}}'] * 12)
    *_, finish = await reply(f'{{"tasks": [{equal}]}}', FINISH, json=True)
    assert isinstance(finish, Finish) and finish.reason == "loop"
