"""From `python server.py` to a service that is ready, and to the tools of all bundled servers; and its memory then.

Once with runs that outlive the process, in a file, and once with `memory:`.
Beside it a yardstick, measured in turn with it: its libraries alone, imported by a Python that does nothing else.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.doubles import processes
from benchmarks.report import median, print_report
from tests.support.mcp_processes import free_port
from tests.support.service import ROOT, environment_for

_LIBRARIES = """
import time, fastapi, langgraph.graph, mcp, ollama, sse_starlette, uvicorn
print(time.process_time(), *(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds since the process began, seconds of CPU, megabytes."""

    ready: float
    """`/ready` says that a question can be answered."""
    tools: float
    """`/servers` says that every server is ready."""
    cpu: float
    """Seconds that the service itself, without its servers, has computed until it was ready."""
    memory: float
    """Its megabytes then."""


async def start(folder: Path, **settings: str) -> Start:
    """Start the service, with its bundled servers, and stop it."""
    port = free_port()
    given = {"PORT": str(port), "LOG_LEVEL": "error", **settings}
    environment = environment_for(folder, bundled=True, settings=given)
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, str(ROOT / "server.py"), cwd=folder, env=environment)
    try:
        async with asyncio.timeout(60), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await _until(_is_ready, client, process)
            ready, cpu = time.perf_counter() - began, processes.own_cpu_seconds(process.pid)
            memory = processes.most_megabytes(process.pid)
            await _until(_has_all_tools, client, process)
            return Start(ready, time.perf_counter() - began, cpu, memory)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _until(
    true: Callable[[httpx.AsyncClient], Awaitable[bool]], client: httpx.AsyncClient, service: asyncio.subprocess.Process
) -> None:
    while True:
        if await true(client):
            return
        assert service.returncode is None, "the service ended"
        await asyncio.sleep(0.005)


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def _has_all_tools(client: httpx.AsyncClient) -> bool:
    servers = (await client.get("/servers")).json()["servers"]
    return all(server["status"] in {"ready", "disabled"} for server in servers)


async def libraries() -> Start:
    """A process that imports what the service is made of, and ends."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _LIBRARIES, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    took = time.perf_counter() - began
    cpu, memory = printed.split()
    return Start(took, took, float(cpu), int(memory) / 1_024)


async def measure(repeat: int) -> list[dict[str, object]]:
    """The first start has no index yet; the later ones have."""
    processes.compile_package()
    with tempfile.TemporaryDirectory() as folder:
        first = await start(Path(folder))
        memory = {"DATABASE_URL": "memory:"}
        turns = [
            (await libraries(), await start(Path(folder)), await start(Path(folder), **memory)) for _ in range(repeat)
        ]
    alone, later, in_memory = zip(*turns, strict=True)
    return [
        row("its libraries alone", alone),
        row("first, nothing indexed", [first]),
        row(f"later, median of {repeat}", later),
        row(f"with memory:, median of {repeat}", in_memory),
    ]


def row(what: str, starts: Sequence[Start]) -> dict[str, object]:
    """One line of the table: medians."""
    return {
        "start": what,
        "seconds to ready": round(median([each.ready for each in starts]), 2),
        "CPU seconds": round(median([each.cpu for each in starts]), 2),
        "MB": round(median([each.memory for each in starts])),
        "seconds to the tools of all servers": round(median([each.tools for each in starts]), 2),
    }


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=7)
    given = parser.parse_args()
    print(f"on {os.cpu_count()} cores\n")
    print_report("start", asyncio.run(measure(given.repeat)))


if __name__ == "__main__":
    main()
