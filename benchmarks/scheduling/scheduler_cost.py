"""Microseconds and memory that one task costs the scheduler, with ready tasks that do nothing.

The pure core, state machine and admission, is driven without an event loop; the runner also makes an asyncio task for
each call and emits facts.
"""

import argparse
import asyncio
import gc
import time
import tracemalloc
from collections import deque
from collections.abc import Callable
from functools import partial

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, Outcome, ToolResult
from agentic_search.domain.plan import Plan
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.admission.admission import Admission, Slot
from agentic_search.scheduler.commands import (
    CallCompleted,
    CallGranted,
    MachineInput,
    OfferCall,
    PlanSealed,
    TasksAdded,
)
from agentic_search.scheduler.machine import Machine
from benchmarks.report import print_report
from benchmarks.scheduling.graphs import Graph
from benchmarks.scheduling.sleeping import SLEPT, runner_of

SLOTS = 16
TARGET_MICROSECONDS = 100
TARGET_MEGABYTES = 0.2


def plan_of(shape: str, size: int) -> Plan:
    """So many tasks, all ready at once, or each waiting for the one before."""
    needs = {f"t{index}": [f"t{index - 1}"] if index and shape == "chain" else [] for index in range(size)}
    return Graph(shape, dict.fromkeys(needs, 0.0), needs).plan()


def run_core(plan: Plan) -> dict[str, Outcome]:
    """State machine and admission: every call ends as soon as it has started."""
    machine, admission = Machine(), Admission()
    admission.enter(machine, max_concurrent=SLOTS)
    under_way: deque[Slot] = deque()

    def emit(machine_input: MachineInput) -> None:
        for command in machine.handle(machine_input, 0):
            if isinstance(command, OfferCall):
                admission.offer(machine, command.call, command.order, tool=None, now=0)

    emit(TasksAdded(plan.tasks))
    emit(PlanSealed())
    while not machine.finished:
        while slot := admission.next_grant(0):
            emit(CallGranted(slot.call))
            under_way.append(slot)
        slot = under_way.popleft()
        emit(CallCompleted(slot.call, SLEPT))
        admission.release(slot)
    return machine.outcomes


def run_runner(plan: Plan, loop: asyncio.Runner) -> dict[str, Outcome]:
    """The scheduler's runner, with calls that return at once."""

    async def nothing(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        return SLEPT

    return loop.run(runner_of(nothing, slots=SLOTS).run(plan))


def microseconds(run: Callable[[Plan], dict[str, Outcome]], plan: Plan, repeat: int) -> float:
    """A task's share of a run's CPU time, which a busy machine leaves alone: the least of `repeat` runs."""
    took: list[float] = []
    for _ in range(repeat):
        gc.collect()
        began = time.process_time()
        outcomes = run(plan)
        took.append(time.process_time() - began)
        assert len(outcomes) == len(plan.tasks)
    return min(took) / len(plan.tasks) * 1e6


def megabytes(run: Callable[[Plan], dict[str, Outcome]], plan: Plan) -> float:
    """A task's share of the most memory that a run held, its plan left out."""
    gc.collect()
    tracemalloc.start()
    outcomes = run(plan)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / len(outcomes) / 1e6


def measure(sizes: list[int], repeat: int) -> list[dict[str, object]]:
    """A row a size and shape."""
    with asyncio.Runner() as loop:
        return [_row(shape, size, repeat, loop) for shape in ("ready", "chain") for size in sizes]


def _row(shape: str, size: int, repeat: int, loop: asyncio.Runner) -> dict[str, object]:
    plan, on_loop = plan_of(shape, size), partial(run_runner, loop=loop)
    return {
        "tasks": f"{size} {shape}",
        "core µs a task": round(microseconds(run_core, plan, repeat), 1),
        "runner µs a task": round(microseconds(on_loop, plan, repeat), 1),
        "target µs": TARGET_MICROSECONDS,
        "MB a task": round(megabytes(on_loop, plan), 4),
        "target MB": TARGET_MEGABYTES,
    }


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1_000, 5_000])
    parser.add_argument("--repeat", type=int, default=7)
    given = parser.parse_args()
    print_report("scheduler_cost", measure(given.sizes, given.repeat))


if __name__ == "__main__":
    main()
