"""From `python server.py` to a service that is ready: bundled servers included, their indexes being built behind."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.report import median, print_report
from tests.support.mcp_processes import free_port
from tests.support.service import ROOT, environment_for


async def seconds_to(path: str, folder: Path) -> float:
    """Start the service, and stop it, timing how long it takes until `path` answers 200."""
    port = free_port()
    environment = environment_for(folder, bundled=True, settings={"PORT": str(port), "LOG_LEVEL": "error"})
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, str(ROOT / "server.py"), cwd=folder, env=environment)
    try:
        async with asyncio.timeout(60), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            while True:
                try:
                    if (await client.get(path)).status_code == 200:
                        return time.perf_counter() - began
                except httpx.TransportError:
                    await asyncio.sleep(0.005)
    finally:
        process.terminate()
        await process.wait()


async def measure(repeat: int) -> list[dict[str, object]]:
    """The first start has no index yet; the later ones have."""
    with tempfile.TemporaryDirectory() as folder:
        took = [await seconds_to("/ready", Path(folder)) for _ in range(repeat)]
    return [
        {"start": "first, nothing indexed", "seconds to ready": round(took[0], 2)},
        {"start": f"later, median of {len(took) - 1}", "seconds to ready": round(median(took[1:]), 2)},
    ]


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=6)
    given = parser.parse_args()
    print(f"on {os.cpu_count()} cores\n")
    print_report("start", asyncio.run(measure(given.repeat)))


if __name__ == "__main__":
    main()
