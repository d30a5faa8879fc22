"""The work that `where_work_runs` measures: one wait and one computation, on the loop, in a thread, in a process."""

import asyncio
import time

from agentic_search.functions import tool


@tool
async def wait_on_loop(seconds: float) -> None:
    """Wait as network code does."""
    await asyncio.sleep(seconds)


@tool
def wait_in_thread(seconds: float) -> None:
    """Wait as a blocking library does."""
    time.sleep(seconds)


@tool(run="process")
def wait_in_process(seconds: float) -> None:
    """Wait as a blocking library does, with an interpreter to itself."""
    time.sleep(seconds)


def compute(steps: int) -> int:
    """Pure Python, which holds the interpreter's lock."""
    total = 0
    for step in range(steps):
        total += step * step % 7
    return total


@tool
async def compute_on_loop(steps: int) -> int:
    """What not to do: it holds up everything else."""
    return compute(steps)


@tool(run="thread")
def compute_in_thread(steps: int) -> int:
    """Takes turns with every other thread."""
    return compute(steps)


@tool(run="process")
def compute_in_process(steps: int) -> int:
    """Has a core to itself."""
    return compute(steps)
