"""Gives memory back to the system that large results or many clients took for a while.

What is freed, glibc keeps for the next time, unless it had pages of its own: large blocks are given such pages. Of the
rest it gives back what it is asked to, wherever whole pages are free, which takes 0.1 ms where there is nothing. Its
heaps are few, for what they reserve fills an address space that is limited. Before it is asked, objects that refer to
each other in a circle must be freed: anyio leaves such in every stream whose client leaves. All objects are looked at
here alone, and now and then: Python would do it in the middle of reading a large result, several times, for up to half
a second each. Elsewhere than on Linux with glibc no memory is given back.
"""

import ctypes
import gc
import sys

import anyio

from agentic_search.process_use import memory_bytes

_GROWTH = 1.05
"""Of the least memory that was seen; less is not worth asking."""
_M_MMAP_THRESHOLD = -3
"""glibc's name in `mallopt` for the least bytes of a block with pages of its own; left alone, it grows to 32 MB."""
_LARGE = 256 * 1024
_M_ARENA_MAX = -8
"""glibc's name in `mallopt` for how many heaps the threads share; left alone, each thread reserves 64 MB."""
_HEAPS = 2
_NEW = 5_000
"""Objects after which gc looks at the new ones. A search makes thousands and drops them: 700 cost a tenth of it."""
_MIDDLE = 20
"""Times, after which it looks at those that have stayed, too."""
_NEVER = 1_000_000
_MIDDLE_GENERATION = 1
"""Of gc: with it go the tracebacks of cancelled tasks, which hold what is older."""
_PAUSE = 10.0
"""Seconds at least from one look at all objects to the next."""
_SHARE = 0.015
"""Of the time that these looks may take at most."""


def collect_rarely() -> None:
    """Have gc look at all objects only when MemoryReturn tells it to."""
    gc.set_threshold(_NEW, _MIDDLE, _NEVER)


class MemoryReturn:
    """Asked now and then, in the thread of the event loop."""

    def __init__(self) -> None:
        self._libc = _glibc()
        self._least: int | None = None
        self._all_due = 0.0
        if self._libc is not None:
            self._libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
            self._libc.mallopt(_M_ARENA_MAX, _HEAPS)

    def give_back(self) -> None:
        """Give back what is free, where the process has grown."""
        now = memory_bytes() or 0
        self._least = min(now, self._least or now)
        if now > self._least * _GROWTH or now == 0:
            self._collect()
            if self._libc is not None:
                self._libc.malloc_trim(0)

    def _collect(self) -> None:
        began = anyio.current_time()
        if began < self._all_due:
            gc.collect(_MIDDLE_GENERATION)
            return
        gc.collect()
        self._all_due = began + max(_PAUSE, (anyio.current_time() - began) / _SHARE)


def _glibc() -> ctypes.CDLL | None:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    return libc if hasattr(libc, "malloc_trim") else None
