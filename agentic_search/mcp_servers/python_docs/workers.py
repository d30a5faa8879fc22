"""A pool of low-priority processes that end at once with whoever started them, even if that one was killed."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from types import TracebackType

NICENESS = 10


class Workers:
    """Context manager; the processes start with the first work and end, whatever they are at, with the block."""

    def __init__(self, count: int) -> None:
        # A forked process would inherit the server's threads and locks, a spawned one inherits nothing.
        context = get_context("spawn")
        self._reader, self._lifeline = context.Pipe(duplex=False)
        self.pool = ProcessPoolExecutor(count, context, initializer=_begin, initargs=(self._reader,))

    def __enter__(self) -> ProcessPoolExecutor:
        return self.pool

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lifeline.close()
        self.pool.shutdown(wait=False, cancel_futures=True)
        self._reader.close()


def _begin(lifeline: Connection) -> None:
    """Runs first in each process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to answer
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    """The other end is open as long as the server lives and wants this process; nothing is ever sent."""
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(0)
