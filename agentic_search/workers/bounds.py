"""How far a worker process may go: told by its pool, and set by the process for itself before it works."""

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
"""Seconds: the kernel lets one session be changed in that time."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Windows knows neither of them."""

    niceness: int = 0
    """How far it stands back behind other processes, as `nice` counts it."""

    memory: int | None = None
    """Bytes that it may address; work that asks for more gets a MemoryError."""

    def impose(self) -> None:
        """On this process, and whatever it starts."""
        if sys.platform == "win32":
            return
        if self.niceness:
            os.nice(self.niceness)
            _stand_back(self.niceness)
        if self.memory is not None:
            with suppress(OSError, ValueError):  # not every system has this limit
                resource.setrlimit(resource.RLIMIT_AS, (self.memory, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _stand_back(niceness: int) -> None:
    """Linux weighs sessions before it weighs the processes in them, and a worker has a session of its own."""
    for _ in range(_ATTEMPTS):
        try:
            _SESSION.write_text(str(niceness))
        except BlockingIOError:
            time.sleep(_PAUSE)
        except OSError:
            return  # not this system's way
        else:
            return
