"""Over a real connection: prompts are packed by what the model's own counts have taught, and a refusal is the last."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from agentic_search.errors import ContextOverflow
from agentic_search.models.chat import ChatModel
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.models.usage_counter import UsageCounter
from agentic_search.planning.model.planner import LONGEST_PLAN, ModelPlanner
from agentic_search.planning.planner import DraftStarted, PlanRequest, PlanStep, SoFar
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.writing.model_writer import MAX_TOKENS, ModelWriter
from tests.models.asking import ask, sent_text, text_of
from tests.models.samples import TEXTS, prompt
from tests.planning.schemas import tool
from tests.planning.steps import follow
from tests.support.ollama_double import Fail, Limits, Model, OllamaDouble, Say
from tests.synthesis.evidence.samples import writer_input

NUM_CTX = 8_192


def dear(text: str) -> int:
    """A tokeniser that knows only Latin letters well: a token for three of those, but one for any other character."""
    return -(-sum(1 if character.isascii() else 3 for character in text) // 3)


def in_pieces(text: str) -> int:
    """A tokeniser that cuts each word into pieces of five bytes."""
    return sum(1 + len(word.encode()) // 5 for word in text.split()) + text.count("\n")


def double(tokenizer: Callable[[str], int], *, num_ctx: int = 0, knows_truncate: bool = True) -> OllamaDouble:
    model = Model("qwen3:8b", tokenizer=tokenizer, script=lambda _: [Say("Red [1].")])
    return OllamaDouble([model], limits=Limits(num_ctx=num_ctx, knows_truncate=knows_truncate))


@asynccontextmanager
async def opened(ollama: OllamaDouble) -> AsyncGenerator[ChatModel]:
    async with ollama, OllamaSource(ollama.url, num_ctx=NUM_CTX) as source:
        yield await source.open("")


def documents(language: str, number: int) -> WriterInput:
    """Sources of a language that are far more than the context holds."""
    texts = ("".join(prompt(language, 100 * number + seed)[1] * 6) for seed in range(5))
    return writer_input(TEXTS[language][:60], *texts)


async def write(model: ChatModel, language: str, number: int) -> None:
    await ModelWriter(model).write(documents(language, number), lambda _: None)


def sizes(ollama: OllamaDouble) -> list[int]:
    """Tokens of the prompt of each call, as the model counts them."""
    (model,) = ollama.models.values()
    return [model.tokens(sent_text(chat.body)) for chat in ollama.chats]


def refused(ollama: OllamaDouble) -> list[int]:
    return [index for index, chat in enumerate(ollama.chats) if chat.outcome == "refused"]


@pytest.mark.parametrize("tokenizer", [dear, in_pieces])
@pytest.mark.parametrize("language", TEXTS)
async def test_after_five_calls_prompts_fill_the_context_and_leave_room_for_the_reply(
    language: str, tokenizer: Callable[[str], int]
) -> None:
    async with opened(ollama := double(tokenizer)) as model:
        for number in range(7):
            await write(model, language, number)
        estimated = model.tokens.prompt(sent_text(chat.body) for chat in ollama.chats[-1:])
    room = NUM_CTX - MAX_TOKENS
    assert all(0.7 * room < size <= room for size in sizes(ollama)[5:])
    assert refused(ollama) in ([], [0])
    assert estimated == pytest.approx(sizes(ollama)[-1], rel=0.1)


async def test_what_one_run_taught_serves_the_next_and_every_other_that_has_opened_the_model() -> None:
    async with double(dear) as ollama, OllamaSource(ollama.url, num_ctx=NUM_CTX) as source:
        other = await source.open("")
        before = other.tokens.count(TEXTS["English"])
        await text_of(ask(await source.open("qwen3:8b"), TEXTS["English"] * 9))
        assert other.tokens.count(TEXTS["English"]) < before
        assert UsageCounter(other).tokens == other.tokens == (await source.open("")).tokens


async def test_models_learn_apart() -> None:
    ollama = OllamaDouble([Model("one:1b", tokenizer=dear), Model("two:1b", tokenizer=len)])
    async with ollama, OllamaSource(ollama.url) as source:
        one, two = await source.open("one:1b"), await source.open("two:1b")
        for model in (one, two):
            ollama.enqueue("yes")
            await text_of(ask(model, TEXTS["Russian"] * 5))
        assert one.tokens != two.tokens


async def test_after_a_refusal_the_answer_is_written_from_what_fits_by_the_server_s_own_count() -> None:
    async with opened(ollama := double(lambda text: 2 * dear(text))) as model:
        for number in range(4):
            await write(model, "Russian", number)
    assert refused(ollama) == [0]
    assert all(0.65 * (NUM_CTX - MAX_TOKENS) < size <= NUM_CTX - MAX_TOKENS for size in sizes(ollama)[1:])


async def test_a_context_smaller_than_asked_for_is_used_from_then_on() -> None:
    async with opened(ollama := double(dear, num_ctx=3_000)) as model:
        assert model.num_ctx == NUM_CTX
        for number in range(3):
            await write(model, "English", number)
        assert model.num_ctx == 3_000
    assert refused(ollama) == [0]
    assert all(1_200 < size <= 2_000 for size in sizes(ollama)[1:])
    assert [chat.body["options"] for chat in ollama.chats[1:]] == [
        {"num_ctx": 3_000, "num_predict": 1_000, "temperature": 0.2}
    ] * 3


async def test_a_plan_that_was_refused_is_asked_for_again_with_fewer_tools() -> None:
    tools = [tool(f"tool_{number}", description=TEXTS["Russian"][number : number + 190]) for number in range(40)]
    request = PlanRequest("Что?", tools, SoFar())
    ollama = OllamaDouble([Model("qwen3:8b", tokenizer=lambda text: 3 * dear(text))])
    async with opened(ollama) as model:
        ollama.enqueue('{"tasks":[{"tool":"tool_1"}]}')
        steps: list[PlanStep] = []
        planned = await follow(ModelPlanner(model), request, steps)
    assert [task.tool for task in planned.tasks] == ["tool_1"]
    assert refused(ollama) == [0]
    assert sizes(ollama)[1] <= NUM_CTX - LONGEST_PLAN
    assert sum(isinstance(step, DraftStarted) for step in steps) == 1


async def test_a_model_that_refuses_everything_is_asked_four_times() -> None:
    ollama = OllamaDouble()
    for _ in range(4):
        ollama.enqueue(Fail("the prompt is longer than the context length currently available", 400))
    async with opened(ollama) as model:
        with pytest.raises(ContextOverflow):
            await write(model, "English", 1)
    lengths = sizes(ollama)
    assert len(lengths) == 4
    assert all(later < earlier for earlier, later in pairwise(lengths))


async def test_nothing_is_learnt_from_a_prompt_that_was_cut() -> None:
    async with opened(double(dear, num_ctx=4_000, knows_truncate=False)) as model:
        before = model.tokens
        with pytest.raises(ContextOverflow) as cut:
            await text_of(ask(model, TEXTS["Russian"] * 30))
        assert model.tokens == before
        assert cut.value.num_ctx == pytest.approx(4_000, rel=0.02)
