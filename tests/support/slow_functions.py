"""Functions that take their time, in each executor, and write down what happens to their calls."""

import asyncio
import json
import os
import time
from pathlib import Path

from agentic_search.functions import tool


def _write(log: str, event: str, label: str) -> None:
    """A whole line, as the slow server's log has them."""
    with Path(log).open("a") as file:
        file.write(json.dumps({"event": event, "pid": os.getpid(), "label": label}) + "\n")


@tool
async def pause_on_loop(log: str, label: str, seconds: float) -> str:
    """Wait."""
    _write(log, "started", label)
    try:
        await asyncio.sleep(seconds)
    finally:
        _write(log, "finished", label)
    return label


@tool
def pause_in_thread(log: str, label: str, seconds: float) -> str:
    """Block."""
    _write(log, "started", label)
    time.sleep(seconds)
    _write(log, "finished", label)
    return label


@tool(run="process")
def pause_in_process(log: str, label: str, seconds: float) -> str:
    """Keep a process busy."""
    return pause_in_thread(log, label, seconds)


@tool
async def stop_slowly(log: str, label: str, seconds: float) -> str:
    """Wait for an hour; take so many seconds to stop when told to."""
    _write(log, "started", label)
    try:
        await asyncio.sleep(3_600)
    finally:
        await asyncio.sleep(seconds)
    return label
