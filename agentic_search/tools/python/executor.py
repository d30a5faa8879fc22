"""Where functions run: a function and its arguments flow in, an ending flows out; and the event loop as one place."""

from collections.abc import Mapping
from typing import Any, Protocol

from agentic_search.tools.python.function import Function
from agentic_search.tools.python.work import perform_async
from agentic_search.workers.ending import Ending
from agentic_search.workers.progress import Progress, Sink


class Place(Protocol):
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
            return await perform_async(
                function.call, {**arguments, **dict.fromkeys(function.signature.progress, progress)}
            )
        finally:
            progress.close()
