"""How close the scheduler comes to the critical path, with graphs of tasks that sleep.

    python -m benchmarks.scheduling.makespan [--data FOLDER]

Each graph runs on the real clock. Two ratios: to the optimum of the durations asked for, which also counts how late the
event loop's timers are, and to that of the durations as they really were: what is the scheduler's own. With limited
slots the optimum is unknown (it is NP-hard); the bound is max(critical path, work ÷ slots), which no schedule beats and
the best may miss. FOLDER, or the folder `asynchow` in it, holds `dev/dags.jsonl`: its durations, of minutes to weeks,
are scaled so that a graph's longest step takes eight times the shortest allowed, and shorter ones are raised to that.
"""

import argparse
import asyncio
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import median, percentile, print_report
from benchmarks.scheduling.graphs import AsyncHow, Graph, critical_path, lower_bound, random_graph, read_asynchow
from benchmarks.scheduling.sleeping import sleep_through

UNLIMITED = 1_000_000
LONGEST = 8
"""The longest step of a graph, in shortest ones."""
AT_EASE = 0.05
"""Seconds of the shortest step from which on a dozen graphs run side by side without disturbing each other."""
TARGET = "1.02 / 1.05"
"""Median and 99th percentile of the ratio, at 50 ms a step and more, unlimited."""


@dataclass(frozen=True, slots=True)
class Ratios:
    """One graph's makespan in units of the best there can be."""

    asked: float
    """Of the durations asked for."""
    lasted: float
    """Of the durations as they were."""


def scaled(graph: Graph, shortest: float) -> Graph:
    """With the longest step LONGEST times the shortest allowed."""
    longest = max(graph.seconds.values())
    return graph.lasting(lambda seconds: max(shortest, seconds / longest * LONGEST * shortest))


async def ratios_of(graph: Graph, slots: int) -> Ratios:
    """Run one graph."""
    slept = await sleep_through(graph, slots=slots)
    asked, lasted = lower_bound(graph, slots), lower_bound(graph, slots, slept.lasted)
    return Ratios(slept.makespan / asked, slept.makespan / lasted)


async def row(
    name: str, graphs: Sequence[Graph], shortest: float, *, slots: int = UNLIMITED, side_by_side: int = 2
) -> dict[str, object]:
    """Run the graphs, few at once so that they do not disturb each other, and sum up."""
    waiting = list(graphs)
    seen: list[Ratios] = []

    async def work() -> None:
        while waiting:
            seen.append(await ratios_of(waiting.pop(), slots))

    async with asyncio.TaskGroup() as group:
        for _ in range(side_by_side):
            group.create_task(work())
    asked, lasted = [each.asked for each in seen], [each.lasted for each in seen]
    limited = slots < UNLIMITED
    return {
        "graphs": name,
        "n": len(graphs),
        "step ms, shortest": round(shortest * 1_000, 1),
        "slots": slots if limited else "all",
        "ratio to asked: median": round(median(asked), 4),
        "p99": round(percentile(asked, 0.99), 4),
        "ratio to lasted: median": round(median(lasted), 4),
        "lasted p99": round(percentile(lasted, 0.99), 4),
        "target": TARGET if shortest >= AT_EASE and not limited else "",
    }


async def asynchow_rows(folder: Path, *, sample: int, steps: Sequence[float]) -> list[dict[str, object]]:
    """The errands of daily life; `sample` 0 takes all of them."""
    errands = read_asynchow(folder)
    wrong = [each.id for each in errands if not _agrees(each)]
    print(f"asynchow: {len(errands)} graphs; its optimum is our critical path for all but {len(wrong)} of them\n")
    chosen = random.Random(1).sample(errands, min(sample or len(errands), len(errands)))
    graphs = [each.graph() for each in chosen]
    return [
        await row(
            "asynchow", [scaled(graph, step) for graph in graphs], step, side_by_side=12 if step >= AT_EASE else 2
        )
        for step in steps
    ]


def _agrees(errand: AsyncHow) -> bool:
    return math.isclose(critical_path(errand.graph()), errand.min_makespan_s, rel_tol=1e-6)


async def random_rows(sizes: Sequence[int], *, steps: Sequence[float], slots: Sequence[int]) -> list[dict[str, object]]:
    """Random graphs without limits, then with the first of `steps` and so many slots."""
    rows: list[dict[str, object]] = []
    for size in sizes:
        for step in steps:
            graphs = [random_graph(size, step, 3 * step, seed=seed) for seed in range(_repeats(size))]
            rows.append(
                await row(
                    f"random, {size} tasks", graphs, step, side_by_side=2 if size <= 100 or step >= AT_EASE else 1
                )
            )
        for limit in slots:
            graphs = [random_graph(size, 0.02, 0.06, seed=seed) for seed in range(min(4, _repeats(size)))]
            rows.append(await row(f"random, {size} tasks", graphs, 0.02, slots=limit, side_by_side=1))
    return rows


def _repeats(size: int) -> int:
    return max(2, min(20, 400 // size))


async def measure(given: argparse.Namespace) -> list[dict[str, object]]:
    """Every row."""
    steps = [milliseconds / 1_000 for milliseconds in given.steps]
    rows: list[dict[str, object]] = []
    if given.data is not None:
        folder: Path = given.data / "asynchow" if (given.data / "asynchow").is_dir() else given.data
        rows += await asynchow_rows(folder, sample=given.sample, steps=steps)
    return rows + await random_rows(given.sizes, steps=steps, slots=given.slots)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of asynchow, or of several evaluation sets")
    parser.add_argument("--sample", type=int, default=0, help="so many of its graphs; 0 takes all")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1_000], help="tasks of the random graphs")
    parser.add_argument("--steps", type=float, nargs="+", default=[50, 5], help="milliseconds of the shortest step")
    parser.add_argument("--slots", type=int, nargs="*", default=[4, 16], help="limits to measure")
    print_report("makespan", asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
