"""A process whose runs are kept in the database that its argument names, until it is killed; stdout tells what it does.

Lines: `started ID` when a run is accepted, `seen ID SEQ KIND` for an event that a listener got, `ended ID STATUS`.
"""

import asyncio
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

from agentic_search.clock import SystemClock
from agentic_search.database.address import database_address
from agentic_search.database.database import open_database
from agentic_search.domain.plan import Task
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunUsage, Timings
from agentic_search.durable.kept_runs import KeptRuns
from agentic_search.engine.memory import MemoryEngine
from agentic_search.engine.protocols import Run
from agentic_search.events.facts import AnswerDelta, PlanTask, RunCompleted, RunStarted, TaskCompleted, TaskStarted
from agentic_search.history.deleting import KeptBounds

AT_ONCE = 8
"""Runs, of which half wait in the queue."""


async def write(run: Run, query: Query) -> RunCompleted:
    """A task, and some ten events, one every few milliseconds."""
    run.emit(RunStarted(query=query.query, thread_id=run.thread_id))
    run.emit(PlanTask(task=Task(id="t1", tool="rows")))
    run.emit(TaskStarted(id="t1", tool="rows", server="s", attempt=1))
    run.emit(TaskCompleted(id="t1", tool="rows", duration=0.0, result=[*[run.id] * 1_000]))
    for number in range(10):
        run.emit(AnswerDelta(text=f"{run.id} {number} "))
        await asyncio.sleep(0.003)
    return RunCompleted(status="completed", timings=Timings(), usage=RunUsage())


def tell(*words: object) -> None:
    """One line; nothing of it waits in this process."""
    print(*words, flush=True)


async def runs_for_ever(engine: KeptRuns, name: str) -> None:
    """One run after another, each followed to its end."""
    number = 0
    while True:
        number += 1
        run_id = f"{name}-{number}"
        await engine.start(run_id, Query(query=f"{run_id}?"), thread_id=name)
        tell("started", run_id)
        async for events in engine.follow(run_id):
            for event in events:
                tell("seen", run_id, event.seq, event.fact.kind)
        tell("ended", run_id, (await engine.ended(run_id)).status)


async def main(url: str, prefix: str) -> None:
    """Begin runs under names of `prefix` until somebody kills the process."""
    clock = SystemClock()
    make = partial(MemoryEngine, clock=clock, max_concurrent=AT_ONCE // 2, max_queued=AT_ONCE, max_kept=10, holds=True)
    bounds = KeptBounds(days=0, runs=100_000, bytes=1_000_000_000)
    with closing(open_database(database_address(url, data=Path()))) as database:
        async with KeptRuns(database, write, make, clock=clock, bounds=bounds) as engine, asyncio.TaskGroup() as group:
            for number in range(AT_ONCE):
                group.create_task(runs_for_ever(engine, f"{prefix}.{number}"))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
