"""What thousands of searches leave behind: memory, file descriptors, threads and processes of the service.

Each search has a given plan of three calls that do nothing. Targets: no growth of memory after the first fifth beyond
5 %, and as many of everything else at the end as then. Fewer runs than searches are kept, so that their number counts.
"""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from benchmarks.doubles import processes
from benchmarks.report import print_report
from benchmarks.searches.runs_at_once import GIVEN, searches, until_ready
from tests.support.service import RunningService, running_service

PARTS = 5


def row(service: RunningService, count: int, seconds: float) -> dict[str, object]:
    """One line of the table."""
    pid = service.process.pid
    return {
        "searches": count,
        "seconds": round(seconds),
        "MB": round(processes.megabytes_now(pid), 1),
        "descriptors": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "threads": len(list(Path(f"/proc/{pid}/task").iterdir())),
        "processes": len(processes.tree(pid)),
    }


async def measure(count: int, at_once: int) -> list[dict[str, object]]:
    """One line after the first search, and one after each part."""
    processes.compile_package()
    async with processes.program("lean_mcp") as mcp:
        with tempfile.TemporaryDirectory() as folder:
            servers = {"lean": {"url": mcp}}
            settings = {"MAX_KEPT_RUNS": str(max(1, count // PARTS // 2))}
            async with running_service(Path(folder), servers=servers, settings=settings, forked=False) as service:
                await until_ready(service)
                await searches(service, GIVEN, at_once=1, count=1)  # loads what plans and writes
                began = time.perf_counter()
                rows = [row(service, 1, 0.0)]
                for part in range(1, PARTS + 1):
                    await searches(service, GIVEN, at_once=at_once, count=count // PARTS)
                    await asyncio.sleep(1)
                    rows.append(row(service, part * count // PARTS, time.perf_counter() - began))
                return rows


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searches", type=int, default=5_000)
    parser.add_argument("--at-once", type=int, default=5)
    given = parser.parse_args()
    print(f"on {os.cpu_count()} cores\n")
    print_report("soak", asyncio.run(measure(given.searches, given.at_once)))


if __name__ == "__main__":
    main()
