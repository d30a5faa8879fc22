"""An ended run's events: small while nobody asks for them, and what they were when somebody does."""

import json

from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.run import Timings, Usage
from agentic_search.events import facts
from agentic_search.events.channel import Channel
from agentic_search.events.event import Event
from agentic_search.events.kept import KeptEvents
from tests.support.clock import FakeClock

DEEPEST = 200
"""Lists inside lists: the most that a JSON parser here lets through."""

results = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def events(*told: facts.Fact) -> list[Event]:
    """The facts, a tenth of a second apart."""
    return [Event(seq, "r", seq / 10, fact) for seq, fact in enumerate(told, start=1)]


@given(results)
def test_events_come_back_as_they_were(result: JsonValue) -> None:
    plan = Plan(tasks=(Task(id="t1", tool="x", arguments={"given": result}),))
    told = events(
        facts.RunStarted(query="ö 🔎", thread_id="t"),
        facts.PlanReady(plan=plan, planner="given"),
        facts.TaskCompleted(id="t1", tool="x", duration=0.1 + 0.2, result=result),
        facts.RunCompleted(status="completed", timings=Timings(total=1e-9), usage=Usage()),
    )
    again = KeptEvents.of("r", told).unpack()
    assert again == told
    assert [event.wire for event in again] == [event.wire for event in told]


def test_a_result_as_deep_as_can_arrive_is_kept() -> None:
    told = events(facts.TaskCompleted(id="t1", tool="x", duration=1, result=json.loads("[" * DEEPEST + "]" * DEEPEST)))
    assert KeptEvents.of("r", told).unpack() == told


def test_an_answer_word_by_word_takes_no_more_room_than_its_text() -> None:
    told = events(*(facts.AnswerDelta(text=f"word{number} ") for number in range(500)))
    assert len(KeptEvents.of("r", told).packed) < 10 * 500


async def test_a_listener_from_before_the_end_and_one_from_after_it_hear_the_same() -> None:
    channel = Channel("r", FakeClock())
    early = channel.follow()
    channel.emit(facts.AnswerDelta(text="first"))
    heard = [await anext(early)]
    channel.emit(facts.AnswerDelta(text="second"))
    channel.emit(facts.RunCancelled(by="user"))
    heard += [event async for event in early]
    assert heard == [event async for event in channel.follow()]
    assert [event.fact.kind for event in heard] == ["answer.delta", "answer.delta", "run.cancelled"]
