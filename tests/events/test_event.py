"""An event's form on the wire; an ended run's events are packed while nobody asks for them, and unpacked equal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from agentic_search.domain.outcome import Passage
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.run import RunUsage, Timings
from agentic_search.events import facts
from agentic_search.events.channel import Channel
from agentic_search.events.event import LARGEST_RESULT, Event, PackedEvents
from tests.support.clock import FakeClock

DEEPEST = 200
"""Lists inside lists: the most that a JSON parser here lets through."""

results = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def events(*emitted: facts.Fact) -> list[Event]:
    """The facts, a tenth of a second apart."""
    return [Event(seq, "r", seq / 10, fact) for seq, fact in enumerate(emitted, start=1)]


def test_an_event_on_the_wire_has_the_form_of_the_contract() -> None:
    fact = facts.TaskCompleted(id="t1", tool="search_stories", purpose="Find stories", duration=1.25, result=[1])
    assert json.loads(Event(7, "run", 1.28401, fact).wire) == {
        "seq": 7,
        "run_id": "run",
        "at": 1.284,
        "type": "task.completed",
        "message": "✅ Task 1: search_stories - Find stories",
        "data": {
            "id": "t1",
            "tool": "search_stories",
            "purpose": "Find stories",
            "duration": 1.25,
            "attempts": 1,
            "cached": False,
            "result": [1],
            "failed_calls": [],
            "remarks": [],
        },
    }


@pytest.mark.parametrize("size", [0, LARGEST_RESULT + 1])
def test_of_a_result_over_the_limit_the_event_has_the_url(size: int) -> None:
    fact = facts.TaskCompleted(id="t1", tool="x", duration=1, result="x" * LARGEST_RESULT, size=size)
    data = json.loads(Event(1, "run", 0, fact).wire)["data"]
    assert data["result_url"] == "/runs/run/tasks/t1" and "result" not in data


@given(results)
def test_events_come_back_as_they_were(result: JsonValue) -> None:
    plan = Plan(tasks=(Task(id="t1", tool="x", arguments={"given": result}),))
    before = events(
        facts.RunStarted(query="ö 🔎", thread_id="t"),
        facts.PlanReady(plan=plan, planner="given"),
        facts.TaskCompleted(id="t1", tool="x", duration=0.1 + 0.2, result=result),
        facts.RunCompleted(status="completed", timings=Timings(total=1e-9), usage=RunUsage()),
    )
    again = PackedEvents.of("r", before).unpack()
    assert again == before
    assert [event.wire for event in again] == [event.wire for event in before]


def test_a_result_as_deep_as_can_arrive_is_kept() -> None:
    before = events(
        facts.TaskCompleted(id="t1", tool="x", duration=1, result=json.loads("[" * DEEPEST + "]" * DEEPEST))
    )
    assert PackedEvents.of("r", before).unpack() == before


def test_large_events_are_kept_as_they_are_between_the_others() -> None:
    large = LARGEST_RESULT + 1
    passages = tuple(Passage(title=f"Lamp {n}", text="red") for n in range(1_000))
    before = events(
        facts.RunStarted(query="q", thread_id="t"),
        facts.TaskCompleted(id="t1", tool="x", duration=1, result={"a": ["x" * large]}, size=large),
        facts.SourcesFound(task_id="t1", sources=passages[:2]),
        facts.SourcesFound(task_id="t1", sources=passages),
        facts.AnswerDelta(text="word"),
    )
    packed = PackedEvents.of("r", before)
    again = packed.unpack()
    assert again == before and [event.wire for event in again] == [event.wire for event in before]
    assert [new.fact is old.fact for new, old in zip(again, before, strict=True)] == [False, True, False, True, False]
    assert len(packed.packed) < 2_000 and packed.size > large + 1_000 * 1_000


def test_many_large_passages_are_written_as_few_are() -> None:
    passages = tuple(Passage(title=f"Lamp {n}", url="u", text="red " * 300, facts=(("a", "b"),)) for n in range(1_000))
    (event,) = events(facts.SourcesFound(task_id="t1", sources=passages))
    assert event.is_large
    assert json.loads(event.wire)["data"] == {
        "task_id": "t1",
        "sources": [{"title": each.title, "url": "u", "text": each.text} for each in passages],
    }


def test_an_answer_word_by_word_takes_no_more_memory_than_its_text() -> None:
    before = events(*(facts.AnswerDelta(text=f"word{number} ") for number in range(500)))
    assert len(PackedEvents.of("r", before).packed) < 10 * 500


async def test_a_listener_from_before_the_end_and_one_from_after_it_get_the_same() -> None:
    channel = Channel("r", FakeClock())
    early = channel.follow()
    channel.emit(facts.AnswerDelta(text="first"))
    seen = [*await anext(early)]
    channel.emit(facts.AnswerDelta(text="second"))
    channel.emit(facts.RunCancelled(by="user"))
    seen += [event async for come in early for event in come]
    assert seen == [event async for come in channel.follow() for event in come]
    assert [event.fact.kind for event in seen] == ["answer.delta", "answer.delta", "run.cancelled"]
