"""Functions as an operator would write them, for the tests to call."""

import asyncio
import contextlib
import ctypes
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, JsonValue

from agentic_search.errors import ToolFailed
from agentic_search.functions import Progress, tool


class City(BaseModel):
    name: str
    founded: date


@dataclass
class Find:
    title: str
    url: str
    text: str


@tool(read_only=True, title="City facts", timeout=7)
async def city(name: Annotated[str, Field(description="As on a map")], since: date = date(1, 1, 1)) -> City:
    """Say when a city
    was founded.

    More than a planner wants to know.
    """
    return City(name=name, founded=since)


@tool(read_only=True)
def find(query: str, limit: Annotated[int, Field(ge=1)] = 2) -> list[Find]:
    """Find pages."""
    return [Find(f"{query} {n}", f"https://example.org/{n}", f"About {query}, part {n}") for n in range(limit)]


@tool(run="process", idempotent=True)
def square(number: int, day: date | None = None) -> dict[str, JsonValue]:
    """Square a number."""
    return {"square": number**2, "day": str(day), "pid": os.getpid()}


@tool(run="process")
def hold(started: Path, seconds: float = 60, child: bool = False) -> str:
    """Compute until the time is over or told to stop, writing down who does it."""
    pids = [os.getpid()]
    if child:
        pids.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid)
    _write(started, " ".join(map(str, pids)))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and not started.with_suffix(".stop").exists():
        pass
    return "held"


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    half = path.with_suffix(".half")
    half.write_text(text)
    half.rename(path)


@tool(run="process")
def crash(how: str) -> str:
    """Die."""
    match how:
        case "exit":
            os._exit(3)
        case "segfault":
            ctypes.string_at(0)
        case "memory":
            raise MemoryError
        case "sys.exit":
            sys.exit(4)
        case "babble":
            for fd in range(3, 20):
                with contextlib.suppress(OSError):
                    os.write(fd, b"I" + bytes(8))
            time.sleep(60)
        case "forked":
            if os.fork() == 0:
                time.sleep(60)
            os._exit(5)
        case _:
            raise ValueError(how)
    return "alive"


@tool(run="process")
def noisy(text: str) -> str:
    """Print, and read what is not there."""
    print(text)
    return text + sys.stdin.read()


@tool(run="process")
def count_in_process(to: int, progress: Progress) -> int:
    """Count."""
    for n in range(to):
        progress.report(n, to, f"at {n}")
    return to


@tool
def count_in_thread(to: int, progress: Progress | None = None) -> int:
    """Count."""
    for n in range(to):
        (progress or Progress()).report(n, to, f"at {n}")
    return to


@tool
async def count_on_loop(to: int, progress: Progress) -> int:
    """Count."""
    for n in range(to):
        progress.report(n, to, f"at {n}")
        await asyncio.sleep(0)
    return to


GATE = threading.Event()
ENTERED = threading.Semaphore(0)


@tool
def wait_in_thread(_copy: str = "", json: str = "") -> str:
    """Wait for the gate."""
    ENTERED.release()
    GATE.wait(20)
    return "passed"


ENDED: list[str] = []


@tool
async def wait_on_loop() -> None:
    """Wait for ever."""
    try:
        await asyncio.Event().wait()
    finally:
        ENDED.append("wait_on_loop")


@tool
async def fail_on_loop(how: str) -> None:
    """Fail."""
    _fail(how)


@tool
def fail_in_thread(how: str) -> None:
    """Fail."""
    _fail(how)


@tool(run="process")
def fail_in_process(how: str) -> None:
    """Fail."""
    _fail(how)


def _fail(how: str) -> None:
    match how:
        case "ValueError":
            raise ValueError("not like this")
        case "own words":
            raise ToolFailed("Ask for a city, not a river")
        case "SystemExit":
            sys.exit(4)
        case "CancelledError":
            raise asyncio.CancelledError
        case "TimeoutError":
            raise TimeoutError
        case _:
            raise AssertionError(how)


@tool
async def odd_on_loop(what: str) -> object:
    """Return what JSON does not have."""
    return _odd(what)


@tool
def odd_in_thread(what: str) -> object:
    """Return what JSON does not have."""
    return _odd(what)


@tool(run="process")
def odd_in_process(what: str) -> object:
    """Return what JSON does not have."""
    return _odd(what)


def _odd(what: str) -> object:
    loop: list[object] = []
    loop.append(loop)
    return {
        "object": object(),
        "lambda": lambda: 1,
        "circle": loop,
        "nan": float("nan"),
        "set": {1},
        "nothing": None,
        "result": {"result": [1, 2]},
        "large": "x" * 3_000_000,
    }[what]


def plain(number: int) -> int:
    """Not marked."""
    return number
