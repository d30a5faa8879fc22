"""What only the engine in memory does: it keeps so many ended runs, and can be read when it has been left."""

import asyncio

from agentic_search.clock import SystemClock
from agentic_search.engine.memory import MemoryEngine
from agentic_search.engine.protocols import Run
from agentic_search.events.facts import TaskCompleted
from tests.contract.programs import QUERY, ScriptedProgram, do_nothing


async def test_only_so_many_ended_runs_are_kept_and_living_ones_always() -> None:
    program = ScriptedProgram()
    engine = MemoryEngine(program, clock=SystemClock(), max_concurrent=8, max_queued=8, max_kept=2)
    async with asyncio.timeout(10), engine:
        await engine.start("alive", QUERY, thread_id="t")
        for number in range(5):
            program.scripts[f"r{number}"] = do_nothing
            await engine.start(f"r{number}", QUERY, thread_id="t")
            await engine.ended(f"r{number}")
        await engine.start("last", QUERY, thread_id="t")
        assert [run.id for run in await engine.summaries()] == ["last", "r4", "alive"]


async def test_the_engine_can_be_read_when_it_has_been_left() -> None:
    program = ScriptedProgram()
    engine = MemoryEngine(program, clock=SystemClock(), max_concurrent=1, max_queued=8, max_kept=8)
    async with asyncio.timeout(10), engine:
        await engine.start("a", QUERY, thread_id="t")
        await engine.start("b", QUERY, thread_id="t")
        await asyncio.sleep(0)
    assert [(run.id, run.status) for run in await engine.summaries()] == [("b", "cancelled"), ("a", "cancelled")]
    assert program.cancelled == ["a"]


async def test_ended_runs_that_take_too_many_bytes_are_forgotten_but_the_newest() -> None:
    program = ScriptedProgram()
    async with (
        asyncio.timeout(10),
        MemoryEngine(
            program, clock=SystemClock(), max_concurrent=8, max_queued=8, max_kept=8, max_kept_bytes=250_000
        ) as engine,
    ):
        await engine.start("small", QUERY, thread_id="t")
        for number in range(5):
            program.scripts[f"r{number}"] = find_much
            await engine.start(f"r{number}", QUERY, thread_id="t")
            await engine.ended(f"r{number}")
            await asyncio.sleep(0)
        assert [run.id for run in await engine.summaries()] == ["r4", "r3", "small"]
        program.scripts["huge"] = find_much_more
        await engine.start("huge", QUERY, thread_id="t")
        assert (await engine.ended("huge")).status == "completed"
        await asyncio.sleep(0)
        assert [run.id for run in await engine.summaries()] == ["huge", "small"]


async def find_much(run: Run) -> None:
    run.emit(TaskCompleted(id="t1", tool="find", duration=0.1, attempts=1, result="lamp " * 20_000))


async def find_much_more(run: Run) -> None:
    run.emit(TaskCompleted(id="t1", tool="find", duration=0.1, attempts=1, result="lamp " * 200_000))
