"""Where functions run: on the event loop, in threads of this process, or in worker processes."""

import asyncio
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import Any, Protocol

from agentic_search.errors import ToolFailed
from agentic_search.tools.python import work
from agentic_search.tools.python.function import Function
from agentic_search.workers.ending import Ending
from agentic_search.workers.frames import Order, pack_order
from agentic_search.workers.pool import WorkerPool
from agentic_search.workers.progress import Progress, Sink
from agentic_search.workers.worker import WorkerDied


class Executor(Protocol):
    """The event loop, threads or processes."""

    def busy(self) -> str:
        """Why a call cannot begin at once; empty where it can."""
        ...

    async def perform(self, function: Function, arguments: Mapping[str, Any], on_progress: Sink) -> Ending:
        """Make one call; raises ToolFailed where it could not be made or was lost. May be cancelled at any time."""
        ...


class OnLoop:
    """`async def` functions, in the task that calls them: cancelling it cancels them."""

    def busy(self) -> str:
        """Never."""
        return ""

    async def perform(self, function: Function, arguments: Mapping[str, Any], on_progress: Sink) -> Ending:
        """Await it here."""
        progress = Progress(on_progress)
        try:
            return await work.perform_async(
                function.call, {**arguments, **dict.fromkeys(function.signature.progress, progress)}
            )
        finally:
            progress.close()


class InThreads:
    """Blocking functions, each call in a thread of its own, at most `most` at once; further calls wait for one to end.

    A thread cannot be ended from outside. When its call is given up the waiter leaves at once and the result is
    dropped; the thread keeps its slot until it ends by itself. They are daemon threads: none of them holds up the end
    of the service, as a ThreadPoolExecutor's would.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._slots = asyncio.Semaphore(most)
        self._given_up = 0

    def busy(self) -> str:
        """Why a call cannot begin at once."""
        if not self._slots.locked():
            return ""
        return f"all {self._most} threads were busy, {self._given_up} of them with calls that were given up"

    async def perform(self, function: Function, arguments: Mapping[str, Any], on_progress: Sink) -> Ending:
        """Call it in a thread, in a copy of the caller's context."""
        await self._slots.acquire()
        loop, context = asyncio.get_running_loop(), copy_context()
        answer: asyncio.Future[Ending] = loop.create_future()
        progress = Progress(lambda done, total, text: _on_loop(loop, deliver, done, total, text))

        def deliver(done: float, total: float | None, text: str) -> None:
            if progress.is_open:
                context.copy().run(on_progress, done, total, text)

        def run() -> None:
            given = {**arguments, **dict.fromkeys(function.signature.progress, progress)}
            _on_loop(loop, self._end, answer, context.run(work.perform, function.call, given))

        self._start(function.name, run)
        try:
            return await answer
        finally:
            progress.close()
            self._given_up += answer.cancelled()

    def _start(self, name: str, run: Callable[[], None]) -> None:
        try:
            Thread(target=run, name=f"function {name}", daemon=True).start()
        except RuntimeError as error:
            self._slots.release()
            raise ToolFailed(f"no thread could be started: {error}") from error

    def _end(self, answer: asyncio.Future[Ending], ending: Ending) -> None:
        self._slots.release()
        if answer.cancelled():
            self._given_up -= 1
        elif not answer.done():
            answer.set_result(ending)


class InProcesses:
    """CPU-heavy functions, at most `most` worker processes at once; further calls wait for one to be idle.

    Cancelling a call kills its process, which another replaces.
    """

    def __init__(self, most: int) -> None:
        self.workers = WorkerPool(most)

    def busy(self) -> str:
        """Why a call cannot begin at once."""
        return "" if self.workers.has_free_slot() else self.workers.why_waiting

    async def perform(self, function: Function, arguments: Mapping[str, Any], on_progress: Sink) -> Ending:
        """Send it to a worker; a worker that dies is this call's failure and no other's."""
        order, context = _packed(_order(function, arguments)), copy_context()
        try:
            return await self.workers.perform(order, partial(context.run, on_progress))
        except WorkerDied as death:
            when = "in the middle of the call" if death.began else "before it could begin"
            raise ToolFailed(f"{death}, {when}") from death
        except OSError as error:
            raise ToolFailed(f"no worker process could be started: {error}") from error

    async def close(self) -> None:
        """End every process, whatever it is at."""
        await self.workers.close()


def _order(function: Function, arguments: Mapping[str, Any]) -> Order:
    called: dict[str, Any] = {
        "module": function.module,
        "name": function.name,
        "arguments": dict(arguments),
        "progress_parameters": function.signature.progress,
    }
    return Order(work.__name__, work.perform_named.__name__, called, progress="progress")


def _packed(order: Order) -> bytes:
    try:
        return pack_order(order)
    except (pickle.PicklingError, AttributeError, TypeError, RecursionError) as problem:
        raise ToolFailed(f"its arguments cannot be sent to a process: {problem}") from problem


def _on_loop(loop: asyncio.AbstractEventLoop, callback: Callable[..., None], *arguments: Any) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(callback, *arguments)
