"""Runs a graph on the scheduler with tools that only sleep, and measures how long it took."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.plan import Plan
from agentic_search.domain.tool import Tool
from agentic_search.events.facts import Fact
from agentic_search.scheduler.kept_calls import CallTool
from agentic_search.scheduler.runner import Runner
from benchmarks.scheduling.graphs import Graph

SLEPT = ToolResult(value=None, text="")


@dataclass(frozen=True, slots=True)
class Slept:
    """One graph, run."""

    makespan: float
    """Seconds from the plan to its last outcome."""
    lasted: dict[str, float]
    """Seconds that each call really took: a timer of the event loop is up to a millisecond late."""


def runner_of(call_tool: CallTool, *, slots: int, emit: Callable[[Fact], None] = lambda _: None) -> Runner:
    """The scheduler, with nothing of the rest of the service around it."""
    clock = SystemClock()
    return Runner(call_tool, emit, clock=clock, elapsed=clock.now, max_concurrent=slots)


async def run(call_tool: CallTool, plan: Plan, *, slots: int) -> float:
    """Run a plan to its end; seconds it took. Raises AssertionError unless every task completed."""
    clock = SystemClock()
    began = clock.now()
    outcomes = await runner_of(call_tool, slots=slots).run(plan)
    took = clock.now() - began
    assert all(outcome.status == "completed" for outcome in outcomes.values()), outcomes
    return took


async def sleep_through(graph: Graph, *, slots: int) -> Slept:
    """Run the graph, every task asleep for as long as it lasts."""
    clock = SystemClock()
    lasted: dict[str, float] = {}

    async def sleep(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        task = str(arguments["task"])
        began = clock.now()
        await asyncio.sleep(graph.seconds[task])
        lasted[task] = clock.now() - began
        return SLEPT

    return Slept(await run(sleep, graph.plan(), slots=slots), lasted)
