"""What the service costs: five MCP calls that do nothing, over HTTP, as a whole search over HTTP and as bare calls.

Compare the rows of one run with each other: the machine is shared and noisy.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from mcp import Client

from benchmarks.report import median, percentile, print_report
from tests.support.mcp_processes import http_server
from tests.support.service import RunningService, running_service

CALLS = 5
FIRST_EVENT = "first event of the stream"
TARGETS = {FIRST_EVENT: 20}


async def whole_search(service: RunningService, repeat: int) -> list[float]:
    """Milliseconds from POST /search to its whole answer."""
    body = {"query": "nothing", "plan": {"tasks": [{"tool": "no_op"}] * CALLS}, "model": "offline"}
    took: list[float] = []
    for _ in range(repeat):
        began = time.perf_counter()
        response = await service.client.post("/search", json=body)
        took.append((time.perf_counter() - began) * 1_000)
        assert response.json()["status"] == "completed", response.text
    return took


async def first_event(service: RunningService, repeat: int) -> list[float]:
    """Milliseconds from POST /search to the first event of its stream."""
    body = {"query": "nothing", "plan": {"tasks": [{"tool": "no_op"}]}, "model": "offline"}
    took: list[float] = []
    for _ in range(repeat):
        began = time.perf_counter()
        headers = {"Accept": "text/event-stream"}
        async with service.client.stream("POST", "/search", json=body, headers=headers) as response:
            async for line in response.aiter_lines():
                if line == "id: 1":
                    took.append((time.perf_counter() - began) * 1_000)  # noqa: PERF401 - timed as it comes
    return took


async def bare_calls(url: str, repeat: int) -> list[float]:
    """Milliseconds for the same calls at once on one session of the MCP library, nothing around it."""
    took: list[float] = []
    async with Client(url) as client:
        await client.list_tools()
        for _ in range(repeat):
            began = time.perf_counter()
            async with asyncio.TaskGroup() as group:
                for _ in range(CALLS):
                    group.create_task(client.call_tool("no_op", {}))
            took.append((time.perf_counter() - began) * 1_000)
    return took


async def http_only(service: RunningService, repeat: int) -> list[float]:
    """Milliseconds for the cheapest request there is."""
    took: list[float] = []
    for _ in range(repeat):
        began = time.perf_counter()
        await service.client.get("/health")
        took.append((time.perf_counter() - began) * 1_000)
    return took


async def measure(repeat: int) -> list[dict[str, object]]:
    """All rows, on one service and one MCP server."""
    async with http_server() as url:
        with tempfile.TemporaryDirectory() as folder:
            async with running_service(
                Path(folder), servers={"slow": {"url": url, "cache": False}}, forked=False
            ) as service:
                await service.ready_servers("slow")
                await whole_search(service, 20)
                measured = {
                    f"whole search, {CALLS} no-op calls": await whole_search(service, repeat),
                    FIRST_EVENT: await first_event(service, repeat),
                    f"bare MCP library, {CALLS} no-op calls": await bare_calls(url, repeat),
                    "bare HTTP, GET /health": await http_only(service, repeat),
                }
    return [
        {
            "what": what,
            "p50 ms": round(median(took), 2),
            "p95 ms": round(percentile(took, 0.95), 2),
            "n": len(took),
            "target ms": TARGETS.get(what, ""),
        }
        for what, took in measured.items()
    ]


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=200)
    print_report("overhead", asyncio.run(measure(parser.parse_args().repeat)))


if __name__ == "__main__":
    main()
