"""The runner on the event loop: real interleaving, failures kept apart, cancellation that reaches every call."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Completed, Failed, OnProgress, Passage, ToolResult
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import ToolFailed
from agentic_search.events import facts
from agentic_search.events.facts import Fact
from agentic_search.scheduler.runner import Runner
from tests.scheduler.plans import task


class World:
    """Tools that wait at gates which the test opens; it sees who is inside."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.most_inside = 0
        self.cancelled: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.arrived: asyncio.Condition = asyncio.Condition()
        self.emitted: list[Fact] = []

    async def call(
        self, tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        """Tool `gate` waits for its gate, `fail` raises, `break` breaks down, `now` returns."""
        name = str(arguments.get("name", tool))
        self.inside.append(name)
        self.most_inside = max(self.most_inside, len(self.inside))
        await self._notify()
        try:
            match tool:
                case "gate":
                    on_progress(1, 2, "half")
                    await self.gates.setdefault(name, asyncio.Event()).wait()
                case "fail":
                    raise ToolFailed("it says no")
                case "break":
                    raise ZeroDivisionError
                case _:
                    await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        finally:
            self.inside.remove(name)
            await self._notify()
        return ToolResult(value=name, text=name, passages=(Passage(title=name, text=name),))

    async def _notify(self) -> None:
        async with self.arrived:
            self.arrived.notify_all()

    async def until_inside(self, *names: str) -> None:
        """Wait until exactly these calls are under way."""
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(lambda: sorted(self.inside) == sorted(names))

    def open(self, *names: str) -> None:
        """Let these calls end."""
        for name in names:
            self.gates.setdefault(name, asyncio.Event()).set()

    def runner(self, *, max_concurrent: int = 16, tools: Sequence[Tool] = ()) -> Runner:
        """A runner in this world."""
        clock = SystemClock()
        return Runner(
            self.call,
            self.emitted.append,
            clock=clock,
            elapsed=clock.now,
            tools={tool.name: tool for tool in tools},
            max_concurrent=max_concurrent,
        )


def gate(id_: str, *depends_on: str) -> Task:
    """A task that waits at its gate."""
    return task(id_, *depends_on).model_copy(update={"tool": "gate", "arguments": {"name": id_}})


def plan_of(*tasks: Task) -> Plan:
    """A plan of these."""
    return Plan(tasks=tasks)


async def test_independent_calls_are_under_way_at_the_same_time() -> None:
    world = World()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(world.runner().run(plan_of(gate("a"), gate("b"), gate("c", "a"))))
        await world.until_inside("a", "b")
        world.open("a")
        await world.until_inside("b", "c")
        world.open("b", "c")
    assert [outcome.status for outcome in running.result().values()] == ["completed"] * 3


async def test_sequential_mode_has_one_call_under_way_at_any_time() -> None:
    world = World()
    await world.runner(max_concurrent=1).run(plan_of(*(task(f"t{n}") for n in range(5))))
    assert world.most_inside == 1


async def test_a_failing_or_broken_call_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    tasks = (task("no"), task("broken"), task("after_no", "no"), gate("fine"))
    tasks = tuple(
        each.model_copy(update={"tool": {"no": "fail", "broken": "break"}.get(each.id, each.tool)}) for each in tasks
    )
    world.open("fine")
    outcomes = await world.runner().run(plan_of(*tasks))
    assert {id_: outcome.status for id_, outcome in outcomes.items()} == {
        "no": "failed",
        "broken": "failed",
        "after_no": "skipped",
        "fine": "completed",
    }
    assert isinstance(outcomes["no"], Failed) and outcomes["no"].error == "it says no"
    broken = outcomes["broken"]
    assert isinstance(broken, Failed) and broken.code == "internal"
    assert broken.error == "calling 'break' broke down: ZeroDivisionError()"
    assert "ZeroDivisionError" in caplog.text


async def test_cancelling_the_run_cancels_every_call_under_way() -> None:
    world = World()
    running = asyncio.ensure_future(world.runner().run(plan_of(gate("a"), gate("b"), gate("c", "a"))))
    await world.until_inside("a", "b")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(world.cancelled) == ["a", "b"] and not world.inside


async def test_the_deadline_cancels_stragglers_and_keeps_what_arrived() -> None:
    world = World()
    outcomes = await world.runner().run(plan_of(task("quick"), gate("slow"), gate("after", "slow")), deadline=0.05)
    assert isinstance(outcomes["quick"], Completed)
    slow = outcomes["slow"]
    assert isinstance(slow, Failed) and slow.code == "stopped"
    assert re.fullmatch(r"the deadline passed after \d+\.\d s", slow.error)
    assert outcomes["after"].status == "skipped"
    assert world.cancelled == ["slow"]


async def test_a_run_that_ends_before_its_deadline_does_not_wait_for_it() -> None:
    async with asyncio.timeout(5):
        await World().runner().run(plan_of(task("quick")), deadline=3_600)


async def test_every_step_is_emitted_in_an_order_that_makes_sense() -> None:
    world = World()
    world.open("a")
    await world.runner().run(
        plan_of(gate("a"), task("no", "a").model_copy(update={"tool": "fail"}), task("never", "no"))
    )
    assert [fact.kind for fact in world.emitted] == [
        "task.started",
        "task.progress",
        "task.completed",
        "sources.found",
        "task.started",
        "task.failed",
        "task.skipped",
    ]


async def test_a_task_over_a_list_is_emitted_as_one_task_that_progresses() -> None:
    world = World()
    each = task("b", "a", for_each="${ {rows: ['x', 'y', 'z'], a: a}.rows }", arguments={"name": "${item}"})
    outcomes = await world.runner().run(plan_of(task("a"), each))
    assert isinstance(outcomes["b"], Completed) and outcomes["b"].result.value == ["x", "y", "z"]
    kinds = Counter(fact.kind for fact in world.emitted if isinstance(fact, facts.TaskStarted | facts.TaskProgress))
    assert kinds == {"task.started": 2, "task.progress": 2}


async def test_a_thousand_ready_tasks_all_end() -> None:
    world = World()
    outcomes = await world.runner(max_concurrent=64).run(plan_of(*(task(f"t{n}") for n in range(1_000))))
    assert len(outcomes) == 1_000 and world.most_inside <= 64


async def test_a_tool_that_nobody_has_timed_counts_as_one_second() -> None:
    world = World()
    tools = [
        Tool(name=name, server="s", remote_name=name, input_schema={}, typical_seconds=seconds)
        for name, seconds in {"quick": 0.75, "slow": 1.5}.items()
    ]
    tasks = [task(name).model_copy(update={"tool": name}) for name in ("quick", "unknown", "slow")]
    await world.runner(max_concurrent=1, tools=tools).run(plan_of(*tasks))
    started = [(fact.id, fact.server) for fact in world.emitted if isinstance(fact, facts.TaskStarted)]
    assert started == [("slow", "s"), ("unknown", ""), ("quick", "s")]


async def test_a_task_over_a_list_is_told_to_have_started_before_any_of_its_calls_has_ended() -> None:
    world = World()
    each = task("b", "a", for_each="${[a, a]}", arguments={"name": "${item}"})
    await world.runner(max_concurrent=1).run(plan_of(task("a"), each))
    told = [fact.kind for fact in world.emitted if getattr(fact, "id", "") == "b"]
    assert told == ["task.started", "task.progress", "task.completed"]


async def test_an_argument_that_finds_nothing_is_left_out_where_the_tool_does_without_it() -> None:
    world = World()
    schema: JsonObject = {"type": "object", "required": ["name"]}
    tools = [Tool(name="tool", server="s", remote_name="tool", input_schema=schema)]
    optional = task("b", "a", arguments={"name": "b", "extra": "${a.nowhere}"})
    required = task("c", "a", arguments={"name": "${a.nowhere}"})
    outcomes = await world.runner(tools=tools).run(plan_of(task("a"), optional, required))
    assert [outcome.status for outcome in outcomes.values()] == ["completed", "completed", "failed"]


async def test_what_is_known_of_tools_may_be_said_later_under_either_name() -> None:
    world = World()
    tool = Tool(name="quick", server="s", remote_name="now", input_schema={})
    tasks = [task(f"t{n}", tool=name) for n, name in enumerate(("quick", "s.now", "other"))]
    async with asyncio.timeout(5), world.runner() as runner:
        runner.know([tool])
        await runner.finish(plan_of(*tasks))
    servers = [fact.server for fact in world.emitted if isinstance(fact, facts.TaskStarted)]
    assert servers == ["s", "s", ""]
