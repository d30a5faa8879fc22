"""Asks `/health` every 20 ms, as a process of its own, so that no delay but the service's counts.

    python -m benchmarks.hostile.prober URL

It probes until its standard input ends, then prints the milliseconds of each probe as JSON. Each has a connection of
its own and is sent when it is due, whether or not those before it were answered.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.support.service import ROOT

INTERVAL = 0.02
"""Seconds from one probe to the next."""
_GIVEN_UP = 60
"""Seconds after which a probe is an error."""
_HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def probe(url: str) -> float:
    """Milliseconds of one request. Raises AssertionError for an answer but 200, TimeoutError without one."""
    address = urlsplit(url)
    began = time.perf_counter()
    async with asyncio.timeout(_GIVEN_UP):
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            writer.write(_HEALTH)
            status = await reader.readline()
        finally:
            writer.transport.abort()
    assert b" 200 " in status, status
    return (time.perf_counter() - began) * 1_000


async def probes(url: str, stopped: asyncio.Event) -> list[float]:
    """Milliseconds of each, until told to stop."""
    sent: list[asyncio.Task[float]] = []
    due = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        while not stopped.is_set():
            sent.append(group.create_task(probe(url)))
            due += INTERVAL
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
    return [task.result() for task in sent]


@asynccontextmanager
async def probing(url: str) -> AsyncGenerator[list[float], None]:
    """Probe while the block lasts; the list is filled when it is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.hostile.prober",
        url,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    took: list[float] = []
    try:
        yield took
    finally:
        printed, _ = await process.communicate(b"")
        took.extend(json.loads(printed))


async def probe_until_stdin_ends(url: str) -> list[float]:
    """What the program does."""
    stopped = asyncio.Event()

    async def wait_for_end() -> None:
        await asyncio.to_thread(sys.stdin.read)
        stopped.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(wait_for_end())
        probing = group.create_task(probes(url, stopped))
    return probing.result()


def main() -> None:
    """Print what the probes took."""
    print(json.dumps(asyncio.run(probe_until_stdin_ends(sys.argv[1]))))


if __name__ == "__main__":
    main()
