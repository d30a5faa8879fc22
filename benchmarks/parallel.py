"""Equal tasks of 2 s on one MCP server, whole search over HTTP: side by side, and one after another for comparison."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks.report import median, print_report
from tests.support.mcp_processes import http_server
from tests.support.service import RunningService, running_service

STDIO = {"command": sys.executable, "args": ["-m", "tests.support.slow_server"], "cache": False}


async def search_seconds(service: RunningService, tasks: int, seconds: float) -> float:
    """How long the tool calls of one search took, from first start to last end."""
    naps = [{"tool": "sleep_for", "arguments": {"seconds": seconds, "label": str(n)}} for n in range(tasks)]
    run = await service.ask("sleep", plan={"tasks": naps}, model="offline")
    return run["timings"]["execute"]


async def row(
    service: RunningService, transport: str, mode: str, tasks: int, given: argparse.Namespace
) -> dict[str, object]:
    """One line of the table."""
    took = [
        await search_seconds(service, tasks, given.seconds) for _ in range(1 if mode == "sequential" else given.repeat)
    ]
    return {
        "transport": transport,
        "mode": mode,
        "tasks": tasks,
        "seconds each": given.seconds,
        "all done after s": round(median(took), 3),
        "times faster than their sum": round(tasks * given.seconds / median(took), 2),
    }


async def measure(given: argparse.Namespace) -> list[dict[str, object]]:
    """Every line: two transports, three and five tasks, both modes."""
    rows: list[dict[str, object]] = []
    async with http_server() as url:
        stdio = {**STDIO, "env": {"PYTHONPATH": str(Path.cwd())}}
        for transport, entry in (("stdio", stdio), ("http", {"url": url, "cache": False})):
            for mode in ("parallel", "sequential"):
                with tempfile.TemporaryDirectory() as folder:
                    settings = {"PARALLEL": str(mode == "parallel")}
                    async with running_service(Path(folder), servers={"slow": entry}, settings=settings) as service:
                        await service.ready_servers("slow")
                        rows += [await row(service, transport, mode, tasks, given) for tasks in (3, 5)]
    return rows


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each task takes")
    parser.add_argument("--repeat", type=int, default=3)
    print_report("parallel", asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
