"""What workers on one Postgres do together, and what limits it: whole searches, and runs of light workers.

Searches: a web process and one or two workers; five calls that do nothing each, 50 at once. On a machine with two cores
all share these, so the CPU of each process says more than how many are done a second.
Light workers simulate a large cluster: processes that do nothing but take runs of twelve events, wait, and keep them.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from functools import partial
from pathlib import Path

from agentic_search.clock import SystemClock
from agentic_search.database.address import database_address
from agentic_search.database.database import open_database
from agentic_search.domain.query import Query
from agentic_search.durable.kept_runs import KeptRuns
from agentic_search.engine.memory import MemoryEngine
from agentic_search.history.deleting import KeptBounds
from benchmarks.doubles import processes
from benchmarks.report import median, percentile, print_report
from benchmarks.searches.runs_at_once import searches
from tests.support.kept_runs import write
from tests.support.postgres import RunningPostgres, postgres_binaries, running_postgres
from tests.support.service import ROOT, running_service

CALLS = 5
UNBOUNDED = KeptBounds(days=0, runs=1_000_000, bytes=10_000_000_000)
BODY = {"query": "nothing", "plan": {"tasks": [{"tool": "no_op"}] * CALLS}, "model": "offline"}
AT_ONCE = 50
RUNS_OF_LIGHT = 16
"""That a light worker carries out at once."""


async def with_workers(
    folder: Path, postgres: RunningPostgres, mcp: str, workers: int, count: int
) -> dict[str, object]:
    """A row of searches."""
    settings = {"DATABASE_URL": postgres.new_database(), "MAX_CONCURRENT_RUNS": "100", "MAX_QUEUED_RUNS": "1000"}
    start = partial(running_service, folder, servers={"lean": {"url": mcp}})
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(start(settings={**settings, "ROLE": "web"}))
        started: list[int] = []
        for _ in range(workers):
            worker = await stack.enter_async_context(start(settings={**settings, "ROLE": "worker"}))
            started.append(worker.process.pid)
        await web.ready_servers("lean")
        await searches(web, BODY, at_once=AT_ONCE, count=2 * AT_ONCE, calls=CALLS)  # to warm up
        parts = (
            partial(processes.own_cpu_seconds, web.process.pid),
            partial(cpu, started),
            partial(processes.cpu_seconds, postgres.pid),
        )
        before, began = [each() for each in parts], time.perf_counter()
        took = await searches(web, BODY, at_once=AT_ONCE, count=count, calls=CALLS)
        return row(f"searches, {workers} workers", parts, before, time.perf_counter() - began, took)


async def with_light_workers(postgres: RunningPostgres, workers: int, count: int) -> dict[str, object]:
    """A row of runs that other processes carry out, each waited for here."""
    url = postgres.new_database()
    command = (sys.executable, "-m", "benchmarks.searches.workers", "--light-worker", url)
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(engine(url, takes_runs=False))
        started: list[int] = []
        for _ in range(workers):
            process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
            stack.push_async_callback(process.wait)
            stack.callback(process.kill)
            started.append(process.pid)
        await asyncio.gather(*(run(web, f"first {number}") for number in range(10 * workers)))
        parts = (time.process_time, partial(cpu, started), partial(processes.cpu_seconds, postgres.pid))
        before, began = [each() for each in parts], time.perf_counter()
        took = await asyncio.gather(*(run(web, f"run {number}") for number in range(count)))
        return row(f"light runs, {workers} workers", parts, before, time.perf_counter() - began, took)


@asynccontextmanager
async def engine(url: str, *, takes_runs: bool) -> AsyncGenerator[KeptRuns]:
    """What a process does for runs, with nothing around it."""
    clock = SystemClock()
    make = partial(MemoryEngine, clock=clock, max_concurrent=RUNS_OF_LIGHT, max_queued=10, max_kept=100, holds=True)
    with closing(open_database(database_address(url, data=Path()))) as database:
        async with KeptRuns(database, write, make, clock=clock, bounds=UNBOUNDED, takes_runs=takes_runs) as opened:
            yield opened


async def run(web: KeptRuns, run_id: str) -> float:
    """Milliseconds from its start to when its end is known."""
    began = time.perf_counter()
    await web.start(run_id, Query(query=run_id), thread_id=run_id)
    assert (await web.ended(run_id)).status == "completed"
    return (time.perf_counter() - began) * 1_000


async def light_worker(url: str) -> None:
    """Take runs until somebody ends the process."""
    async with engine(url, takes_runs=True):
        await asyncio.Event().wait()


def cpu(pids: Sequence[int]) -> float:
    """Seconds of CPU of all."""
    return sum(processes.own_cpu_seconds(pid) for pid in pids)


def row(
    what: str, parts: Sequence[Callable[[], float]], before: Sequence[float], seconds: float, took: Sequence[float]
) -> dict[str, object]:
    """`parts`: the CPU of who asks, of the workers and of Postgres; `before`: the same when it began."""
    spent = [round((now() - then) / len(took) * 1_000, 1) for now, then in zip(parts, before, strict=True)]
    return {
        "what": what,
        "a second": round(len(took) / seconds, 1),
        "p50 ms": round(median(took), 1),
        "p95 ms": round(percentile(took, 0.95), 1),
        **dict(zip(("web CPU ms", "workers CPU ms", "Postgres CPU ms"), spent, strict=True)),
        "cores used": round(sum(spent) * len(took) / 1_000 / seconds, 2),
    }


async def measure(folder: Path, postgres: RunningPostgres, count: int) -> list[dict[str, object]]:
    """All rows."""
    processes.compile_package()
    async with processes.program("lean_mcp") as mcp:
        rows = [await with_workers(folder, postgres, mcp, workers, count) for workers in (1, 2)]
    return [*rows, *[await with_light_workers(postgres, workers, count) for workers in (1, 2, 4, 8)]]


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="runs of each row")
    parser.add_argument("--light-worker", metavar="URL", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.light_worker:
        asyncio.run(light_worker(given.light_worker))
    elif postgres_binaries() is None:
        print("left out: Postgres is not installed")
    else:
        with tempfile.TemporaryDirectory() as name, running_postgres() as postgres:
            print_report("workers", asyncio.run(measure(Path(name), postgres, given.count)))


if __name__ == "__main__":
    main()
