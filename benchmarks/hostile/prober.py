"""Asks `/health` every 20 ms, as a process of its own, so that no delay but the service's counts.

    python -m benchmarks.hostile.prober URL

It probes until its standard input ends, then prints the milliseconds of each probe as JSON. A probe's time runs from
when it was due: while the service stands still, those that could not be sent are counted with what they waited.
"""

import asyncio
import http.client
import json
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from threading import Event, Thread
from urllib.parse import urlsplit

from tests.support.service import ROOT

INTERVAL = 0.02
"""Seconds from one probe to the next."""
_GIVEN_UP = 120


def probe(address: str) -> None:
    """One request over a connection of its own. Raises AssertionError for anything but 200."""
    connection = http.client.HTTPConnection(address, timeout=_GIVEN_UP)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        response.read()
        assert response.status == http.HTTPStatus.OK, response.status
    finally:
        connection.close()


def probes(address: str, stopped: Event) -> list[float]:
    """Milliseconds of each, until told to stop."""
    took: list[float] = []
    due = time.monotonic()
    while not stopped.wait(max(0.0, due - time.monotonic())):
        probe(address)
        took.append((time.monotonic() - due) * 1_000)
        due += INTERVAL
    return took


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


def main() -> None:
    """Probe until standard input ends."""
    stopped = Event()

    def watch() -> None:
        sys.stdin.read()
        stopped.set()

    Thread(target=watch, daemon=True).start()
    print(json.dumps(probes(urlsplit(sys.argv[1]).netloc, stopped)))


if __name__ == "__main__":
    main()
