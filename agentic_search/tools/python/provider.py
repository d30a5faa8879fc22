"""Functions as a provider of the tool pool: each call runs in the executor that its function asks for."""

import asyncio
import logging
import os
from collections.abc import Sequence

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.receipt.contacts import Contact
from agentic_search.domain.spending import spending_of_run
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ServerUnavailable, ToolFailed, ToolTimeout
from agentic_search.tools.provider import Offer
from agentic_search.tools.python.declaration import Where
from agentic_search.tools.python.executors import Executor, InProcesses, InThreads, OnLoop
from agentic_search.tools.python.function import SERVER, Function
from agentic_search.tools.results.content import read_large_json
from agentic_search.workers.ending import Ending, Raised

logger = logging.getLogger(__name__)

MOST_THREADS = 32
"""Blocking calls at once, calls that were given up and still run included."""

MOST_PROCESSES = 2 * (os.cpu_count() or 1)
"""Twice the cores: with one process a core, three equal calls on two cores take the time of four."""


class FunctionTools:
    """The functions named in the configuration; `run` owns the worker processes."""

    name = SERVER
    is_settled = True
    is_shareable = True

    def __init__(
        self, functions: Sequence[Function], *, threads: int = MOST_THREADS, processes: int = MOST_PROCESSES
    ) -> None:
        """`threads` and `processes`: how many there may be at once."""
        self.offer = Offer(SERVER, tuple(function.tool for function in functions))
        self._functions = {function.name: function for function in functions}
        self._processes = InProcesses(processes)
        self._executors: dict[Where, Executor] = {
            "loop": OnLoop(),
            "thread": InThreads(threads),
            "process": self._processes,
        }
        self._closed = asyncio.Event()

    def __repr__(self) -> str:
        return f"<FunctionTools: {len(self._functions)} functions, {self._processes.workers!r}>"

    @property
    def pids(self) -> frozenset[int]:
        """The worker processes that there are now."""
        return self._processes.workers.pids

    def status(self) -> ServerStatus:
        """Ready until closed."""
        closed = self._closed.is_set()
        return ServerStatus(
            name=SERVER,
            status="unavailable" if closed else "ready",
            transport="python",
            tools=len(self._functions),
            error="the service is closing" if closed else None,
        )

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call a function once, for at most `timeout` seconds, the wait for a free thread or process included.

        When cancelled: an `async def` is cancelled, a process is killed, a thread runs on to its own end. Raises
        ServerUnavailable, ToolTimeout or ToolFailed.
        """
        if self._closed.is_set():
            raise ServerUnavailable("the service is closing")
        function = self._functions.get(tool.remote_name)
        if function is None:
            raise ToolFailed(f"there is no function {tool.remote_name!r}")
        ending = await self._perform(function, arguments, timeout, on_progress)
        if (spending := spending_of_run.get()) is not None:  # what it asks of others it does not say
            spending.contact(Contact(host="", server=SERVER, elsewhere=None))
        if isinstance(ending, Raised):
            logger.warning("%s failed: %s", function.name, ending.why)
            logger.info("%s: the whole error\n%s", function.name, ending.trace)
            raise ToolFailed(ending.why)
        return await read_large_json(ending.body, tool, arguments)

    async def run(self) -> None:
        """Keep the worker processes until closed, then end them."""
        try:
            await self._closed.wait()
        finally:
            self._closed.set()
            await self._processes.close()

    def close(self, owner: asyncio.Task[None]) -> None:
        """End `run`."""
        self._closed.set()

    async def _perform(
        self, function: Function, arguments: JsonObject, timeout: float, on_progress: OnProgress
    ) -> Ending:
        executor = self._executors[function.run]
        given = function.signature.read(arguments)
        waited = executor.busy()
        try:
            async with asyncio.timeout(timeout):
                return await executor.perform(function, given, on_progress)
        except TimeoutError as error:
            why = f"; {waited} when it came" if waited else ""
            raise ToolTimeout(f"{function.name} took longer than {timeout:g} s{why}") from error
        except asyncio.CancelledError as error:
            if _is_cancelled():
                raise
            raise ToolFailed("CancelledError: the function cancelled itself") from error


def _is_cancelled() -> bool:
    """Whether somebody wants the current task to end, rather than its work having raised by itself."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
