"""Whole searches over HTTP, 1 to 200 at once, of three MCP calls each, where neither tools nor model take any time.

What is left is what the service itself costs: milliseconds, CPU, memory. Two modes: a plan given and no model; and a
model that plans and writes (150 tokens), as measured of other programs. The MCP server, the model and the caller are
lean processes of their own, but on the same cores: they bound what can be seen of the service at many runs at once.

How fast the machine is at the time is shown by a yardstick, measured between the modes: three calls by asyncio.gather
over one mcp Client, which took 2.8 ms when the targets were set.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from mcp import Client

from benchmarks.doubles import processes
from benchmarks.doubles.bare_http import connected
from benchmarks.report import median, percentile, print_report
from tests.support.service import NOBODY, RunningService, running_service

CALLS = 3
GIVEN: Mapping[str, object] = {
    "query": "nothing",
    "plan": {"tasks": [{"tool": "no_op"}] * CALLS},
    "model": "offline",
}
BY_MODEL: Mapping[str, object] = {"query": "What does it say of the three parts?"}
MODES: Mapping[str, Mapping[str, object]] = {"plan given, no model": GIVEN, "model without latency": BY_MODEL}
MOST = 300
"""Searches of one row, unless there are more callers."""
YARDSTICK = 2.8
"""Milliseconds of three calls where the targets were set."""
MANY_RUNS = {"MAX_CONCURRENT_RUNS": "200"}


async def searches(
    service: RunningService, body: Mapping[str, object], *, at_once: int, count: int, calls: int = CALLS
) -> list[float]:
    """Milliseconds of each of `count` searches by `at_once` callers. Raises AssertionError unless all complete."""
    took: list[float] = []
    left = iter(range(count))

    async def caller() -> None:
        async with connected(service.url) as client:
            for _ in left:
                began = time.perf_counter()
                run = await client.post("/search", body)
                took.append((time.perf_counter() - began) * 1_000)
                assert run["status"] == "completed" and len(run["tasks"]) == calls, run

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(caller())
    return took


async def first_events(service: RunningService, body: Mapping[str, object], count: int) -> list[float]:
    """Milliseconds from a request to its stream's first event."""
    took: list[float] = []
    for _ in range(count):
        async with connected(service.url) as client:
            began = time.perf_counter()
            await client.until("/search", body, b"id: 1")
            took.append((time.perf_counter() - began) * 1_000)
    return took


async def three_calls(mcp: str, count: int) -> float:
    """Milliseconds (p50) of three calls at once over one mcp Client, without a service between."""
    took: list[float] = []
    async with Client(mcp) as client:
        for index in range(count):
            began = time.perf_counter()
            await asyncio.gather(*(client.call_tool("look_up", {"query": str(index)}) for _ in range(CALLS)))
            took.append((time.perf_counter() - began) * 1_000)
    return median(took)


async def row(service: RunningService, mode: str, at_once: int, per_caller: int) -> dict[str, object]:
    """One line of the table."""
    count = max(at_once, min(at_once * per_caller, MOST), 20 * per_caller)
    cpu, began = processes.cpu_seconds(service.process.pid), time.perf_counter()
    took = await searches(service, MODES[mode], at_once=at_once, count=count)
    seconds = time.perf_counter() - began
    cpu = processes.cpu_seconds(service.process.pid) - cpu
    return {
        "mode": mode,
        "at once": at_once,
        "searches": count,
        "a second": round(count / seconds, 1),
        "p50 ms": round(median(took), 1),
        "p95 ms": round(percentile(took, 0.95), 1),
        "CPU ms a search": round(cpu / count * 1_000, 1),
        "MB after": round(processes.megabytes(service.process.pid)),
        "target": {1: "12 ms, 12 ms CPU", 50: "100 a second, 110 MB"}.get(at_once, ""),
    }


async def until_ready(service: RunningService) -> None:
    """Wait until the service is connected to its MCP server, and says that it can answer."""
    await service.ready_servers("lean")
    response = await service.client.get("/ready")
    assert response.status_code == 200, response.text


async def measure(mode: str, levels: list[int], per_caller: int) -> tuple[list[dict[str, object]], dict[str, object]]:
    """Rows of one mode on a fresh service, and what was seen once."""
    processes.compile_package()
    async with processes.program("lean_mcp") as mcp, processes.program("scripted_model") as model:
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            ollama = model if MODES[mode] is BY_MODEL else NOBODY
            async with running_service(
                Path(folder), servers={"lean": {"url": mcp}}, ollama=ollama, settings=MANY_RUNS, forked=False
            ) as service:
                await until_ready(service)
                ready = time.perf_counter() - began
                await searches(service, MODES[mode], at_once=1, count=3 * per_caller)  # to warm up
                first = await first_events(service, MODES[mode], 5 * per_caller)
                yardstick = await three_calls(mcp, 20 * per_caller)
                rows = [await row(service, mode, level, per_caller) for level in levels]
    once: dict[str, object] = {
        "mode": mode,
        "three calls ms": round(yardstick, 1),
        "machine slower by": round(yardstick / YARDSTICK, 2),
        "start to ready s": round(ready, 2),
        "first event p50 ms": round(median(first), 1),
        "first event p95 ms": round(percentile(first, 0.95), 1),
        "target": "2.0 s, 20 ms",
    }
    return rows, once


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--levels", type=int, nargs="+", default=[1, 10, 50, 200], help="runs at once")
    parser.add_argument("--per-caller", type=int, default=5, help="searches of each caller")
    given = parser.parse_args()
    measured = [asyncio.run(measure(mode, given.levels, given.per_caller)) for mode in MODES]
    print_report("runs_at_once", [row for rows, _ in measured for row in rows])
    print()
    print_report("runs_at_once: start, first event, yardstick", [once for _, once in measured])
    print(
        f"\nThe targets were set where three calls over one mcp Client take {YARDSTICK} ms: compare times over theirs."
    )


if __name__ == "__main__":
    main()
