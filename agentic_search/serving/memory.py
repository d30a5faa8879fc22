"""Gives memory back to the system that large results or many clients took for a while.

What is freed, glibc keeps for the next time. It gives back what it is asked to, wherever whole pages are free: within
0.1 ms where there is nothing, 50 ms for 200 MB. Elsewhere than on Linux with glibc this does nothing.
"""

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path

_GROWTH = 1.05
"""Of the least memory that was seen; less is not worth asking."""


class MemoryReturn:
    """Asked now and then, by one thread at a time."""

    def __init__(self) -> None:
        self._trim = _malloc_trim()
        self._least: int | None = None

    def give_back(self) -> None:
        """Give back what is free, where the process has grown."""
        if self._trim is None:
            return
        now = _resident_pages()
        self._least = min(now, self._least or now)
        if now > self._least * _GROWTH:
            self._trim(0)


def _malloc_trim() -> Callable[[int], int] | None:
    if sys.platform != "linux":
        return None
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim


def _resident_pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])
