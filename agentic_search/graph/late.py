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
    """What a run does; the first one waits for it to be loaded, where `load` has not been called before."""

    def __init__(self, context_of: "Callable[[Run, Query], RunContext]", trace: "TraceRun | None" = None) -> None:
        self._context_of = context_of
        self._trace = trace
        self._program: Program | None = None
        self._loading = asyncio.Lock()

    async def __call__(self, run: Run, query: Query) -> RunCompleted:
        """Carry the run out."""
        return await (self._program or await self.load())(run, query)

    async def load(self) -> Program:
        """Load it, in a thread: requests are answered meanwhile."""
        async with self._loading:
            if self._program is None:
                self._program = await asyncio.to_thread(self._build)
            return self._program

    def _build(self) -> Program:
        from agentic_search.graph.build import build_program  # noqa: PLC0415 - see above

        return build_program(self._context_of, self._trace)
