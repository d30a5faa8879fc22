"""Functions that do on the event loop and in a process what the tools of the slow server do."""

import asyncio
import json
import os
import time
from pathlib import Path

from agentic_search.errors import ToolFailed
from agentic_search.functions import Progress, tool


def _note(log: Path, event: str) -> None:
    with log.open("a") as file:
        file.write(json.dumps({"event": event, "pid": os.getpid()}) + "\n")


@tool
async def echo(text: str) -> str:
    """Give the text back."""
    return text


@tool
async def sleep_for(seconds: float, progress: Progress, log: Path, steps: int = 1) -> str:
    """Sleep, reporting progress in `steps` steps."""
    _note(log, "started")
    try:
        for step in range(1, steps + 1):
            await asyncio.sleep(seconds / steps)
            progress.report(step, steps, f"step {step}")
    except asyncio.CancelledError:
        _note(log, "cancelled")
        raise
    return "slept"


@tool
async def fail(message: str) -> str:
    """Report an error."""
    raise ToolFailed(message)


@tool(run="process")
def echo_in_process(text: str) -> str:
    """Give the text back."""
    return text


@tool(run="process")
def sleep_in_process(seconds: float, progress: Progress, log: Path, steps: int = 1) -> str:
    """Sleep, reporting progress in `steps` steps."""
    _note(log, "started")
    for step in range(1, steps + 1):
        time.sleep(seconds / steps)
        progress.report(step, steps, f"step {step}")
    return "slept"


@tool(run="process")
def fail_in_process(message: str) -> str:
    """Report an error."""
    raise ToolFailed(message)
