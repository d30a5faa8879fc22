"""Work for worker processes to do, well-behaved and not."""

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

from agentic_search.workers.ending import Ending, Raised, Returned
from agentic_search.workers.progress import Progress


def whoami() -> Ending:
    """The process."""
    return Returned(str(os.getpid()).encode())


def refuse(why: str) -> Ending:
    """Nothing, with a reason of its own."""
    return Raised(why)


def count(to: int, reporting: Progress) -> Ending:
    """Report each number."""
    for number in range(to):
        reporting.report(number, to, f"at {number}")
    return Returned(b"counted")


def chatter(text: str) -> Ending:
    """Print in every way there is, and read what is not there."""
    print(text)
    os.write(1, text.encode())
    subprocess.run([sys.executable, "-c", f"print({text!r})"], check=True)
    return Returned(sys.stdin.read().encode())


def hold(started: Path, child: bool = False) -> Ending:
    """Never end, alone or with a process of its own; write down who it is."""
    pids = [os.getpid()]
    if child:
        pids.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid)
    half = started.with_suffix(".half")
    half.write_text(" ".join(map(str, pids)))
    half.rename(started)
    while True:
        time.sleep(0.01)


def die(how: Literal["exit", "segfault", "raise", "leave"]) -> Ending:
    """End without an ending."""
    match how:
        case "exit":
            os._exit(3)
        case "segfault":
            ctypes.string_at(0)
        case "leave":
            sys.exit(4)
        case "raise":
            raise ValueError("not like this")
    return Returned(b"alive")


def eat(size: int) -> Ending:
    """Ask for this many bytes."""
    return Returned(str(len(bytearray(size))).encode())


def niceness() -> Ending:
    """Its niceness, and that of its session where the system has one."""
    weighed = Path("/proc/self/autogroup")
    session = weighed.read_text().split()[-1] if weighed.exists() else ""
    return Returned(f"{os.nice(0)} {session}".encode())


def nothing() -> None:
    """No ending at all."""
