"""CPU-heavy functions, each call in a worker process: cancelling a call kills its process, which another replaces."""

import pickle
from collections.abc import Mapping
from typing import Any

from agentic_search.errors import ToolFailed
from agentic_search.tools.python import work
from agentic_search.tools.python.function import Function
from agentic_search.workers.ending import Ending
from agentic_search.workers.frames import Order, pack_order
from agentic_search.workers.pool import WorkerPool
from agentic_search.workers.progress import Sink
from agentic_search.workers.worker import WorkerDied


class InProcesses:
    """At most `most` worker processes at once; further calls wait for one to be idle."""

    def __init__(self, most: int) -> None:
        self.workers = WorkerPool(most)

    def busy(self) -> str:
        """Why a call cannot begin at once."""
        return "" if self.workers.has_place() else self.workers.full

    async def perform(self, function: Function, arguments: Mapping[str, Any], on_progress: Sink) -> Ending:
        """Send it to a worker; a worker that dies is this call's failure and no other's."""
        order = _packed(_order(function, arguments))
        try:
            return await self.workers.perform(order, on_progress)
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
