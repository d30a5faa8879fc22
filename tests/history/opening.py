"""Opens the engine that keeps its runs, as a start and a restart of the service do."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial

from agentic_search.clock import Clock, SystemClock
from agentic_search.database.address import DatabaseAddress
from agentic_search.database.database import open_database
from agentic_search.domain.history import RunFilter
from agentic_search.durable.kept_runs import KeptRuns
from agentic_search.engine.memory import MemoryEngine
from agentic_search.engine.protocols import Program
from agentic_search.events.event import Event
from agentic_search.history.deleting import KeptBounds

UNBOUNDED = KeptBounds(days=0, runs=1_000_000, bytes=1_000_000_000)


@asynccontextmanager
async def kept_runs(
    address: DatabaseAddress,
    program: Program,
    *,
    clock: Clock | None = None,
    bounds: KeptBounds = UNBOUNDED,
    in_memory: int = 100,
    at_once: int = 8,
) -> AsyncGenerator[KeptRuns, None]:
    """The engine, open; leaving it and opening another one on the same address is a restart."""
    clock = clock or SystemClock()
    make = partial(MemoryEngine, clock=clock, max_concurrent=at_once, max_queued=100, max_kept=in_memory, holds=True)
    with closing(open_database(address)) as database:
        async with KeptRuns(database, program, make, clock=clock, bounds=bounds) as engine:
            yield engine


async def events(engine: KeptRuns, run_id: str, *, after: int = 0) -> list[Event]:
    """All events above a number, to the end."""
    return [event async for some in engine.follow(run_id, after=after) for event in some]


async def first_events(engine: KeptRuns, run_id: str, count: int) -> list[Event]:
    """The run's first events, as they come."""
    seen: list[Event] = []
    async for some in engine.follow(run_id):
        seen += some
        if len(seen) >= count:
            break
    return seen


async def listed(
    engine: KeptRuns, text: str | None = None, *, thread_id: str | None = None, limit: int = 100
) -> Sequence[str]:
    """The ids of the runs that are found, newest first."""
    chosen = RunFilter(thread_id=thread_id, text=text)
    return [run.id for run in (await engine.history.list(chosen, limit=limit)).runs]
