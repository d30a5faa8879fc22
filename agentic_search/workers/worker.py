"""One worker process, as the program that started it sees it: it takes an order and returns its ending, or WorkerDied.

Own code rather than ProcessPoolExecutor, which fails every call when one worker dies and cannot end a running call;
and asyncio's subprocess rather than multiprocessing, whose children import the program's main module first. Everything
arrives as a callback of the event loop, so nothing polls and no thread waits.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Self, cast

from agentic_search.workers.bounds import Bounds
from agentic_search.workers.ending import Ending, Raised, Returned
from agentic_search.workers.frames import Began, Message, Reported, Unpacker
from agentic_search.workers.progress import Sink

logger = logging.getLogger(__name__)

_PROGRAM = """
import sys
niceness, memory, *sys.path = sys.argv[1:]
from agentic_search.workers.bounds import Bounds
from agentic_search.workers.child import main
main(Bounds(int(niceness), int(memory) or None))
"""
_REAPING = 1.0
"""Seconds for the event loop to see a killed process end."""
_STDIN = 0
_STDOUT = 1


class WorkerDied(Exception):
    """The process ended and the work with it; the text says how, `began` whether it had the order by then."""

    def __init__(self, how: str, *, began: bool) -> None:
        super().__init__(how)
        self.began = began


class Worker(asyncio.SubprocessProtocol):
    """A process that does one piece of work at a time; started by `start`."""

    def __init__(self, on_end: "Callable[[Worker], object]") -> None:
        self._on_end = on_end
        self._unpacker = Unpacker()
        self._ended = asyncio.Event()
        self._answer: asyncio.Future[Ending] | None = None
        self._began = False
        self._on_progress: Sink | None = None
        self._transport: asyncio.SubprocessTransport | None = None
        self._is_killed = False
        self._why_killed = ""

    def __repr__(self) -> str:
        state = "working" if self._answer else "idle"
        return f"<Worker {self.pid}: {'ended' if self._ended.is_set() else state}>"

    @classmethod
    async def start(cls, bounds: Bounds, on_end: "Callable[[Worker], object]") -> Self:
        """A new process, which finds modules where this one does; `on_end` is called when it has ended.

        Raises OSError if the system cannot start it.
        """
        _, protocol = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(on_end),
            sys.executable,
            "-c",
            _PROGRAM,
            str(bounds.niceness),
            str(bounds.memory or 0),
            *sys.path,
            stderr=None,  # what the work prints goes where this program's log goes
            start_new_session=True,  # Ctrl-C reaches only this program, and a kill reaches what the work has started
        )
        return protocol

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self._transport.get_pid() if self._transport else None

    @property
    def is_alive(self) -> bool:
        """Whether it can take an order."""
        return not (self._is_killed or self._ended.is_set())

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._ended.is_set()

    async def perform(self, order: bytes, on_progress: Sink | None) -> Ending:
        """Have one order carried out; raises WorkerDied. When cancelled, the process is killed with its work."""
        if not self.is_alive:
            raise WorkerDied(self._how_it_ended(), began=False)
        self._began = False
        self._on_progress = on_progress
        answer = self._answer = asyncio.get_running_loop().create_future()
        try:
            self._write(order)
            return await answer
        finally:
            self._answer = self._on_progress = None
            if answer.cancelled():
                self.kill()

    def kill(self, why: str = "was ended by the service") -> None:
        """End the process, and every process that its work has started, at once; `why` is for the waiting caller."""
        if self._transport is None or not self.is_alive:
            return
        self._is_killed, self._why_killed = True, why
        # The transport is closed once the process is reaped: closing it now would race for the exit status.
        _kill(self._transport)

    async def gone(self) -> None:
        """Wait until a killed process has ended, a second at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_REAPING):
                await self._ended.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the process runs."""
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """asyncio: the process wrote something."""
        try:
            for message in self._unpacker.feed(data):
                self._take(message)
        except (ValueError, TypeError) as unreadable:
            logger.warning("%r is killed: its work wrote into its pipe (%s)", self, unreadable)
            self.kill("was ended by the service: its work wrote into its pipe")

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """asyncio: a pipe was closed, mostly because the process has ended; without its answers it is of no use."""
        if fd == _STDOUT:
            self.kill(why="")  # reported is how it ended

    def process_exited(self) -> None:
        """asyncio: the process has ended, though a process that it started may still hold its pipes."""
        self._ended.set()
        if self._transport is not None:
            _kill(self._transport)
            self._transport.close()
        self._on_end(self)
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(WorkerDied(self._how_it_ended(), began=self._began))

    def _take(self, message: Message) -> None:
        match message:
            case Began():
                self._began = True
            case Reported(progress, total, text):
                if self._on_progress is not None:
                    self._on_progress(progress, total, text)
            case Returned() | Raised():
                if self._answer is not None and not self._answer.done():
                    self._answer.set_result(message)

    def _write(self, order: bytes) -> None:
        if self._transport is None:
            raise AssertionError("a worker is made by start()")
        cast(asyncio.WriteTransport, self._transport.get_pipe_transport(_STDIN)).write(order)

    def _how_it_ended(self) -> str:
        if self._why_killed:
            return f"its worker process {self._why_killed}"
        status = self._transport.get_returncode() if self._transport else None
        if status is not None and status < 0:
            name = signal.Signals(-status).name if -status in set(signal.Signals) else str(-status)
            memory = ", perhaps for want of memory" if name == "SIGKILL" else ""
            return f"its worker process was ended by signal {name}{memory}"
        return f"its worker process exited with status {status}"


def _kill(transport: asyncio.SubprocessTransport) -> None:
    """Signal the process and all that it started in its session; Windows can only end the process."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            transport.kill()
        else:
            os.killpg(transport.get_pid(), signal.SIGKILL)
