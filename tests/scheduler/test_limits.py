"""Slots and rates of servers: never exceeded, in any span of time, by all runs together."""

import asyncio
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.clock import SystemClock
from agentic_search.domain.plan import Plan
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.limits import Limit, Limits
from agentic_search.scheduler.machine import Machine
from agentic_search.scheduler.runner import Runner
from agentic_search.scheduler.stimuli import PlanSealed, TasksAdded, TimePassed
from tests.scheduler.plans import completed, started, task
from tests.scheduler.test_runner import World, gate


def test_a_server_without_a_limit_admits_everything() -> None:
    limits = Limits()
    assert {limits.admit("s", 0) for _ in range(1_000)} == {0}


def test_no_more_calls_are_under_way_than_there_are_places() -> None:
    limits = Limits({"s": Limit(max_concurrent=2)})
    assert [limits.admit("s", 0) for _ in range(3)] == [0, 0, inf]
    limits.release("s")
    assert [limits.admit("s", 0) for _ in range(2)] == [0, inf]


def test_a_rate_may_be_used_at_once_and_says_when_there_is_more() -> None:
    limits = Limits({"s": Limit(calls=2, seconds=1)})
    assert [limits.admit("s", 10), limits.admit("s", 10.5), limits.admit("s", 10.6)] == [0, 0, pytest.approx(0.4)]
    assert limits.admit("s", 11) == 0
    assert limits.admit("s", 11.1) == pytest.approx(0.4)


@settings(max_examples=300)
@given(st.integers(1, 5), st.lists(st.floats(0, 0.7), max_size=80))
def test_in_any_sliding_span_no_more_calls_begin_than_the_rate(calls: int, gaps: list[float]) -> None:
    limits = Limits({"s": Limit(calls=calls, seconds=1)})
    now, begun = 0.0, list[float]()
    for gap in gaps:
        now += gap
        if limits.admit("s", now) == 0:
            begun.append(now)
    for place, moment in enumerate(begun[calls:]):
        assert moment - begun[place] >= 1


def test_a_server_that_is_full_holds_up_nothing_else() -> None:
    full = {"slow"}
    machine = Machine(max_concurrent=9, admit=lambda it: inf if it.tool in full else 0.0)
    slow = [task(f"s{n}", priority=9).model_copy(update={"tool": "slow"}) for n in range(2)]
    assert started(machine.handle(TasksAdded((*slow, task("free"), task("free_too"))), 0)) == ["free", "free_too"]
    machine.handle(PlanSealed(), 0)
    assert machine.next_due is None
    full.clear()
    assert started(machine.handle(completed("free"), 1)) == ["s0", "s1"]


def test_the_machine_asks_to_be_told_when_there_may_be_a_place() -> None:
    waits = [2.5]
    machine = Machine(max_concurrent=9, admit=lambda _: waits[0])
    assert started(machine.handle(TasksAdded((task("a"),)), 1)) == []
    assert machine.next_due == 3.5
    waits[0] = 0
    assert started(machine.handle(TimePassed(), 3.5)) == ["a"]
    assert machine.next_due is None


def runner_in(world: World, limits: Limits) -> Runner:
    """A runner whose one tool is on server `s`."""
    clock = SystemClock()
    tools = {"gate": Tool(name="gate", server="s", remote_name="gate", input_schema={})}
    return Runner(
        world.call, world.told.append, clock=clock, elapsed=clock.now, tools=tools, max_concurrent=16, limits=limits
    )


async def test_runs_share_the_places_of_a_server_and_one_takes_over_what_another_leaves() -> None:
    world, limits = World(), Limits({"s": Limit(max_concurrent=2)})
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        one = group.create_task(runner_in(world, limits).run(Plan(tasks=(gate("a"), gate("b"), gate("c")))))
        await world.until_inside("a", "b")
        two = group.create_task(runner_in(world, limits).run(Plan(tasks=(gate("x"),))))
        world.open("c", "x")
        await asyncio.sleep(0)
        assert sorted(world.inside) == ["a", "b"]
        world.open("a")
        await two
        world.open("b")
    assert all(outcome.status == "completed" for outcome in (*one.result().values(), *two.result().values()))
    assert world.most_inside <= 2


async def test_a_run_that_is_cancelled_gives_its_places_back() -> None:
    world, limits = World(), Limits({"s": Limit(max_concurrent=1)})
    running = asyncio.ensure_future(runner_in(world, limits).run(Plan(tasks=(gate("a"), gate("b")))))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    world.open("z")
    async with asyncio.timeout(5):
        outcomes = await runner_in(world, limits).run(Plan(tasks=(gate("z"),)))
    assert outcomes["z"].status == "completed"
