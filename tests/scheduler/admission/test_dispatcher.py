"""Runs that share an admission, on the event loop: who goes first, who takes over, and that everything comes back."""

import asyncio

import pytest

from agentic_search.clock import Clock, SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.limits import Limit, Rate
from agentic_search.domain.outcome import Completed, Failed, OnProgress, ToolResult
from agentic_search.domain.tool import Tool
from agentic_search.errors import RateLimited
from agentic_search.events import facts
from agentic_search.events.facts import Fact
from agentic_search.scheduler.admission.admission import Admission
from agentic_search.scheduler.admission.dispatcher import Dispatcher
from agentic_search.scheduler.runner import Runner
from tests.scheduler.plans import result, task
from tests.scheduler.test_runner import World, gate, plan_of
from tests.support.clock import FakeClock

GATE = Tool(name="gate", server="s", remote_name="gate", input_schema={})


class Shared:
    """Runs of one admission with limits for server `s`."""

    def __init__(self, limit: Limit, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.admission = Admission({"s": limit})
        self.dispatcher = Dispatcher(self.clock, self.admission)

    def runner(self, world: World, *, batch: bool = False, max_concurrent: int = 16) -> Runner:
        """A run of it."""
        return Runner(
            world.call,
            world.emitted.append,
            clock=self.clock,
            elapsed=self.clock.now,
            tools={"gate": GATE},
            max_concurrent=max_concurrent,
            batch=batch,
            dispatcher=self.dispatcher,
        )


async def test_a_batch_waits_while_calls_of_a_run_that_somebody_waits_for_go_first() -> None:
    world, shared = World(), Shared(Limit(1))
    async with asyncio.timeout(5):
        async with shared.runner(world, batch=True) as batch, shared.runner(world) as asked:
            batch.add([gate("b1"), gate("b2")])
            await world.until_inside("b1")
            asked.add([gate("a1"), gate("a2")])
            order = ["b1"]
            for following in ("a1", "a2", "b2"):
                world.open(order[-1])
                await world.until_inside(following)
                order.append(following)
        assert shared.admission.idle


async def test_a_slot_that_becomes_free_goes_to_the_run_whose_longest_path_is_longest() -> None:
    world, shared = World(), Shared(Limit(1))
    async with asyncio.timeout(5), shared.runner(world) as one, shared.runner(world) as two:
        one.add([gate("held"), gate("short")])
        await world.until_inside("held")
        two.add([gate("head"), gate("end", "head")])
        world.open("held")
        await world.until_inside("head")


async def test_a_call_moves_up_when_the_planner_writes_what_depends_on_it() -> None:
    world, shared = World(), Shared(Limit(1))
    async with asyncio.timeout(5), shared.runner(world) as one, shared.runner(world) as two:
        one.add([gate("held"), gate("first")])
        await world.until_inside("held")
        two.add([gate("head")])
        two.add([gate("end", "head")])
        world.open("held")
        await world.until_inside("head")


async def test_runs_share_the_slots_of_a_server_and_one_takes_over_what_another_leaves() -> None:
    world, shared = World(), Shared(Limit(2))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        one = group.create_task(shared.runner(world).run(plan_of(gate("a"), gate("b"), gate("c"))))
        await world.until_inside("a", "b")
        two = group.create_task(shared.runner(world).run(plan_of(gate("x"))))
        world.open("c", "x", "a")
        await two
        world.open("b")
    assert all(outcome.status == "completed" for outcome in (*one.result().values(), *two.result().values()))
    assert world.most_inside <= 2 and shared.admission.idle


async def test_a_run_that_is_cancelled_before_its_calls_began_to_run_gives_their_slots_back() -> None:
    world, shared = World(), Shared(Limit(1))
    running = asyncio.ensure_future(shared.runner(world).run(plan_of(gate("a"), gate("b"))))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert shared.admission.idle
    world.open("z")
    async with asyncio.timeout(5):
        outcomes = await shared.runner(world).run(plan_of(gate("z")))
    assert outcomes["z"].status == "completed" and shared.admission.idle


async def test_an_abandoned_draft_keeps_the_slot_of_a_call_until_that_has_really_ended() -> None:
    world, shared = World(), Shared(Limit(1))
    async with asyncio.timeout(5), shared.runner(world) as runner:
        runner.add([gate("a"), gate("b")])
        await world.until_inside("a")
        runner.abandon("the plan was refused")
        assert "0 calls wait" in repr(shared.admission)
        runner.add([gate("c")])
        assert world.inside == ["a"]
        await world.until_inside("c")
    assert world.cancelled == ["a", "c"] and shared.admission.idle


async def until_alarms_are_set() -> None:
    """Let every task that can go on do so."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_calls_that_wait_for_a_rate_begin_when_its_time_comes() -> None:
    clock = FakeClock()
    world, shared = World(), Shared(Limit(rate=Rate(2, 10)), clock)
    world.open(*"abc")
    async with asyncio.timeout(5):
        running = asyncio.ensure_future(shared.runner(world).run(plan_of(*map(gate, "abc"))))
        await until_alarms_are_set()
        assert [fact.kind for fact in world.emitted].count("task.completed") == 2
        clock.advance(10)
        assert len(await running) == 3


async def test_when_the_run_that_watches_the_time_leaves_another_does() -> None:
    clock = FakeClock()
    watching, waiting, shared = World(), World(), Shared(Limit(rate=Rate(1, 10)), clock)
    waiting.open("b")
    async with asyncio.timeout(5):
        async with shared.runner(watching) as first:
            first.add([gate("a")])
            await watching.until_inside("a")
            running = asyncio.ensure_future(shared.runner(waiting).run(plan_of(gate("b"))))
            watching.open("a")
            await until_alarms_are_set()
            assert not watching.inside
        await until_alarms_are_set()
        assert not running.done()
        clock.advance(10)
        assert (await running)["b"].status == "completed"


class TurningAway:
    """A tool that has too many callers at first."""

    def __init__(self, times: int, retry_after: float | None) -> None:
        self.left = times
        self.retry_after = retry_after
        self.emitted: list[Fact] = []

    async def call(
        self, tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        """As a tool is called."""
        self.left -= 1
        if self.left >= 0:
            raise RateLimited("HTTP 429", retry_after=self.retry_after)
        return result("at last")


async def test_a_call_that_is_turned_away_slows_all_runs_down_is_reported_in_its_own_and_tried_again() -> None:
    clock, tool = FakeClock(), TurningAway(times=1, retry_after=30)
    shared, other = Shared(Limit(rate=Rate(8)), clock), World()
    retried = GATE.model_copy(update={"retries": 1})
    met = Runner(
        tool.call,
        tool.emitted.append,
        clock=clock,
        elapsed=clock.now,
        tools={"gate": retried},
        max_concurrent=4,
        dispatcher=shared.dispatcher,
    )
    other.open("x")
    async with asyncio.timeout(5):
        running = asyncio.ensure_future(met.run(plan_of(gate("a"))))
        await until_alarms_are_set()
        slowed = [fact for fact in tool.emitted if isinstance(fact, facts.ServerSlowed)]
        assert slowed == [facts.ServerSlowed(server="s", calls=4, seconds=1, wait=30)]
        assert slowed[0].message == "🐢 s asked for fewer calls: at most 4 in 1 s from now on, none for 30 s"
        assert [fact.wait for fact in tool.emitted if isinstance(fact, facts.TaskRetrying)] == [30]
        later = asyncio.ensure_future(shared.runner(other).run(plan_of(gate("x"))))
        await until_alarms_are_set()
        clock.advance(29)
        await until_alarms_are_set()
        assert not running.done() and not later.done() and not other.emitted
        clock.advance(1)
        assert (await later)["x"].status == "completed"
        outcome = (await running)["a"]
    assert isinstance(outcome, Completed) and outcome.attempts == 2
    assert not [fact for fact in other.emitted if isinstance(fact, facts.ServerSlowed)]


async def test_calls_that_are_turned_away_together_lower_the_rate_once_and_fail_for_that_reason_alone() -> None:
    tool, shared = TurningAway(times=2, retry_after=30), Shared(Limit(rate=Rate(8)))
    met = Runner(
        tool.call,
        tool.emitted.append,
        clock=shared.clock,
        elapsed=shared.clock.now,
        tools={"gate": GATE},
        max_concurrent=4,
        dispatcher=shared.dispatcher,
    )
    async with asyncio.timeout(5):
        outcomes = await met.run(plan_of(gate("a"), gate("b")))
    assert [each.code for each in outcomes.values() if isinstance(each, Failed)] == ["rate_limited"] * 2
    assert len([fact for fact in tool.emitted if isinstance(fact, facts.ServerSlowed)]) == 1


async def test_a_run_that_leaves_waits_for_no_further_attempt() -> None:
    begun = asyncio.Event()

    async def stubborn(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise RateLimited("HTTP 429", retry_after=3_600) from None
        raise AssertionError

    shared, retried = Shared(Limit()), GATE.model_copy(update={"retries": 3})
    async with asyncio.timeout(5):
        async with Runner(
            stubborn,
            lambda _: None,
            clock=shared.clock,
            elapsed=shared.clock.now,
            tools={"gate": retried},
            max_concurrent=4,
            dispatcher=shared.dispatcher,
        ) as runner:
            runner.add([gate("a")])
            await begun.wait()
    assert shared.admission.idle


async def test_a_call_that_is_turned_away_too_often_fails_its_task() -> None:
    tool = TurningAway(times=1, retry_after=None)
    shared = Shared(Limit())
    runner = Runner(
        tool.call,
        tool.emitted.append,
        clock=shared.clock,
        elapsed=shared.clock.now,
        tools={"gate": GATE},
        max_concurrent=4,
        dispatcher=shared.dispatcher,
    )
    async with asyncio.timeout(5):
        outcome = (await runner.run(plan_of(task("a", tool="gate"))))["a"]
    assert outcome.status == "failed" and outcome.code == "rate_limited"
    assert [fact.kind for fact in tool.emitted] == ["task.started", "server.slowed", "task.failed"]


async def test_a_call_that_is_turned_away_without_a_time_is_tried_again_as_after_any_failure() -> None:
    clock, tool = FakeClock(), TurningAway(times=1, retry_after=None)
    shared = Shared(Limit(), clock)
    runner = Runner(
        tool.call,
        tool.emitted.append,
        clock=clock,
        elapsed=clock.now,
        tools={"gate": GATE.model_copy(update={"retries": 1})},
        max_concurrent=4,
        dispatcher=shared.dispatcher,
    )
    async with asyncio.timeout(5):
        running = asyncio.ensure_future(runner.run(plan_of(gate("a"))))
        await until_alarms_are_set()
        clock.advance(1)
        await until_alarms_are_set()
        clock.advance(1)
        outcome = (await running)["a"]
    assert isinstance(outcome, Completed) and outcome.attempts == 2
