"""A program whose runs tests control, and what its runs may do: end, fail, break down, be cancelled."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from agentic_search.domain.query import Query
from agentic_search.domain.run import RunUsage, Timings
from agentic_search.engine.protocols import Run
from agentic_search.errors import SearchFailed
from agentic_search.events.facts import RunCompleted, RunFailed, RunStarted

DONE = RunCompleted(status="completed", timings=Timings(), usage=RunUsage())
QUERY = Query(query="why?")
Script = Callable[[Run], Awaitable[None]]


class ScriptedProgram:
    """Emits that the run started, follows its script, ends."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        """What runs without a script wait for."""
        self.scripts: dict[str, Script] = {}
        self.began: list[str] = []
        self.cancelled: list[str] = []

    async def __call__(self, run: Run, query: Query) -> RunCompleted:
        """Carry out a run."""
        self.began.append(run.id)
        run.emit(RunStarted(query=query.query, thread_id=run.thread_id))
        try:
            await self.scripts.get(run.id, self._wait)(run)
        except asyncio.CancelledError:
            self.cancelled.append(run.id)
            raise
        return DONE

    async def _wait(self, _: Run) -> None:
        await self.go.wait()


async def do_nothing(_: Run) -> None: ...


async def fail(_: Run) -> None:
    raise SearchFailed("no tool")


async def break_down(_: Run) -> None:
    raise ZeroDivisionError("boom")


async def break_down_in_a_group(run: Run) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(break_down(run))


async def cancel_itself(_: Run) -> None:
    raise asyncio.CancelledError


async def end_itself(run: Run) -> None:
    run.emit(RunFailed(error="by itself"))


async def fail_when_cancelled(_: Run) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        raise SearchFailed("no tool")


async def return_when_cancelled(_: Run) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
