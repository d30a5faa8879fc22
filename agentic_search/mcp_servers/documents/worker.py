"""Bytes → a document, in a process of its own: a file that hangs, crashes or eats memory takes only that one down."""

import asyncio
import faulthandler
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from anyio import BrokenWorkerProcess, CapacityLimiter, to_process

from agentic_search.mcp_servers.documents.kinds import Kind
from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable

PATIENCE = 60
"""Seconds for one file; longer than a parser grants itself."""

MEMORY = 2 * 1024**3
"""Bytes that a parser process may use."""

PROCESSES = 2
"""One for the indexing, one for somebody who waits for a page."""


if sys.platform != "win32":
    import resource


class Parser:
    """Starts its processes when there is something to parse; they end with the event loop, or with this process.

    Each loads the program's main file under another name, so that file must do nothing when it is merely loaded.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._places = CapacityLimiter(PROCESSES)
        self._turns = asyncio.Semaphore(PROCESSES)

    async def parse(self, kind: Kind, data: bytes) -> Document:
        """Raises Unreadable."""
        async with self._turns:
            try:
                return await self._try(kind, data)
            except BrokenWorkerProcess:
                pass  # an idle process may have been ended from outside: once more tells
            try:
                return await self._try(kind, data)
            except BrokenWorkerProcess as error:
                raise Unreadable("its parser crashed") from error

    async def _try(self, kind: Kind, data: bytes) -> Document:
        try:
            async with asyncio.timeout(self._patience):
                return await to_process.run_sync(_parse, kind, data, cancellable=True, limiter=self._places)
        except TimeoutError as error:
            raise Unreadable(f"its parser was stopped after {self._patience:g} s") from error


def _parse(kind: Kind, data: bytes) -> Document:
    """Runs in the parser process, which alone loads the parsers; the supervisor of whatever they may do."""
    _limit_memory()
    # The process ends itself if it is left alone with a file that never ends.
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(PATIENCE + 5, exit=True, file=nowhere)
        try:
            return import_module("agentic_search.mcp_servers.documents.parsing.parse").parse(kind, data)
        except Unreadable:
            raise
        except MemoryError as error:
            raise Unreadable("it needs too much memory") from error
        except Exception as error:
            raise Unreadable(f"its parser failed: {error or type(error).__name__}") from error
        finally:
            faulthandler.cancel_dump_traceback_later()


def _limit_memory() -> None:
    if sys.platform != "win32":
        with suppress(OSError, ValueError):  # not every system has this limit
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
