"""What it costs to keep runs: whole searches of five calls that do nothing, by the database that they are kept in.

Each database is measured twice, in turn, each time by a fresh service: the machine may be slower at one time than at
another. Postgres is measured where it is installed: one is started for that.
"""

import argparse
import asyncio
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.doubles import processes
from benchmarks.report import median, percentile, print_report
from benchmarks.searches.runs_at_once import searches, until_ready
from tests.support.postgres import postgres_binaries, running_postgres
from tests.support.service import running_service

CALLS = 5
BODY = {"query": "nothing", "plan": {"tasks": [{"tool": "no_op"}] * CALLS}, "model": "offline"}
ROUNDS = 2
AT_ONCE = 50
TARGETS = {1: "45 ms on SQLite", AT_ONCE: "30 a second on SQLite"}


async def measure(folder: Path, database: str, url: str, mcp: str, count: int) -> list[dict[str, object]]:
    """A row for one search at a time, and one for many at once."""
    rows: list[dict[str, object]] = []
    began = time.perf_counter()
    settings = {"DATABASE_URL": url, "MAX_CONCURRENT_RUNS": "200", "LOG_LEVEL": "info"}
    async with running_service(folder, servers={"lean": {"url": mcp}}, settings=settings) as service:
        await until_ready(service)
        ready = time.perf_counter() - began
        memory = processes.megabytes(service.process.pid)
        await searches(service, BODY, at_once=1, count=20, calls=CALLS)  # to warm up
        for at_once in (1, AT_ONCE):
            began, cpu = time.perf_counter(), processes.own_cpu_seconds(service.process.pid)
            took = await searches(service, BODY, at_once=at_once, count=count, calls=CALLS)
            cpu = processes.own_cpu_seconds(service.process.pid) - cpu
            rows.append(
                {
                    "database": database,
                    "at once": at_once,
                    "p50 ms": round(median(took), 1),
                    "p95 ms": round(percentile(took, 0.95), 1),
                    "a second": round(count / (time.perf_counter() - began), 1),
                    "CPU ms a search": round(cpu / count * 1_000, 1),
                    "ready s": round(ready, 2),
                    "MB when ready": round(memory),
                    "target": TARGETS[at_once],
                }
            )
    return rows


async def all_databases(folder: Path, urls: dict[str, list[str]], count: int) -> list[dict[str, object]]:
    """Rows of every database, in turn."""
    processes.compile_package()
    rows: list[dict[str, object]] = []
    async with processes.program("lean_mcp") as mcp:
        for number in range(ROUNDS):
            for database, of_rounds in urls.items():
                own = folder / f"{database}{number}"
                own.mkdir()
                rows += await measure(own, database, of_rounds[number], mcp, count)
    return rows


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="searches of each row")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        urls = {"memory": ["memory:"] * ROUNDS, "SQLite": [""] * ROUNDS}
        if postgres_binaries() is not None:
            server = stack.enter_context(running_postgres())
            urls["Postgres"] = [server.new_database() for _ in range(ROUNDS)]
        rows = asyncio.run(all_databases(Path(name), urls, given.count))
    print_report("history", rows)


if __name__ == "__main__":
    main()
