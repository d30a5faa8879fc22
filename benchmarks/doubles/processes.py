"""Starts the programs around the measured service, and reads from /proc what a process has spent."""

import asyncio
import compileall
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.support.service import ROOT

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_START_SECONDS = 120


@asynccontextmanager
async def program(name: str, *options: str) -> AsyncGenerator[str, None]:
    """Run `python -m benchmarks.doubles.NAME` while the block lasts; gives the URL that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"benchmarks.doubles.{name}", *options, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(_START_SECONDS):
            assert process.stdout is not None
            url = (await process.stdout.readline()).decode().strip()
        assert url.startswith("http://"), f"{name} printed {url!r} instead of its URL"
        yield url
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def compile_package() -> None:
    """Do what `make run` does, so that no start is measured that compiles what was edited a moment ago."""
    compileall.compile_dir(ROOT / "agentic_search", quiet=1)


def tree(pid: int) -> list[int]:
    """A process and its descendants. Linux only."""
    children = [int(child) for task in _tasks(pid) for child in (task / "children").read_text().split()]
    return [pid, *(each for child in children for each in tree(child))]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process tree since it began, in ticks of 10 ms; not of those that end just now."""
    total = 0.0
    with suppress(FileNotFoundError, ProcessLookupError):
        total += own_cpu_seconds(pid)
        for task in _tasks(pid):
            total += sum(cpu_seconds(int(child)) for child in (task / "children").read_text().split())
    return total


def own_cpu_seconds(pid: int) -> float:
    """The same of one process."""
    return _cpu_ticks(pid) / _TICKS


def megabytes(pid: int) -> float:
    """The most memory that each process of a tree has held at a time, in all (VmHWM, with shared pages)."""
    return sum(most_megabytes(each) for each in tree(pid))


def most_megabytes(pid: int) -> float:
    """The same of one process."""
    return _status(pid, "VmHWM") / 1_024


def megabytes_now(pid: int) -> float:
    """What one process holds now (VmRSS)."""
    return _status(pid, "VmRSS") / 1_024


def _tasks(pid: int) -> list[Path]:
    return list(Path(f"/proc/{pid}/task").iterdir())


def _cpu_ticks(pid: int) -> int:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
