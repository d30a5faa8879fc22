"""What a run does with the calls that it is granted: each in the run's own context, and none that it does not want."""

import asyncio
from contextvars import ContextVar

from agentic_search.domain.data import JsonObject
from agentic_search.domain.limits import Limit
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import Tool
from agentic_search.events.facts import Fact
from agentic_search.scheduler.admission.admission import Slot
from agentic_search.scheduler.commands import CallId, CallOrder, OfferCall
from agentic_search.scheduler.runner import Runner
from tests.scheduler.admission.test_dispatcher import GATE, Shared
from tests.scheduler.plans import result
from tests.scheduler.test_runner import World, gate, plan_of


async def test_a_call_that_another_run_s_end_starts_runs_in_the_context_of_its_own_run() -> None:
    shared, whose, seen = Shared(Limit(1)), ContextVar("whose", default=""), list[tuple[str, str]]()
    both_wait = asyncio.Event()

    async def call(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        seen.append((str(arguments["name"]), whose.get()))
        await both_wait.wait()
        return result()

    async def run(name: str) -> None:
        whose.set(name)
        runner = Runner(
            call,
            list[Fact]().append,
            clock=shared.clock,
            elapsed=shared.clock.now,
            tools={"gate": GATE},
            max_concurrent=4,
            dispatcher=shared.dispatcher,
        )
        await runner.run(plan_of(gate(f"{name}1"), gate(f"{name}2")))

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        for name in "ab":
            group.create_task(run(name))
        await asyncio.sleep(0.01)
        both_wait.set()
    assert sorted(seen) == [("a1", "a"), ("a2", "a"), ("b1", "b"), ("b2", "b")]


class Unwilling:
    """A run that does not want what it is granted."""

    def start(self, slot: Slot) -> bool:
        """Not any more."""
        return False

    def wake_at(self, due: float) -> None:
        """It needs no waking."""


def test_the_slot_of_a_call_that_its_run_no_longer_wants_comes_back_at_once() -> None:
    shared, unwilling = Shared(Limit(1)), Unwilling()
    shared.dispatcher.enter(unwilling, max_concurrent=1, batch=False)
    offer = OfferCall(CallId("a"), gate("a"), CallOrder(0, -1.0, 0, 0))
    shared.dispatcher.offer(unwilling, offer, GATE)
    shared.dispatcher.start_ready()
    assert "0 calls wait, 0 under way" in repr(shared.admission)


async def test_a_run_does_not_want_a_call_that_its_tasks_do_not_have() -> None:
    runner = Shared(Limit(1)).runner(World())
    async with asyncio.timeout(5), runner:
        assert runner.start(Slot(runner, CallId("nowhere"), GATE, (), 0.0)) is False


async def test_a_run_of_which_nothing_is_said_is_one_that_somebody_waits_for() -> None:
    world, shared = World(), Shared(Limit(1))
    clock = shared.clock
    asked = Runner(
        world.call,
        world.emitted.append,
        clock=clock,
        elapsed=clock.now,
        tools={"gate": GATE},
        max_concurrent=4,
        dispatcher=shared.dispatcher,
    )
    async with asyncio.timeout(5), shared.runner(world, batch=True) as batch, asked:
        batch.add([gate("held"), gate("waits")])
        await world.until_inside("held")
        asked.add([gate("first")])
        world.open("held")
        await world.until_inside("first")
