"""What forty runs with a result of 5 MB, a text or records, leave in memory, where five ended runs are kept.

Target: at most 60 MB above the start, soon after the last.
"""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from benchmarks.doubles import processes
from benchmarks.hostile.attacks import hostile_servers, plan_of
from benchmarks.hostile.under_attack import warm_up
from benchmarks.report import print_report
from tests.support.service import running_service

KEPT = 5
MOST_MEGABYTES = 60
SETTLING = 10
"""Seconds in which memory may come back."""


async def measure(tool: str, runs: int, megabytes: float) -> dict[str, object]:
    """Megabytes (VmRSS of the service itself) at the start, at most, and a while after the last run."""
    processes.compile_package()
    async with processes.program("hostile_mcp", "--http") as http:
        with tempfile.TemporaryDirectory() as folder:
            settings = {"MAX_KEPT_RUNS": str(KEPT)}
            async with running_service(Path(folder), servers=hostile_servers(http), settings=settings) as service:
                await service.ready_servers("stdio", "http")
                await warm_up(service)
                before = processes.megabytes_now(service.process.pid)
                for _ in range(runs):
                    await service.ask(**plan_of(f"stdio.{tool}", megabytes=megabytes))
                at_once = processes.megabytes_now(service.process.pid)
                await asyncio.sleep(SETTLING)
                after = processes.megabytes_now(service.process.pid)
                most = processes.most_megabytes(service.process.pid)
    return {
        "runs": runs,
        "tool": tool,
        "MB each": megabytes,
        "kept": KEPT,
        "MB before": round(before),
        "most": round(most),
        "after the last": round(at_once),
        f"{SETTLING} s later": round(after),
        "above": round(after - before),
        "target": MOST_MEGABYTES,
    }


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--megabytes", type=float, default=5.0, help="of the result of each")
    given = parser.parse_args()
    print(f"on {os.cpu_count()} cores\n")
    print_report("kept_runs", [asyncio.run(measure(tool, given.runs, given.megabytes)) for tool in ("big", "records")])


if __name__ == "__main__":
    main()
