"""What this process has taken of the machine so far: CPU time and memory."""

import sys
import time
from pathlib import Path

from agentic_search.clock import SystemClock

_STATUS = Path("/proc/self/status")
"""Linux: what the process is, a line a fact, sizes in kB."""


_clock = SystemClock()
_BEGAN = _clock.now()


def uptime_seconds() -> float:
    """Since the process began, but for the time that its first imports took."""
    return _clock.now() - _BEGAN


def cpu_seconds() -> float:
    """CPU time of all its threads, without its children's."""
    return time.process_time()


def memory_bytes() -> int | None:
    """Memory that it holds now; None where the system does not tell it without a library."""
    return _from_status("VmRSS")


def peak_memory_bytes() -> int | None:
    """The most memory that it has held; None where the system does not tell."""
    return _from_status("VmHWM") or _from_usage()


def _from_status(name: str) -> int | None:
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    value = next((line.split()[1] for line in lines if line.startswith(f"{name}:")), None)
    return None if value is None else int(value) * 1024


def _from_usage() -> int | None:
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - Windows has no such module

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
