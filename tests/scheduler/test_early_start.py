"""Tasks that begin before the plan is whole: joined by it, or cancelled with the draft that they were of."""

import asyncio

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Completed, OnProgress, ToolResult
from agentic_search.domain.tool import Tool
from agentic_search.events import facts
from agentic_search.events.facts import Fact
from agentic_search.scheduler.runner import Runner
from tests.scheduler.plans import task
from tests.scheduler.test_runner import World, gate, plan_of


async def test_what_began_early_is_joined_and_not_begun_again() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        runner.add([gate("a")])
        await world.until_inside("a")
        async with asyncio.TaskGroup() as group:
            running = group.create_task(runner.finish(plan_of(gate("b"), gate("a"), gate("c", "a"))))
            await world.until_inside("a", "b")
            world.open("a", "b", "c")
    outcomes = running.result()
    assert list(outcomes) == ["b", "a", "c"]
    assert all(isinstance(outcome, Completed) for outcome in outcomes.values())
    assert [fact.kind for fact in world.emitted].count("task.started") == 3


async def test_a_plan_that_is_done_when_it_is_finished_takes_no_time() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        runner.add([gate("a")])
        await world.until_inside("a")
        world.open("a")
        await world.until_inside()
        assert (await runner.finish(plan_of(gate("a"))))["a"].status == "completed"


async def test_an_abandoned_draft_is_cancelled_and_its_ids_are_free_again() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        runner.add([gate("a")])
        await world.until_inside("a")
        runner.abandon("the plan was refused")
        await world.until_inside()
        world.open("a")
        outcomes = await runner.finish(plan_of(gate("a")))
    assert world.cancelled == ["a"]
    assert outcomes["a"].status == "completed"
    kinds = [fact.kind for fact in world.emitted if fact.kind != "task.progress"]
    assert kinds == ["task.started", "task.failed", "task.started", "task.completed", "sources.found"]


async def test_a_task_that_the_finished_plan_has_differently_is_done_anew() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        runner.add([gate("a")])
        await world.until_inside("a")
        changed = gate("a").model_copy(update={"arguments": {"name": "other"}})
        world.open("other")
        outcomes = await runner.finish(plan_of(changed))
    outcome = outcomes["a"]
    assert isinstance(outcome, Completed) and outcome.result.value == "other"
    failures = [fact.error for fact in world.emitted if isinstance(fact, facts.TaskFailed)]
    assert failures == ["the finished plan says otherwise"]


async def test_a_task_that_the_finished_plan_does_not_have_is_not_waited_for() -> None:
    world = World()
    world.open("b")
    async with asyncio.timeout(5), world.runner() as runner:
        runner.add([gate("dropped")])
        await world.until_inside("dropped")
        outcomes = await runner.finish(plan_of(gate("b")))
    assert list(outcomes) == ["b"] and world.cancelled == ["dropped"]


async def test_leaving_the_runner_leaves_no_call_behind() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        runner.add([gate("a"), gate("b")])
        await world.until_inside("a", "b")
    assert sorted(world.cancelled) == ["a", "b"]


async def test_of_a_draft_after_an_abandoned_one_what_began_early_is_not_begun_again() -> None:
    world = World()
    world.open("kept")
    async with asyncio.timeout(5), world.runner() as runner:
        runner.add([gate("dropped")])
        await world.until_inside("dropped")
        runner.abandon("the plan was refused")
        runner.add([gate("kept")])
        outcomes = await runner.finish(plan_of(gate("kept")))
    assert outcomes["kept"].status == "completed"
    started = [fact.id for fact in world.emitted if isinstance(fact, facts.TaskStarted)]
    assert started == ["dropped", "kept"]


async def test_a_call_of_an_abandoned_draft_that_ends_all_the_same_is_not_taken_for_one_of_the_next() -> None:
    ends, given, clock = asyncio.Event(), iter(("old", "new")), SystemClock()
    begun, emitted = asyncio.Condition(), list[Fact]()
    under_way: list[str] = []

    async def call(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        name = next(given)
        under_way.append(name)
        async with begun:
            begun.notify_all()
        try:
            await ends.wait()
        except asyncio.CancelledError:
            async with begun:
                await begun.wait_for(lambda: "new" in under_way)  # it will not be cancelled
        return ToolResult(value=name, text=name)

    runner = Runner(call, emitted.append, clock=clock, elapsed=clock.now, max_concurrent=4)
    async with asyncio.timeout(5), runner:
        runner.add([task("a")])
        async with begun:
            await begun.wait_for(lambda: "old" in under_way)
        runner.abandon("the plan was refused")
        async with asyncio.TaskGroup() as group:
            ended = group.create_task(runner.finish(plan_of(task("a"))))
            async with begun:
                await begun.wait_for(lambda: "new" in under_way)
            for _ in range(9):
                await asyncio.sleep(0)
            ends.set()
    outcome = ended.result()["a"]
    assert isinstance(outcome, Completed) and outcome.result.value == "new"
