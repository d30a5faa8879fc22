"""When asyncio, threads, processes: the same equal calls, bare and as functions of the service, in time and memory.

Rows are measured in turn, `--repeat` times, and the medians reported: the machine is shared. Reads memory from /proc.
"""

import argparse
import asyncio
import multiprocessing
import os
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.tools.pool import ToolPool
from agentic_search.tools.python.load import load_functions
from agentic_search.tools.python.provider import FunctionTools
from benchmarks.report import median, print_report
from benchmarks.searches import work

CALLS = 3
HERE = frozenset({os.getpid()})


@dataclass(frozen=True, slots=True)
class Opened:
    """One way to make the calls, opened."""

    call: Callable[[], Awaitable[object]]
    pids: Callable[[], frozenset[int]]
    """The processes that it has beside this one."""


Opening: TypeAlias = Callable[[str, JsonObject], AbstractAsyncContextManager[Opened]]
"""A verb and its arguments → where it is called."""


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


@asynccontextmanager
async def bare_loop(verb: str, arguments: JsonObject) -> AsyncGenerator[Opened]:
    """Coroutines in a task group."""
    yield Opened(partial(getattr(work, f"{verb}_on_loop"), **arguments), frozenset)


@asynccontextmanager
async def executor(kind: Callable[[int], Executor], verb: str, arguments: JsonObject) -> AsyncGenerator[Opened]:
    """A pool of the standard library's."""
    loop = asyncio.get_running_loop()
    with kind(CALLS) as pool:
        once = partial(getattr(work, f"{verb}_in_thread"), **arguments)
        yield Opened(
            lambda: loop.run_in_executor(pool, once),
            lambda: frozenset(child.pid for child in multiprocessing.active_children() if child.pid is not None),
        )


@asynccontextmanager
async def functions(where: str, verb: str, arguments: JsonObject) -> AsyncGenerator[Opened]:
    """Functions of the service, called as a run's tasks call them; a provider of its own has to start everything."""
    provider = FunctionTools(load_functions(["benchmarks.searches.work"]))
    async with ToolPool([], clock=SystemClock(), local=[provider]) as pool:
        yield Opened(
            partial(pool.call, f"{verb}_{where}", arguments, timeout=600, on_progress=unheard), lambda: provider.pids
        )


EXECUTORS: dict[str, Opening] = {
    "asyncio": bare_loop,
    "ThreadPoolExecutor": partial(executor, ThreadPoolExecutor),
    "ProcessPoolExecutor": partial(executor, ProcessPoolExecutor),
    "a function, on the loop": partial(functions, "on_loop"),
    "a function, in threads": partial(functions, "in_thread"),
    "a function, in processes": partial(functions, "in_process"),
}
THREADS = "ThreadPoolExecutor"


def unheard(progress: float, total: float | None, text: str) -> None:
    """Nobody listens."""


def megabytes(pids: frozenset[int]) -> float:
    """Memory that these processes have, what they share counted once between them."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1_024


async def all_calls(opened: Opened) -> float:
    """Seconds for the calls at once."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CALLS):
            group.create_task(awaited(opened))
    return time.perf_counter() - began


async def awaited(opened: Opened) -> None:
    """One call, as a coroutine."""
    await opened.call()


async def worst_delay(ended: Callable[[], bool]) -> float:
    """Milliseconds that a 5 ms nap of the event loop came too late, at worst."""
    worst = 0.0
    while not ended():
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        worst = max(worst, time.perf_counter() - began - 0.005)
    return worst * 1_000


async def measure_once(opening: Opening, verb: str, arguments: JsonObject, into: Measured) -> None:
    """Opened for this alone, so that the first calls have to start everything."""
    before = megabytes(HERE)
    async with opening(verb, arguments) as opened, asyncio.TaskGroup() as group:
        into.first.append(await all_calls(opened))
        into.memory.append(megabytes(HERE | opened.pids()) - before)
        ended = threading.Event()
        delay = group.create_task(worst_delay(ended.is_set))
        await asyncio.sleep(0)
        into.again.append(await all_calls(opened))
        ended.set()
    into.delay.append(delay.result())


def steps_in(seconds: float) -> int:
    """How many steps of the computation take that long alone; in this thread's own time, for the machine is shared."""
    sample = 2_000_000
    took: list[float] = []
    for _ in range(5):
        began = time.thread_time()
        work.compute(sample)
        took.append(time.thread_time() - began)
    return round(sample * seconds / min(took))


def rows(measured: dict[tuple[str, str], Measured], seconds: float) -> list[dict[str, object]]:
    """The table."""
    return [
        {
            "work": f"{CALLS} × {seconds:g} s {kind}",
            "where": name,
            "s, first time": round(median(figures.first), 2),
            "s, again": round(median(figures.again), 2),
            "times faster than threads": round(median(measured[kind, THREADS].again) / median(figures.again), 2),
            "MB more": round(median(figures.memory), 1),
            "loop held up, ms": round(median(figures.delay)),
        }
        for (kind, name), figures in measured.items()
    ]


async def measure(seconds: float, repeat: int) -> list[dict[str, object]]:
    """Every row, in turn."""
    works: dict[str, tuple[str, JsonObject]] = {
        "of waiting": ("wait", {"seconds": seconds}),
        "of computing": ("compute", {"steps": steps_in(seconds)}),
    }
    for opening in EXECUTORS.values():  # what the first call of all costs belongs to none of them
        await measure_once(opening, "wait", {"seconds": 0}, Measured())
    measured = {(kind, name): Measured() for kind in works for name in EXECUTORS}
    for _ in range(repeat):
        for (kind, name), into in measured.items():
            verb, arguments = works[kind]
            await measure_once(EXECUTORS[name], verb, arguments, into)
    return rows(measured, seconds)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each call takes alone")
    parser.add_argument("--repeat", type=int, default=1)
    given = parser.parse_args()
    print(f"on {os.cpu_count()} cores\n")
    print_report("where_work_runs", asyncio.run(measure(given.seconds, given.repeat)))


if __name__ == "__main__":
    main()
