"""Opens functions as the service does, and calls them by name."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from agentic_search.clock import SystemClock
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.tools.pool import ToolPool
from agentic_search.tools.python.load import load_functions
from agentic_search.tools.python.provider import FunctionTools

SAMPLES = "tests.tools.python.samples"
PATIENCE = 20.0
"""Seconds after which a test gives up waiting; the machine may be busy."""


class Opened:
    """The sample functions in a tool pool."""

    def __init__(self, provider: FunctionTools, pool: ToolPool) -> None:
        self.provider = provider
        self.pool = pool

    async def result(
        self, tool: str, *, timeout: float | None = PATIENCE, on_progress: OnProgress | None = None, **given: object
    ) -> ToolResult:
        """Call a function through the pool."""
        return await self.pool.call(tool, dict(given), timeout=timeout, on_progress=on_progress or unheard)  # pyright: ignore[reportArgumentType] - the arguments are JSON

    async def value(self, tool: str, **given: object) -> object:
        """What it returned."""
        return (await self.pool.call(tool, dict(given), timeout=PATIENCE, on_progress=unheard)).value  # pyright: ignore[reportArgumentType] - the arguments are JSON


@asynccontextmanager
async def opened(*names: str, threads: int = 8, processes: int = 2) -> AsyncGenerator[Opened]:
    """The functions of the samples, or those named; leaving checks that no process is left behind."""
    provider = FunctionTools(load_functions(names or [SAMPLES]), threads=threads, processes=processes)
    pids: frozenset[int] = frozenset()
    try:
        async with ToolPool([], clock=SystemClock(), local=[provider]) as pool:
            yield Opened(provider, pool)
            pids = provider.pids
    finally:
        assert not provider.pids
        assert not [pid for pid in pids if runs(pid)]


def runs(pid: int) -> bool:
    """Whether there is such a process and it is no zombie."""
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process or thread does."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - nobody tells what goes on in another process
            await asyncio.sleep(0.005)


def unheard(progress: float, total: float | None, text: str) -> None:
    """Nobody listens."""
