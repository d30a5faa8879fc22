"""When the event loop, threads, processes: the same equal calls of Python functions in each place, timed and weighed.

Rows are measured in turn, `--repeat` times, and the medians told: the machine is shared. Reads memory from /proc.
"""

import argparse
import asyncio
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.functions.load import load_functions
from agentic_search.functions.member import FunctionTools
from agentic_search.tools.pool import ToolPool
from benchmarks.report import median, print_report
from benchmarks.work import compute

CALLS = 3
PLACES = {"event loop": "on_loop", "threads": "in_thread", "processes": "in_process"}


@dataclass(slots=True)
class Measured:
    """One row's figures, one of each repeat."""

    first: list[float] = field(default_factory=list[float])
    """Seconds for all calls, where nothing had been started before."""
    again: list[float] = field(default_factory=list[float])
    memory: list[float] = field(default_factory=list[float])
    """MB on top of the process at rest, at the end of the calls."""
    delay: list[float] = field(default_factory=list[float])
    """Milliseconds that the event loop was held up at worst."""


def megabytes(pids: frozenset[int]) -> float:
    """Memory that these processes have, what they share counted once between them."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1_024


def unheard(progress: float, total: float | None, text: str) -> None:
    """Nobody listens."""


async def all_calls(pool: ToolPool, tool: str, arguments: JsonObject) -> float:
    """Seconds for the calls at once."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CALLS):
            group.create_task(pool.call(tool, arguments, timeout=600, on_progress=unheard))
    return time.perf_counter() - began


async def worst_delay(ended: Callable[[], bool]) -> float:
    """Milliseconds that a 5 ms nap of the event loop came too late, at worst."""
    worst = 0.0
    while not ended():
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        worst = max(worst, time.perf_counter() - began - 0.005)
    return worst * 1_000


async def measure_once(tool: str, arguments: JsonObject, into: Measured) -> None:
    """A member of its own, so that the first calls have to start everything."""
    member = FunctionTools(load_functions(["benchmarks.work"]))
    here = frozenset({os.getpid()})
    before = megabytes(here)
    async with ToolPool([], clock=SystemClock(), local=[member]) as pool, asyncio.TaskGroup() as group:
        first = await all_calls(pool, tool, arguments)
        into.first.append(first)
        into.memory.append(megabytes(here | member.pids) - before)
        ended = threading.Event()
        delay = group.create_task(worst_delay(ended.is_set))
        await asyncio.sleep(0)
        into.again.append(await all_calls(pool, tool, arguments))
        ended.set()
    into.delay.append(delay.result())


def steps_in(seconds: float) -> int:
    """How many steps of the computation take that long alone, on this machine."""
    sample = 2_000_000
    took: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        compute(sample)
        took.append(time.perf_counter() - began)
    return round(sample * seconds / min(took))


def rows(measured: dict[tuple[str, str], Measured], seconds: float) -> list[dict[str, object]]:
    """The table."""
    return [
        {
            "work": f"{CALLS} × {seconds:g} s {work}",
            "where": place,
            "s, first time": round(median(figures.first), 2),
            "s, again": round(median(figures.again), 2),
            "times faster than threads": round(median(measured[work, "threads"].again) / median(figures.again), 2),
            "MB more": round(median(figures.memory), 1),
            "loop held up, ms": round(median(figures.delay)),
        }
        for (work, place), figures in measured.items()
    ]


async def measure(seconds: float, repeat: int) -> list[dict[str, object]]:
    """Every row, in turn."""
    works: dict[str, tuple[str, JsonObject]] = {
        "of waiting": ("wait", {"seconds": seconds}),
        "of computing": ("compute", {"steps": steps_in(seconds)}),
    }
    await measure_once("wait_on_loop", {"seconds": 0}, Measured())  # what the first call of all costs is no place's
    measured = {(work, place): Measured() for work in works for place in PLACES}
    for _ in range(repeat):
        for (work, place), into in measured.items():
            verb, arguments = works[work]
            await measure_once(f"{verb}_{PLACES[place]}", arguments, into)
    return rows(measured, seconds)


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each call takes alone")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    print(f"on {os.cpu_count()} cores\n")
    print_report("where_work_runs", asyncio.run(measure(given.seconds, given.repeat)))


if __name__ == "__main__":
    main()
