"""The tool ask_model against a model server over real HTTP: what is asked, what comes back, what goes wrong."""

import asyncio
from collections.abc import AsyncGenerator, Iterator

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import ToolResult
from agentic_search.errors import ConnectionLost, ServerUnavailable, ToolFailed, ToolTimeout
from agentic_search.models.chat import ModelSource
from agentic_search.models.choice import ModelChoice
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.setting_values.tables import ModelProfile
from agentic_search.tools.builtin.ask_model import AskModel
from agentic_search.tools.builtin.provider import Builtin
from agentic_search.tools.pool import ToolPool
from agentic_search.tools.provider import ToolProvider
from tests.support.ollama_double import Drop, Fail, Hang, Length, Model, OllamaDouble, Say, Step, written
from tests.support.service import NOBODY

PROFILES = {
    "reviewer": ModelProfile(model="small:1b", system="You review.", temperature=0.8, max_tokens=200),
    "away": ModelProfile(model="llama9:1b"),
}


@pytest.fixture
async def ollama() -> AsyncGenerator[OllamaDouble, None]:
    """A model server with two models."""
    async with OllamaDouble([Model("qwen3:8b"), Model("small:1b", parameter_size="1B")]) as double:
        yield double


@pytest.fixture
async def source(ollama: OllamaDouble) -> AsyncGenerator[OllamaSource, None]:
    """Its models."""
    async with OllamaSource(ollama.url, num_ctx=4_096, keep_alive="30m", clock=SystemClock()) as opened:
        yield opened


def unheard(progress: float, total: float | None, text: str) -> None:
    """Nobody listens to progress."""


def builtin(source: ModelSource, *, writer: str = "") -> Builtin:
    """The provider in the pool."""
    return Builtin(AskModel(source, writer=writer, profiles=PROFILES))


async def ask(provider: Builtin, *, timeout: float = 10, **arguments: str) -> ToolResult:
    """Call the tool, with no ear for progress."""
    (tool,) = provider.offer.tools
    return await provider.call(tool, {**arguments}, timeout=timeout, on_progress=unheard)


async def test_the_reply_is_the_value_and_a_passage_that_says_what_it_is(
    ollama: OllamaDouble, source: OllamaSource
) -> None:
    ollama.enqueue(*written(" Tea is a drink. "))
    result = await ask(builtin(source), prompt="What is tea?\nBe short.", system="You know drinks.")
    assert result.value == "Tea is a drink."
    (passage,) = result.passages
    assert (passage.title, passage.url, passage.text) == ("qwen3:8b: What is tea?", "model:qwen3:8b", "Tea is a drink.")
    body = ollama.chats[-1].body
    assert body["messages"] == [
        {"role": "system", "content": "You know drinks."},
        {"role": "user", "content": "What is tea?\nBe short."},
    ]


async def test_a_profile_says_which_model_and_how(ollama: OllamaDouble, source: OllamaSource) -> None:
    ollama.enqueue("Fine.")
    result = await ask(builtin(source), prompt="Look at this", profile="reviewer")
    body = ollama.chats[-1].body
    assert body["model"] == "small:1b"
    assert body["options"] == {"num_ctx": 4_096, "num_predict": 200, "temperature": 0.8}
    assert body["messages"] == [
        {"role": "system", "content": "You review."},
        {"role": "user", "content": "Look at this"},
    ]
    assert result.passages[0].title == "reviewer: Look at this"


async def test_a_system_of_the_task_is_stronger_than_the_profiles(ollama: OllamaDouble, source: OllamaSource) -> None:
    ollama.enqueue("Fine.")
    await ask(builtin(source), prompt="Look", system="You praise.", profile="reviewer")
    assert ollama.chats[-1].body["messages"] == [
        {"role": "system", "content": "You praise."},
        {"role": "user", "content": "Look"},
    ]


async def test_progress_is_told_while_the_model_writes() -> None:
    told: list[tuple[float, float | None, str]] = []

    def hear(progress: float, total: float | None, text: str) -> None:
        told.append((progress, total, text))

    def script(body: JsonObject) -> Iterator[Step]:
        """Goes on only when what it has written so far was told."""
        for heard in range(1, 4):
            yield Say("".join(f"a{heard}{place:02}" for place in range(50)))
            for _ in range(2_000):
                if len(told) > heard + 1:
                    break
                yield Say("", delay=0.005)

    async with (
        OllamaDouble([Model("qwen3:8b", script=script)]) as ollama,
        OllamaSource(ollama.url, num_ctx=4_096, clock=SystemClock()) as source,
    ):
        provider = builtin(source)
        await provider.call(provider.offer.tools[0], {"prompt": "?"}, timeout=10, on_progress=hear)
    assert told[:2] == [(0, None, "qwen3:8b is being loaded"), (0, None, "qwen3:8b has begun")]
    assert told[2:] == [(written_by_then, None, "qwen3:8b is writing") for written_by_then in (200, 400, 600)]


