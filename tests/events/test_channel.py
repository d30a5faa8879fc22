"""A run's channel: numbered without a hole, replayed from anywhere, one terminal event and nothing after it."""

import asyncio

import pytest

from agentic_search.domain.run import RunUsage, Timings
from agentic_search.events import facts
from agentic_search.events.channel import Channel
from agentic_search.events.event import Event
from tests.support.clock import FakeClock

DONE = facts.RunCompleted(status="completed", timings=Timings(), usage=RunUsage())


def delta(text: str) -> facts.AnswerDelta:
    """A fact that says little."""
    return facts.AnswerDelta(text=text)


async def collect(channel: Channel, after: int = 0) -> list[Event]:
    """All events until the end, within bounds."""
    async with asyncio.timeout(5):
        return [event async for come in channel.follow(after) for event in come]


async def test_events_are_numbered_and_timed_from_the_runs_beginning() -> None:
    clock = FakeClock()
    channel = Channel("r", clock)
    for second in range(3):
        channel.emit(delta(str(second)))
        clock.advance(1)
    channel.emit(DONE)
    assert [(event.seq, event.at) for event in await collect(channel)] == [(1, 0), (2, 1), (3, 2), (4, 3)]


@pytest.mark.parametrize(("after", "seen"), [(0, [1, 2, 3]), (2, [3]), (3, []), (99, []), (-5, [1, 2, 3])])
async def test_a_listener_begins_after_the_number_it_names(after: int, seen: list[int]) -> None:
    channel = Channel("r", FakeClock())
    for fact in (delta("a"), delta("b"), DONE):
        channel.emit(fact)
    assert [event.seq for event in await collect(channel, after)] == seen


async def test_every_listener_gets_every_event_and_one_that_stops_reading_delays_nobody() -> None:
    channel = Channel("r", FakeClock())
    slow = channel.follow()
    async with asyncio.TaskGroup() as group:
        listeners = [group.create_task(collect(channel)) for _ in range(50)]
        await asyncio.sleep(0)
        channel.emit(delta("first"))
        assert [event.seq for event in await anext(slow)] == [1]
        for number in range(1_000):
            channel.emit(delta(str(number)))
        channel.emit(DONE)
    assert all([event.seq for event in listener.result()] == list(range(1, 1_003)) for listener in listeners)
    assert (await anext(slow))[0].seq == 2


async def test_nothing_comes_after_the_terminal_event() -> None:
    channel = Channel("r", FakeClock())
    for fact in (DONE, delta("late"), facts.RunCancelled(by="user")):
        channel.emit(fact)
    assert [event.fact.kind for event in await collect(channel)] == ["run.completed"]
    assert channel.closed


async def test_a_listener_that_is_cancelled_leaves_nothing_behind() -> None:
    channel = Channel("r", FakeClock())
    listener = asyncio.ensure_future(collect(channel))
    await asyncio.sleep(0)
    assert "1 waiting" in repr(channel)
    listener.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listener
    assert "0 waiting" in repr(channel)


async def test_of_a_crowd_of_listeners_few_are_woken_at_a_turn_and_all_get_every_event() -> None:
    channel = Channel("r", FakeClock())
    seen: list[list[int]] = [[] for _ in range(500)]

    async def listen(numbers: list[int]) -> None:
        async for come in channel.follow():
            numbers.extend(event.seq for event in come)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for numbers in seen:
            group.create_task(listen(numbers))
        await asyncio.sleep(0)
        channel.emit(delta("a"))
        most = before = 0
        while before < len(seen):
            await asyncio.sleep(0)
            now = sum(map(len, seen))
            most, before = max(most, now - before), now
        channel.emit(delta("b"))
        channel.emit(DONE)
    assert most <= 64
    assert seen == [[1, 2, 3]] * len(seen)


async def test_a_listener_that_is_behind_gets_what_has_come_at_once_but_not_without_bound() -> None:
    channel = Channel("r", FakeClock())
    listener = channel.follow()
    for number in range(5):
        channel.emit(delta(str(number)))
    assert [event.seq for event in await anext(listener)] == [1, 2, 3, 4, 5]
    for number in range(1_000):
        channel.emit(delta(str(number)))
    channel.emit(DONE)
    rest = [[event.seq for event in come] async for come in listener]
    assert max(map(len, rest)) <= 64
    assert [seq for come in rest for seq in come] == list(range(6, 1_007))


async def test_a_crowd_is_told_of_many_events_in_few_pieces_and_of_the_end_without_a_pause() -> None:
    channel = Channel("r", FakeClock())
    pieces: list[list[int]] = []
    seen: list[int] = []

    async def listen() -> None:
        mine: list[int] = []
        pieces.append(mine)
        async for come in channel.follow():
            mine.append(len(come))
            seen.extend(event.seq for event in come)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for _ in range(500):
            group.create_task(listen())
        await asyncio.sleep(0)
        for number in range(20):
            channel.emit(delta(str(number)))
            await asyncio.sleep(0)
        channel.emit(DONE)
    assert sorted(seen) == sorted([*range(1, 22)] * 500)
    assert sum(map(len, pieces)) <= 500 * 4
