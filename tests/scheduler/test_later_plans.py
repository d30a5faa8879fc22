"""A runner that has finished one plan takes another, whose tasks may refer to those of the first."""

import asyncio

from agentic_search.domain.outcome import Completed, Skipped
from agentic_search.domain.plan import Task
from tests.scheduler.plans import task
from tests.scheduler.test_runner import World, gate, plan_of


def reading(id_: str, earlier: str) -> Task:
    """A task that gives what an earlier one gave."""
    return task(id_, earlier).model_copy(update={"arguments": {"name": f"${{{earlier}}}, again"}})


async def test_a_later_plan_reads_what_an_earlier_one_gave_and_emits_its_own_tasks_alone() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        await runner.finish(plan_of(task("a")))
        before = len(world.emitted)
        outcomes = await runner.finish(plan_of(reading("b", "a"), task("c", "b")))
    assert list(outcomes) == ["b", "c"]
    outcome = outcomes["b"]
    assert isinstance(outcome, Completed) and outcome.result.value == "tool, again"
    assert {getattr(fact, "id", "") for fact in world.emitted[before:]} >= {"b", "c"}
    assert "a" not in {getattr(fact, "id", "") for fact in world.emitted[before:]}


async def test_what_depends_on_an_earlier_failure_is_skipped() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        await runner.finish(plan_of(task("a").model_copy(update={"tool": "fail"}), task("b", "a")))
        outcomes = await runner.finish(plan_of(task("c", "a"), task("d", "b"), task("e", "c"), task("f")))
    reasons = [outcome.because for outcome in outcomes.values() if isinstance(outcome, Skipped)]
    assert reasons == ["a failed", "b was skipped", "c was skipped"]
    assert outcomes["f"].status == "completed"


async def test_abandoning_a_later_draft_forgets_nothing_of_the_earlier_plan() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        await runner.finish(plan_of(task("a")))
        runner.add([gate("b", "a")])
        await world.until_inside("b")
        runner.abandon("the plan was refused")
        await world.until_inside()
        outcome = (await runner.finish(plan_of(reading("b", "a"))))["b"]
    assert world.cancelled == ["b"]
    assert isinstance(outcome, Completed) and outcome.result.value == "tool, again"


async def test_tasks_of_a_later_plan_may_begin_before_it_is_whole() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        await runner.finish(plan_of(task("a")))
        runner.add([gate("b", "a")])
        await world.until_inside("b")
        world.open("b")
        outcomes = await runner.finish(plan_of(gate("b", "a"), task("c", "b")))
    assert [outcome.status for outcome in outcomes.values()] == ["completed", "completed"]
    assert [fact.kind for fact in world.emitted].count("task.started") == 3


async def test_a_plan_cut_off_by_its_deadline_leaves_room_for_another() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        cut = await runner.finish(plan_of(gate("a"), task("b")), deadline=0.05)
        outcomes = await runner.finish(plan_of(reading("c", "b"), task("d", "a")))
    assert [outcome.status for outcome in (*cut.values(), *outcomes.values())] == [
        "failed",
        "completed",
        "completed",
        "skipped",
    ]


async def test_of_each_plan_the_tasks_that_began_early_are_not_begun_again() -> None:
    world = World()
    world.open("a", "b")
    async with asyncio.timeout(5), world.runner() as runner:
        for name in ("a", "b"):
            runner.add([gate(name)])
            assert (await runner.finish(plan_of(gate(name))))[name].status == "completed"
    assert [fact.kind for fact in world.emitted].count("task.started") == 2


async def test_a_later_plan_may_use_an_id_again() -> None:
    world = World()
    async with asyncio.timeout(5), world.runner() as runner:
        await runner.finish(plan_of(task("a")))
        outcome = (await runner.finish(plan_of(task("a", arguments={"name": "the second"}))))["a"]
    assert isinstance(outcome, Completed) and outcome.result.value == "the second"