async def test_a_call_that_waits_for_the_model_tells_its_place(ollama: OllamaDouble, source: OllamaSource) -> None:
    provider, told = builtin(ModelChoice(source, writer="", planner="")), list[str]()
    second: asyncio.Task[ToolResult] | None = None

    def hear(progress: float, total: float | None, text: str) -> None:
        told.append(text)

    def begun(progress: float, total: float | None, text: str) -> None:
        """The first has begun: let the second come."""
        nonlocal second
        if second is None:
            call = provider.call(provider.offer.tools[0], {"prompt": "?"}, timeout=10, on_progress=hear)
            second = asyncio.create_task(call)

    for _ in range(2):
        ollama.enqueue(Say("text", delay=0.2))
    await provider.call(provider.offer.tools[0], {"prompt": "?"}, timeout=10, on_progress=begun)
    assert second is not None
    await second
    assert told == ["waiting for qwen3:8b, 1 before", "qwen3:8b has begun", "qwen3:8b is writing"]


async def test_a_reply_that_was_cut_says_so_in_its_text(ollama: OllamaDouble, source: OllamaSource) -> None:
    ollama.enqueue("Half of", Length())
    result = await ask(builtin(source), prompt="?")
    assert result.value == "Half of" and "was cut" in result.text


async def test_a_reply_that_repeats_itself_is_cut_and_says_so(ollama: OllamaDouble, source: OllamaSource) -> None:
    ollama.enqueue("Tea is a drink. ", *["It is hot. "] * 90, Hang())
    result = await ask(builtin(source), prompt="?")
    assert result.value == "Tea is a drink. It is hot." and "repeated itself" in result.text


async def test_thoughts_are_no_part_of_a_reply(ollama: OllamaDouble, source: OllamaSource) -> None:
    ollama.enqueue("Let me see.\n", "</think>\n", "Tea.", "<|im_end|>")
    assert (await ask(builtin(source), prompt="?")).text == "Tea."


async def test_a_prompt_longer_than_the_context_is_refused_with_numbers_and_never_sent(
    ollama: OllamaDouble, source: OllamaSource
) -> None:
    with pytest.raises(ToolFailed, match=r"about \d+ tokens.*room for \d+.*AGENTIC_SEARCH_NUM_CTX"):
        await ask(builtin(source), prompt="word " * 10_000)
    assert not ollama.chats


async def test_a_model_that_is_not_there_is_a_failure_that_says_what_to_do(source: OllamaSource) -> None:
    with pytest.raises(ToolFailed, match=r"llama9:1b.*ollama pull llama9:1b"):
        await ask(builtin(source), prompt="?", profile="away")


async def test_a_profile_that_is_not_there_is_a_failure_that_names_those_that_are(source: OllamaSource) -> None:
    with pytest.raises(ToolFailed, match=r"no model profile 'x'.*away, reviewer"):
        await ask(builtin(source), prompt="?", profile="x")


async def test_offline_is_a_failure_that_says_what_to_do(ollama: OllamaDouble, source: OllamaSource) -> None:
    with pytest.raises(ToolFailed, match="AGENTIC_SEARCH_MODEL"):
        await ask(builtin(source, writer="offline"), prompt="?")
    ollama.enqueue("A profile with a model of its own works all the same.")
    assert await ask(builtin(source, writer="offline"), prompt="?", profile="reviewer")


async def test_no_model_server_means_that_nothing_was_sent() -> None:
    async with OllamaSource(NOBODY) as nobody:
        with pytest.raises(ServerUnavailable, match="ollama serve"):
            await ask(builtin(nobody), prompt="?")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Drop(), ConnectionLost),
        (Fail("boom", 500), ConnectionLost),
        (Fail("server busy, please try again.", 503), ServerUnavailable),
    ],
)
async def test_what_breaks_a_reply_is_told_to_the_scheduler_as_what_it_is(
    ollama: OllamaDouble, source: OllamaSource, fault: Drop | Fail, error: type[Exception]
) -> None:
    ollama.enqueue(fault)
    with pytest.raises(error):
        await ask(builtin(source), prompt="?")


async def test_an_empty_reply_is_a_failure(ollama: OllamaDouble, source: OllamaSource) -> None:
    ollama.enqueue(" ")
    with pytest.raises(ToolFailed, match="replied nothing"):
        await ask(builtin(source), prompt="?")


async def test_a_call_that_takes_too_long_stops_the_model(ollama: OllamaDouble, source: OllamaSource) -> None:
    ollama.enqueue("And so", Hang())
    with pytest.raises(ToolTimeout, match=r"longer than 0\.2 s"):
        await ask(builtin(source), prompt="?", timeout=0.2)
    async with asyncio.timeout(5):
        await ollama.chats[-1].ended.wait()
    assert ollama.chats[-1].outcome == "cancelled"


async def test_five_equal_calls_are_five_calls_of_the_model(ollama: OllamaDouble, source: OllamaSource) -> None:
    ollama.enqueue_all([f"Reply {number}"] for number in range(5))
    provider: ToolProvider = builtin(source)
    arguments: JsonObject = {"prompt": "the same"}
    async with ToolPool([], clock=SystemClock(), local=[provider]) as pool, asyncio.TaskGroup() as group:
        calls = [
            group.create_task(pool.call("ask_model", arguments, timeout=None, on_progress=unheard)) for _ in range(5)
        ]
    assert len({str(call.result().value) for call in calls}) == 5
    assert not any(call.result().cached for call in calls)


async def test_the_service_itself_is_in_no_list_of_servers(source: OllamaSource) -> None:
    async with ToolPool([], clock=SystemClock(), local=[builtin(source)]) as pool:
        assert pool.statuses() == ()
        assert [tool.name for tool in pool.catalog().tools] == ["ask_model"]
