"""Blocking functions, each call in a thread of its own; endings come back to the event loop.

A thread cannot be ended from outside. When its call is given up the waiter leaves at once and the result is dropped;
the thread keeps its place until it ends by itself, so that there are never more than `most` of them. They are daemon
threads: none of them holds up the end of the service, as a ThreadPoolExecutor's would.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from threading import Thread
from typing import Any

from agentic_search.errors import ToolFailed
from agentic_search.tools.python.function import Function
from agentic_search.tools.python.work import perform
from agentic_search.workers.ending import Ending
from agentic_search.workers.progress import Progress, Sink


class InThreads:
    """At most `most` threads at once; further calls wait for one to end."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._places = asyncio.Semaphore(most)
        self._given_up = 0

    def busy(self) -> str:
        """Why a call cannot begin at once."""
        if not self._places.locked():
            return ""
        return f"all {self._most} threads were busy, {self._given_up} of them with calls that were given up"

    async def perform(self, function: Function, arguments: Mapping[str, Any], on_progress: Sink) -> Ending:
        """Call it in a thread, in a copy of the caller's context."""
        await self._places.acquire()
        loop, context = asyncio.get_running_loop(), copy_context()
        answer: asyncio.Future[Ending] = loop.create_future()
        progress = Progress(lambda done, total, text: _on_loop(loop, deliver, done, total, text))

        def deliver(done: float, total: float | None, text: str) -> None:
            if progress.is_open:
                context.copy().run(on_progress, done, total, text)

        def work() -> None:
            given = {**arguments, **dict.fromkeys(function.signature.progress, progress)}
            _on_loop(loop, self._end, answer, context.run(perform, function.call, given))

        self._start(function.name, work)
        try:
            return await answer
        finally:
            progress.close()
            self._given_up += answer.cancelled()

    def _start(self, name: str, work: Callable[[], None]) -> None:
        try:
            Thread(target=work, name=f"function {name}", daemon=True).start()
        except RuntimeError as error:
            self._places.release()
            raise ToolFailed(f"no thread could be started: {error}") from error

    def _end(self, answer: asyncio.Future[Ending], ending: Ending) -> None:
        self._places.release()
        if answer.cancelled():
            self._given_up -= 1
        elif not answer.done():
            answer.set_result(ending)


def _on_loop(loop: asyncio.AbstractEventLoop, callback: Callable[..., None], *told: Any) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(callback, *told)
