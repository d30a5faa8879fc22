"""Equal tasks on the scheduler, side by side and one after another: how many times faster.

The tools only sleep: nothing is shared that could hold a task up. `parallel` measures the same over MCP and HTTP.
"""

import argparse
import asyncio

from benchmarks.report import print_report
from benchmarks.scheduling.graphs import Graph
from benchmarks.scheduling.sleeping import sleep_through

TARGETS = {5: 4.8, 15: 14.0}


async def row(tasks: int, seconds: float) -> dict[str, object]:
    """One line of the table."""
    names = [f"t{index}" for index in range(tasks)]
    graph = Graph("equal", dict.fromkeys(names, seconds), dict.fromkeys(names, ()))
    sequential = (await sleep_through(graph, slots=1)).makespan
    parallel = (await sleep_through(graph, slots=tasks)).makespan
    return {
        "tasks": tasks,
        "seconds each": seconds,
        "one after another s": round(sequential, 3),
        "side by side s": round(parallel, 4),
        "times faster": round(sequential / parallel, 2),
        "target": TARGETS.get(tasks, ""),
    }


async def measure(sizes: list[int], seconds: float) -> list[dict[str, object]]:
    """One size after the other."""
    return [await row(tasks, seconds) for tasks in sizes]


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[3, 5, 10, 15])
    parser.add_argument("--seconds", type=float, default=0.5)
    given = parser.parse_args()
    print_report("speedup", asyncio.run(measure(given.sizes, given.seconds)))


if __name__ == "__main__":
    main()
