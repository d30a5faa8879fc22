"""The engine in memory: every run ends with one terminal event, queued and cancelled as asked, gone when forgotten."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.query import Query
from agentic_search.domain.run import Timings, Usage
from agentic_search.engine.memory import MemoryEngine
from agentic_search.engine.protocols import Run
from agentic_search.errors import NotFound, Overloaded, SearchFailed, WrongState
from agentic_search.events.facts import RunCompleted, RunStarted

DONE = RunCompleted(status="completed", timings=Timings(), usage=Usage())
QUERY = Query(query="why?")


class Stage:
    """A program that waits for the test, or does what it is told."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.began: list[str] = []
        self.cancelled: list[str] = []
        self.behaviours: dict[str, Callable[[], Awaitable[object]]] = {}

    async def __call__(self, run: Run, query: Query) -> RunCompleted:
        """Tell that the run began, behave, end."""
        self.began.append(run.id)
        run.emit(RunStarted(query=query.query, thread_id=run.thread_id))
        try:
            await self.behaviours.get(run.id, self.go.wait)()
        except asyncio.CancelledError:
            self.cancelled.append(run.id)
            raise
        return DONE


@asynccontextmanager
async def opened(stage: Stage, **limits: int) -> AsyncGenerator[MemoryEngine, None]:
    """An engine for that program."""
    bounds = {"max_concurrent": 8, "max_queued": 8, "max_kept": 8, **limits}
    async with asyncio.timeout(10), MemoryEngine(stage, clock=SystemClock(), **bounds) as engine:
        yield engine


async def kinds(engine: MemoryEngine, run_id: str) -> list[str]:
    """The kinds of all its events, to the end."""
    return [event.fact.kind async for event in engine.follow(run_id)]


async def test_a_run_goes_on_when_nobody_follows_it() -> None:
    stage = Stage()
    async with opened(stage) as engine:
        await engine.start("a", QUERY, thread_id="t")
        listener = asyncio.ensure_future(kinds(engine, "a"))
        await asyncio.sleep(0)
        listener.cancel()
        stage.go.set()
        assert (await engine.ended("a")).status == "completed"
        assert await kinds(engine, "a") == ["run.started", "run.completed"]


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (SearchFailed("no tool"), "run_failed", "no tool"),
        (ZeroDivisionError("boom"), "internal", "fault in the service"),
    ],
)
async def test_a_program_that_raises_ends_its_run_with_a_failure_and_no_other(
    error: Exception, code: str, text: str
) -> None:
    stage = Stage()

    async def fail() -> None:
        raise error

    async with opened(stage) as engine:
        stage.behaviours["bad"] = fail
        await engine.start("bad", QUERY, thread_id="t")
        await engine.start("good", QUERY, thread_id="t")
        report = await engine.ended("bad")
        assert (report.status, report.error_code) == ("failed", code)
        assert text in (report.error or "")
        stage.go.set()
        assert (await engine.ended("good")).status == "completed"


async def test_a_run_that_is_cancelled_before_its_first_step_ends_too() -> None:
    stage = Stage()
    async with opened(stage) as engine:
        await engine.start("a", QUERY, thread_id="t")
        await engine.cancel("a", by="user")
        assert (await engine.ended("a")).status == "cancelled"
        assert await kinds(engine, "a") == ["run.cancelled"]
    assert stage.began == []


async def test_cancelling_reaches_the_program_and_is_told_once() -> None:
    stage = Stage()
    async with opened(stage) as engine:
        await engine.start("a", QUERY, thread_id="t")
        await asyncio.sleep(0)
        for _ in range(3):
            await engine.cancel("a", by="user")
        assert (await engine.ended("a")).status == "cancelled"
        assert await kinds(engine, "a") == ["run.started", "run.cancelled"]
        await engine.cancel("a", by="user")
    assert stage.cancelled == ["a"]


async def test_runs_beyond_the_limit_wait_in_order_and_beyond_the_queue_are_turned_away() -> None:
    stage = Stage()
    async with opened(stage, max_concurrent=1, max_queued=2) as engine:
        for run_id in "abc":
            await engine.start(run_id, QUERY, thread_id="t")
        with pytest.raises(Overloaded, match="1 searches run and 2 wait"):
            await engine.start("d", QUERY, thread_id="t")
        assert (await engine.report("c")).status == "queued"
        await engine.cancel("b", by="user")
        stage.go.set()
        assert (await engine.ended("c")).status == "completed"
        assert await kinds(engine, "b") == ["run.cancelled"]
    assert stage.began == ["a", "c"]


async def test_leaving_the_engine_ends_what_lives_and_what_waits() -> None:
    stage = Stage()
    async with opened(stage, max_concurrent=1) as engine:
        await engine.start("a", QUERY, thread_id="t")
        await engine.start("b", QUERY, thread_id="t")
        await asyncio.sleep(0)
    assert [(run.id, run.status) for run in await engine.summaries()] == [("b", "cancelled"), ("a", "cancelled")]
    assert stage.cancelled == ["a"]


async def test_only_so_many_ended_runs_are_kept_and_living_ones_always() -> None:
    stage = Stage()
    async with opened(stage, max_kept=2) as engine:
        await engine.start("alive", QUERY, thread_id="t")
        for number in range(5):
            stage.behaviours[f"r{number}"] = lambda: asyncio.sleep(0)
            await engine.start(f"r{number}", QUERY, thread_id="t")
            await engine.ended(f"r{number}")
        await engine.start("last", QUERY, thread_id="t")
        assert [run.id for run in await engine.summaries()] == ["last", "r4", "alive"]


async def test_an_unknown_run_is_not_found_and_a_living_one_is_not_forgotten() -> None:
    stage = Stage()
    async with opened(stage) as engine:
        await engine.start("a", QUERY, thread_id="t")
        with pytest.raises(WrongState, match="cancel"):
            await engine.forget("a")
        stage.go.set()
        await engine.ended("a")
        await engine.forget("a")
        for ask in (engine.report("a"), engine.cancel("a", by="user"), engine.forget("a"), kinds(engine, "a")):
            with pytest.raises(NotFound, match="'a'"):
                await ask
