"""How soon somebody is told of what happened: from the return of a tool to its event at whoever follows the run.

The tool gives the time at which it returns, by a clock that all processes of the machine share. Nobody is told of an
event before it is kept, so the database is part of it. `elsewhere`: a worker carries the run out, and it is followed at
a web process, over Postgres.
"""

import argparse
import asyncio
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

from agentic_search.functions import tool
from benchmarks.doubles import processes
from benchmarks.report import median, percentile, print_report
from tests.support.postgres import postgres_binaries, running_postgres
from tests.support.service import RunningService, running_service
from tests.support.sse import messages

TASKS = 20
TARGETS = {"SQLite": "p50 2 ms", "elsewhere": "p50 20 ms"}
ROUNDS = 2


@tool
async def told_at() -> float:
    """Wait a moment, and give the time."""
    await asyncio.sleep(0.02)
    return time.monotonic()


async def latencies(service: RunningService, runs: int) -> list[float]:
    """Milliseconds of every task's end."""
    tasks = [{"id": f"t{n}", "tool": "told_at", "depends_on": [f"t{n - 1}"] if n else []} for n in range(TASKS)]
    took: list[float] = []
    for _ in range(runs):
        run_id = await service.begin("How late?", plan={"tasks": tasks}, model="offline")
        async with service.client.stream("GET", f"/runs/{run_id}/events") as response:
            async for message in messages(response):
                if message.event == "task.completed":
                    took.append((time.monotonic() - message.data["data"]["result"]) * 1_000)  # noqa: PERF401 - as they come
    return took


async def measure(folder: Path, kind: str, url: str, runs: int) -> list[float]:
    """Of one kind of service, or of a web process with a worker."""
    settings = {"DATABASE_URL": url, "FUNCTIONS": '["benchmarks.searches.told"]'}
    async with AsyncExitStack() as stack:
        if kind == "elsewhere":
            await stack.enter_async_context(running_service(folder, settings={**settings, "ROLE": "worker"}))
            settings["ROLE"] = "web"
        service = await stack.enter_async_context(running_service(folder, settings=settings))
        await latencies(service, 1)  # to warm up
        return await latencies(service, runs)


async def all_kinds(folder: Path, urls: dict[str, list[str]], runs: int) -> list[dict[str, object]]:
    """A row of every kind and round, in turn."""
    processes.compile_package()
    rows: list[dict[str, object]] = []
    for number in range(ROUNDS):
        for kind, of_rounds in urls.items():
            own = folder / f"{kind}{number}"
            own.mkdir()
            took = await measure(own, kind, of_rounds[number], runs)
            rows.append(
                {
                    "runs in": kind,
                    "events": len(took),
                    "p50 ms": round(median(took), 2),
                    "p95 ms": round(percentile(took, 0.95), 2),
                    "most ms": round(max(took), 1),
                    "target": TARGETS.get(kind, ""),
                }
            )
    return rows


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="of each row, of 20 tasks each")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        urls = {"memory": ["memory:"] * ROUNDS, "SQLite": [""] * ROUNDS}
        if postgres_binaries() is not None:
            server = stack.enter_context(running_postgres())
            urls |= {kind: [server.new_database() for _ in range(ROUNDS)] for kind in ("Postgres", "elsewhere")}
        print_report("told", asyncio.run(all_kinds(Path(name), urls, given.runs)))


if __name__ == "__main__":
    main()
