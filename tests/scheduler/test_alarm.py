"""An alarm rings at the earliest moment that it was set to, once."""

import asyncio

from agentic_search.scheduler.alarm import Alarm
from tests.support.clock import FakeClock


async def rings_of(*moments: float | None, advance: tuple[float, ...]) -> list[float]:
    """When an alarm rings that is set to these moments, on a clock that is turned so."""
    clock, rung = FakeClock(), list[float]()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        alarm = Alarm(group, clock, now=clock.now, call_back=lambda: rung.append(clock.now()))
        for moment in moments:
            alarm.set(moment)
            await asyncio.sleep(0)
        for seconds in advance:
            clock.advance(seconds)
            for _ in range(3):
                await asyncio.sleep(0)
        alarm.cancel()
    return rung


async def test_it_rings_at_the_earliest_moment_whatever_came_first() -> None:
    assert await rings_of(5, 2, 9, advance=(1, 1, 3, 4)) == [2]
    assert await rings_of(2, 5, advance=(1, 1, 3)) == [2]


async def test_a_moment_that_is_past_rings_at_once() -> None:
    assert await rings_of(-3, advance=(0,)) == [0]


async def test_it_does_not_ring_when_it_is_not_set_or_was_cancelled() -> None:
    assert await rings_of(None, advance=(9,)) == []
    assert await rings_of(9, advance=(5,)) == []


async def test_after_it_was_cancelled_it_may_be_set_to_a_later_moment() -> None:
    clock, rung = FakeClock(), list[float]()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        alarm = Alarm(group, clock, now=clock.now, call_back=lambda: rung.append(clock.now()))
        alarm.set(2)
        alarm.cancel()
        alarm.set(5)
        await asyncio.sleep(0)
        clock.advance(5)
    assert rung == [5]
