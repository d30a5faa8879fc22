"""The graph's program, loaded when somebody is there who may ask: an idle service needs none of it.

LangGraph and what plans and writes take a third of the start, and 35 MB.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from agentic_search.domain.query import Query
from agentic_search.engine.protocols import Program, Run
from agentic_search.events.facts import RunCompleted

if TYPE_CHECKING:
    from agentic_search.graph.build import TraceRun
    from agentic_search.graph.context import RunContext


class LateProgram:
    """What a run does; the first one waits for it to be loaded, where `prepare` has not been called before."""

    def __init__(self, context_of: "Callable[[Run, Query], RunContext]", trace: "TraceRun | None" = None) -> None:
        self._context_of = context_of
        self._trace = trace
        self._loading: asyncio.Future[Program] | None = None

    async def __call__(self, run: Run, query: Query) -> RunCompleted:
        """Carry the run out."""
        program = await asyncio.shield(self.prepare())  # which others wait for as well
        return await program(run, query)

    def prepare(self) -> asyncio.Future[Program]:
        """Begin to load it where nobody has, or that failed, in a thread: requests are answered meanwhile."""
        if self._loading is None or _has_failed(self._loading):
            self._loading = asyncio.get_running_loop().run_in_executor(None, self._build)
        return self._loading

    def close(self) -> None:
        """Wait for it no longer."""
        if self._loading is not None:
            self._loading.cancel()

    def _build(self) -> Program:
        from agentic_search.graph.build import build_program  # noqa: PLC0415 - see above

        return build_program(self._context_of, self._trace)


def _has_failed(loading: asyncio.Future[Program]) -> bool:
    return loading.done() and (loading.cancelled() or loading.exception() is not None)
