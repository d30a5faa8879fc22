"""Models behind a queue: turns, places that are told, calls that leave at any moment, silence of a real server."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.data import JsonObject
from agentic_search.errors import ModelInterrupted
from agentic_search.models.chat import ChatModel, Message, ModelOutput, Waiting
from agentic_search.models.choice import ModelChoice
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.models.queued_model import ModelQueues
from agentic_search.models.scripted import ScriptedModel, ScriptedSource, Step
from tests.models.asking import text_of
from tests.support.ollama_double import Hang, Limits, OllamaDouble, Say

ASKED = [Message("user", "hi")]


class CountingModel(ScriptedModel):
    """A model that knows who is being served, and in which order they were."""

    def __init__(self, slots: int, replies: Sequence[Sequence[Step]] = ()) -> None:
        super().__init__("counting", replies, slots=slots)
        self.served: list[str] = []
        self.now: list[str] = []
        self.most = 0

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: JsonObject | None = None,
        temperature: float | None = None,
    ) -> AsyncGenerator[ModelOutput]:
        who = messages[0].content
        self.served.append(who)
        self.now.append(who)
        self.most = max(self.most, len(self.now))
        try:
            async with aclosing(super().stream(messages, max_tokens=max_tokens)) as parts:
                async for part in parts:
                    yield part
        finally:
            self.now.remove(who)


async def settle() -> None:
    """Let everything happen that needs no time."""
    for _ in range(20):
        await asyncio.sleep(0)


def reading(model: ChatModel, who: str = "hi") -> "asyncio.Task[list[ModelOutput]]":
    """All parts of one call, read by a task of its own."""

    async def read() -> list[ModelOutput]:
        async with aclosing(model.stream([Message("user", who)], max_tokens=9)) as parts:
            return [part async for part in parts]

    return asyncio.create_task(read())


def waits(parts: Sequence[ModelOutput]) -> list[int]:
    """The places that a call was told."""
    return [part.before for part in parts if isinstance(part, Waiting)]


async def test_who_finds_a_free_slot_is_told_nothing() -> None:
    model = ModelQueues().queued(ScriptedModel(replies=["text"], slots=1), "plan")
    assert waits(await reading(model)) == []


async def test_a_call_that_waits_is_told_each_place_and_then_that_its_turn_has_come() -> None:
    gates = [asyncio.Event() for _ in range(3)]
    queues, model = ModelQueues(), CountingModel(1, [[gate, "text"] for gate in gates])
    calls = [reading(queues.queued(model, "plan")) for _ in gates]
    for gate in gates:
        await settle()
        gate.set()
    assert [waits(await call) for call in calls] == [[], [1, 0], [2, 1, 0]]
    assert model.most == 1


async def test_of_many_that_wait_each_is_told_its_first_place_and_the_last_but_not_each_between() -> None:
    gate, many = asyncio.Event(), 40
    queues, model = ModelQueues(), CountingModel(1, [[gate, "text"]] * many)
    calls = [reading(queues.queued(model, "plan")) for _ in range(many)]
    await settle()
    gate.set()
    told = [waits(await call) for call in calls]
    assert [places[0] for places in told[1:]] == [*range(1, many)]
    assert all(places[-1] == 0 for places in told[1:])
    assert sum(map(len, told)) < many * many / 4


async def test_who_waits_far_back_is_told_a_new_place_though_nothing_more_happens() -> None:
    gates = [asyncio.Event() for _ in range(6)]
    queues, model = ModelQueues(), CountingModel(1, [[gate, "text"] for gate in gates])
    calls = [reading(queues.queued(model, "plan")) for _ in gates]
    await settle()
    last = queues.queued(model, "plan").stream(ASKED, max_tokens=9)
    assert await anext(last) == Waiting(6)
    gates[0].set()
    assert await anext(last) == Waiting(5)
    await last.aclose()
    for gate in gates:
        gate.set()
    await asyncio.gather(*calls)


async def test_answers_come_before_plans_plans_before_tasks_and_people_before_batches() -> None:
    first = asyncio.Event()
    model = CountingModel(1, [[first, "text"], *[["text"]] * 7])
    choice = ModelChoice(ScriptedSource(model), writer="", planner="")

    async def chosen(who: str) -> ChatModel:
        batch = who.startswith("batch")
        if who.endswith("tool"):
            return await choice.open("")
        found = await (choice.writer if who.endswith("answer") else choice.planner)(None, batch=batch)
        assert found.model is not None
        return found.model

    order = ["first plan", "batch plan", "tool", "plan", "batch answer", "later plan", "answer", "later answer"]
    calls: list[asyncio.Task[list[ModelOutput]]] = []
    for who in order:
        calls.append(reading(await chosen(who), who))
        await settle()
    first.set()
    await asyncio.gather(*calls)
    assert model.served == [
        "first plan",
        "answer",
        "later answer",
        "plan",
        "later plan",
        "tool",
        "batch answer",
        "batch plan",
    ]


async def test_models_of_one_server_share_its_slots_and_a_setting_is_stronger_than_what_it_says() -> None:
    never = asyncio.Event()
    one, other = (CountingModel(4, [[never, "text"]] * 4) for _ in range(2))
    queues = ModelQueues(3)
    calls = [reading(queues.queued(model, "plan")) for model in (one, other) for _ in range(4)]
    await settle()
    assert len(one.now) + len(other.now) == 3
    never.set()
    await asyncio.gather(*calls)


async def test_slots_that_the_server_tells_later_are_used_at_once() -> None:
    never = asyncio.Event()
    model, queues = CountingModel(1, [[never, "text"]] * 3), ModelQueues()
    calls = [reading(queues.queued(model, "plan")) for _ in range(2)]
    await settle()
    assert len(model.now) == 1
    model.served_by = ScriptedModel("counting", slots=2).served_by
    queues.queued(model, "plan")
    await settle()
    assert len(model.now) == 2
    never.set()
    await asyncio.gather(*calls)


async def test_a_failure_frees_the_slot() -> None:
    model = CountingModel(1, [["half", ModelInterrupted("it broke")], ["text"]])
    queues = ModelQueues()
    with pytest.raises(ModelInterrupted):
        await reading(queues.queued(model, "plan"))
    assert waits(await reading(queues.queued(model, "plan"))) == []


@pytest.mark.parametrize("read", [0, 1, 2])
async def test_closing_a_stream_frees_its_place_wherever_it_is(read: int) -> None:
    first, queues = asyncio.Event(), ModelQueues()
    model = CountingModel(1, [[first, "text"], *[["te", "xt"]] * 2])
    busy = reading(queues.queued(model, "plan"))
    await settle()
    left = queues.queued(model, "plan").stream(ASKED, max_tokens=9)
    assert await anext(left) == Waiting(1)
    if read:
        first.set()
        await busy
        seen = [await anext(left) for _ in range(read)]
        assert seen == [Waiting(0), "te"][:read]
    await left.aclose()
    last = reading(queues.queued(model, "plan"))
    await settle()
    first.set()
    assert waits(await last) == ([1, 0] if read == 0 else [])


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["come", "end", "cancel"]), st.integers(0, 9), st.booleans()), max_size=40
)


@given(slots=st.integers(1, 3), operations=OPERATIONS)
@settings(deadline=None)
def test_whatever_is_cancelled_whenever_slots_are_used_and_never_overused(
    slots: int, operations: list[tuple[str, int, bool]]
) -> None:
    asyncio.run(_schedule(slots, operations))


async def _schedule(slots: int, operations: list[tuple[str, int, bool]]) -> None:
    """Calls come, end and are cancelled, with or without time between; in the end those that were left are served."""
    gates = [asyncio.Event() for _ in operations]
    calls: list[asyncio.Task[list[ModelOutput]]] = []
    model, queues = CountingModel(slots, [[gate, "text"] for gate in gates]), ModelQueues()
    for operation, which, pause in operations:
        there = [call for call in calls if not call.done()]
        if operation == "come":
            purpose = ("answer", "plan", "tool")[which % 3]
            calls.append(reading(queues.queued(model, purpose, batch=which > 4), str(len(calls))))
        elif operation == "end" and model.now:
            gates[model.served.index(model.now[which % len(model.now)])].set()
        elif operation == "cancel" and there:
            there[which % len(there)].cancel()
        if pause:
            await settle()
            assert len(model.now) == min(slots, sum(not call.done() for call in calls))
    for gate in gates:
        gate.set()
    for result in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(result, asyncio.CancelledError) or (isinstance(result, list) and result[-2] == "text")
    assert model.most <= slots


async def test_waiting_in_our_queue_is_no_silence_of_the_server() -> None:
    """Five calls, each nearly as slow as the longest silence that is borne, on a server with one slot."""
    limits = Limits(parallel=1)
    async with (
        OllamaDouble(limits=limits) as ollama,
        OllamaSource(ollama.url, read_timeout=3.0) as source,
    ):
        choice = ModelChoice(source, writer="", planner="")
        for number in range(5):
            ollama.enqueue(Say(f"answer {number}", delay=0.8))
        models = [(await choice.writer(None)).model for _ in range(5)]
        streams = [text_of(model.stream(ASKED, max_tokens=9)) for model in models if model is not None]
        texts = await asyncio.gather(*streams)
    assert sorted(texts) == [f"answer {number}" for number in range(5)]


async def test_who_leaves_while_the_server_works_lets_the_next_one_in() -> None:
    async with OllamaDouble(limits=Limits(parallel=1)) as ollama, OllamaSource(ollama.url) as source:
        choice = ModelChoice(source, writer="", planner="")
        ollama.enqueue("x", Hang())
        ollama.enqueue("text")
        first, second = await choice.open(""), await choice.open("")
        async with aclosing(first.stream(ASKED, max_tokens=9)) as parts:
            assert [await anext(parts) for _ in range(3)] == [Waiting(loading=True), Waiting(), "x"]
            waiting = reading(second)
            await settle()
        assert await waiting
        assert [chat.outcome for chat in ollama.chats] == ["cancelled", "answered"]


async def test_as_many_calls_reach_ollama_at_once_as_it_is_said_to_take() -> None:
    limits = Limits(parallel=2)
    async with OllamaDouble(limits=limits) as ollama, OllamaSource(ollama.url, parallel=2) as source:
        choice = ModelChoice(source, writer="", planner="")
        for _ in range(3):
            ollama.enqueue("x", Hang())
        one, two, three = [(await choice.open("")).stream(ASKED, max_tokens=9) for _ in range(3)]
        assert [await anext(one) for _ in range(3)] == [Waiting(loading=True), Waiting(), "x"]
        assert await anext(two) == "x"
        assert await anext(three) == Waiting(1)
        await two.aclose()
        assert [await anext(three), await anext(three)] == [Waiting(0), "x"]
        assert len(ollama.chats) == 3
        await one.aclose()
        await three.aclose()
