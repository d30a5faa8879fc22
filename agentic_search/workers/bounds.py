"""The limits of a worker process: given by its pool, and set by the process for itself before it works."""

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import resource

_SESSION = Path("/proc/self/autogroup")
_ATTEMPTS = 10
_PAUSE = 0.1
"""Seconds: the kernel allows one change of a session's niceness in that time."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Windows has neither of them."""

    niceness: int = 0
    """How much it gives way to other processes, as `nice` counts it."""

    memory: int | None = None
    """Bytes that it may address; work that asks for more gets a MemoryError."""

    def impose(self) -> None:
        """Set them for this process, and for whatever it starts."""
        if sys.platform == "win32":
            return
        if self.niceness:
            os.nice(self.niceness)
            _set_session_niceness(self.niceness)
        if self.memory is not None:
            with suppress(OSError, ValueError):  # not every system has this limit
                resource.setrlimit(resource.RLIMIT_AS, (self.memory, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _set_session_niceness(niceness: int) -> None:
    """Linux schedules sessions before the processes in them, and a worker has a session of its own."""
    for _ in range(_ATTEMPTS):
        try:
            _SESSION.write_text(str(niceness))
        except BlockingIOError:
            time.sleep(_PAUSE)
        except OSError:
            return  # not every system has this
        else:
            return
