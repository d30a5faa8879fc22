"""What every engine does, whatever it keeps runs in: one suite over all implementations of `Engine` and `Run`."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Protocol

import pytest

from agentic_search.clock import Clock, SystemClock
from agentic_search.database.address import DatabaseAddress, database_address
from agentic_search.database.database import open_database
from agentic_search.domain.outcome import Outcome, Skipped
from agentic_search.domain.plan import Task
from agentic_search.domain.query import ContinuedQuery
from agentic_search.domain.run import RunStatus
from agentic_search.durable.kept_runs import KeptRuns
from agentic_search.engine.memory import MemoryEngine
from agentic_search.engine.protocols import Engine, Program, Run
from agentic_search.errors import NotFound, Overloaded, WrongState
from agentic_search.events.event import Event
from agentic_search.events.facts import AnswerDelta, PlanTask, RunCancelled, TaskCompleted
from agentic_search.history.deleting import KeptBounds
from tests.contract.programs import (
    QUERY,
    Script,
    ScriptedProgram,
    break_down,
    break_down_in_a_group,
    cancel_itself,
    do_nothing,
    end_itself,
    fail,
    fail_when_cancelled,
    return_when_cancelled,
)
from tests.support.clock import FakeClock


class OpenEngine(Protocol):
    """Opens an engine that carries out `program`."""

    def __call__(
        self, program: Program, *, clock: Clock = ..., max_concurrent: int = ..., max_queued: int = ...
    ) -> AbstractAsyncContextManager[Engine]: ...


class MakeEngine(Protocol):
    """Makes an engine that carries out `program`."""

    def __call__(
        self, program: Program, *, clock: Clock, max_concurrent: int, max_queued: int
    ) -> AbstractAsyncContextManager[Engine]: ...


def memory(
    program: Program, *, clock: Clock, max_concurrent: int, max_queued: int
) -> AbstractAsyncContextManager[Engine]:
    """The engine that keeps runs in memory."""
    return MemoryEngine(program, clock=clock, max_concurrent=max_concurrent, max_queued=max_queued, max_kept=100)


def kept(address: DatabaseAddress, *, elsewhere: bool = False) -> "MakeEngine":
    """The same, with its runs kept in a database: what has ended is asked of that as soon as may be.

    `elsewhere`: it carries out none, and a second one beside it does.
    """

    @asynccontextmanager
    async def opened(
        program: Program, *, clock: Clock, max_concurrent: int, max_queued: int
    ) -> AsyncGenerator[Engine, None]:
        def make(carried_out: Program) -> MemoryEngine:
            return MemoryEngine(
                carried_out, clock=clock, max_concurrent=max_concurrent, max_queued=max_queued, max_kept=1
            )

        async with AsyncExitStack() as stack:

            async def open_one(*, takes_runs: bool) -> Engine:
                database = stack.enter_context(closing(open_database(address)))
                bounds = KeptBounds(days=0, runs=100, bytes=10_000_000)
                return await stack.enter_async_context(
                    KeptRuns(
                        database,
                        program,
                        make,
                        clock=clock,
                        bounds=bounds,
                        max_queued=max_queued,
                        takes_runs=takes_runs,
                    )
                )

            engine = await open_one(takes_runs=True)
            yield (await open_one(takes_runs=False)) if elsewhere else engine

    return opened


ENGINES = ["memory", "kept in memory", "kept in SQLite", "kept in Postgres", "elsewhere"]


@pytest.fixture(params=ENGINES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> OpenEngine:
    """Each implementation, opened for ten seconds at most."""
    make: MakeEngine = memory
    if request.param in {"kept in Postgres", "elsewhere"}:
        address = database_address(request.getfixturevalue("postgres").new_database(), data=tmp_path)
        make = kept(address, elsewhere=request.param == "elsewhere")
    elif request.param != "memory":
        make = kept(database_address("" if request.param == "kept in SQLite" else "memory:", data=tmp_path))

    @asynccontextmanager
    async def opened(
        program: Program, *, clock: Clock | None = None, max_concurrent: int = 8, max_queued: int = 8
    ) -> AsyncGenerator[Engine, None]:
        engine = make(program, clock=clock or SystemClock(), max_concurrent=max_concurrent, max_queued=max_queued)
        async with asyncio.timeout(10), engine as running:
            yield running

    return opened


@pytest.fixture
def program() -> ScriptedProgram:
    """What the engine's runs do."""
    return ScriptedProgram()


async def events(engine: Engine, run_id: str, *, after: int = 0, live: bool = True) -> list[Event]:
    """All events above a number, to the end, or those so far."""
    return [event async for come in engine.follow(run_id, after=after, live=live) for event in come]


async def kinds(engine: Engine, run_id: str, *, live: bool = True) -> list[str]:
    """The kinds of all its events, without that it waits: where others carry it out, each run does."""
    return [kind for event in await events(engine, run_id, live=live) if (kind := event.fact.kind) != "run.queued"]


async def reached(engine: Engine, run_id: str, *, seq: int = 1) -> None:
    """Wait for the run's event of this number, not counting that it waits in the queue."""
    async for come in engine.follow(run_id):
        seq += come[0].fact.kind == "run.queued"
        if come[-1].seq >= seq:
            return


async def test_a_run_ends_with_what_its_program_returns(opened: OpenEngine, program: ScriptedProgram) -> None:
    async with opened(program) as engine:
        assert await engine.start("a", QUERY, thread_id="t") in {"queued", "running"}
        await reached(engine, "a")
        running = await engine.report("a")
        assert (running.id, running.thread_id, running.query, running.status) == ("a", "t", "why?", "running")
        assert await kinds(engine, "a", live=False) == ["run.started"]
        program.go.set()
        assert (await engine.ended("a")).status == "completed"
        assert await engine.ended("a") == await engine.report("a")
        assert await kinds(engine, "a", live=False) == ["run.started", "run.completed"]
        assert await kinds(engine, "a") == ["run.started", "run.completed"]


async def test_a_run_goes_on_when_nobody_follows_it(opened: OpenEngine, program: ScriptedProgram) -> None:
    async with opened(program) as engine:
        await engine.start("a", QUERY, thread_id="t")
        listener = asyncio.ensure_future(kinds(engine, "a"))
        await reached(engine, "a")
        listener.cancel()
        program.go.set()
        assert (await engine.ended("a")).status == "completed"
        assert await kinds(engine, "a") == ["run.started", "run.completed"]


@pytest.mark.parametrize(
    ("script", "status", "code", "error"),
    [
        (do_nothing, "completed", None, ""),
        (fail, "failed", "run_failed", "no tool"),
        (break_down, "failed", "internal", "fault in the service"),
        (break_down_in_a_group, "failed", "internal", "fault in the service"),
        (cancel_itself, "cancelled", None, ""),
        (end_itself, "failed", "run_failed", "by itself"),
    ],
)
async def test_whatever_a_program_does_its_run_ends_with_one_terminal_event_and_no_other_run_does(
    opened: OpenEngine, program: ScriptedProgram, script: Script, status: RunStatus, code: str | None, error: str
) -> None:
    program.scripts["a"] = script
    async with opened(program) as engine:
        await engine.start("a", QUERY, thread_id="t")
        await engine.start("other", QUERY, thread_id="t")
        report = await engine.ended("a")
        assert (report.status, report.error_code) == (status, code)
        assert error in (report.error or "")
        assert await kinds(engine, "a") == ["run.started", f"run.{status}"]
        await reached(engine, "other")
        assert (await engine.report("other")).status == "running"
        program.go.set()
        assert (await engine.ended("other")).status == "completed"


@pytest.mark.parametrize(
    ("script", "status"), [(None, "cancelled"), (fail_when_cancelled, "failed"), (return_when_cancelled, "completed")]
)
async def test_cancelling_reaches_the_program_and_ends_the_run_once(
    opened: OpenEngine, program: ScriptedProgram, script: Script | None, status: RunStatus
) -> None:
    if script is not None:
        program.scripts["a"] = script
    async with opened(program) as engine:
        await engine.start("a", QUERY, thread_id="t")
        await reached(engine, "a")
        for _ in range(3):
            await engine.cancel("a", by="user")
        assert (await engine.ended("a")).status == status
        assert await kinds(engine, "a") == ["run.started", f"run.{status}"]
        before = await engine.report("a")
        await engine.cancel("a", by="user")
        assert await engine.report("a") == before
    assert program.cancelled == (["a"] if script is None else [])


async def test_a_cancelled_run_says_who_asked_first(opened: OpenEngine, program: ScriptedProgram) -> None:
    async with opened(program, max_concurrent=1) as engine:
        for run_id in ("running", "waiting"):
            await engine.start(run_id, QUERY, thread_id="t")
        await reached(engine, "running")
        for run_id in ("waiting", "running"):
            for by in ("user", "shutdown"):
                await engine.cancel(run_id, by=by)
            assert [event.fact for event in await events(engine, run_id)][-1].message == "🛑 Stopped"


async def test_a_run_cancelled_before_its_first_step_ends_too(opened: OpenEngine, program: ScriptedProgram) -> None:
    async with opened(program) as engine:
        await engine.start("a", QUERY, thread_id="t")
        await engine.cancel("a", by="user")
        assert (await engine.ended("a")).status == "cancelled"
        assert await kinds(engine, "a") in (["run.cancelled"], ["run.started", "run.cancelled"])  # it may have begun


async def test_a_run_emits_nothing_after_its_end(opened: OpenEngine, program: ScriptedProgram) -> None:
    seen: list[Run] = []

    async def remember(run: Run) -> None:
        seen.append(run)

    program.scripts["a"] = remember
    async with opened(program) as engine:
        await engine.start("a", QUERY, thread_id="t")
        await engine.ended("a")
        for fact in (AnswerDelta(text="late"), RunCancelled(by="user")):
            seen[0].emit(fact)
        assert await kinds(engine, "a") == ["run.started", "run.completed"]
        assert (await engine.report("a")).status == "completed"


async def test_runs_beyond_the_limit_wait_in_order_and_beyond_the_queue_are_turned_away(
    opened: OpenEngine, program: ScriptedProgram
) -> None:
    async with opened(program, max_concurrent=1, max_queued=2) as engine:
        for run_id in "abc":
            await engine.start(run_id, QUERY, thread_id="t")
            await reached(engine, "a")
        with pytest.raises(Overloaded, match="1 searches run and 2 wait"):
            await engine.start("d", QUERY, thread_id="t")
        assert (await engine.report("c")).status == "queued"
        await engine.cancel("b", by="user")
        program.go.set()
        assert (await engine.ended("c")).status == "completed"
        assert [event.fact.kind for event in await events(engine, "b")] == ["run.queued", "run.cancelled"]
        with pytest.raises(NotFound):
            await engine.report("d")
    assert program.began == ["a", "c"]


async def test_a_run_that_is_cancelled_gives_its_slot_to_another(opened: OpenEngine, program: ScriptedProgram) -> None:
    async with opened(program, max_concurrent=1, max_queued=1) as engine:
        for run_id in "ab":
            await engine.start(run_id, QUERY, thread_id="t")
            await reached(engine, "a")
        await engine.cancel("b", by="user")
        await engine.start("c", QUERY, thread_id="t")
        await reached(engine, "a")
        await engine.cancel("a", by="user")
        await reached(engine, "c")
        assert await engine.start("d", QUERY, thread_id="t") == "queued"
    assert program.began == ["a", "c"]


async def test_a_run_is_timed_from_when_it_left_the_queue(opened: OpenEngine, program: ScriptedProgram) -> None:
    clock = FakeClock()
    elapsed: list[float] = []

    async def measure(run: Run) -> None:
        clock.advance(2)
        elapsed.append(run.elapsed)

    program.scripts["b"] = measure
    async with opened(program, clock=clock, max_concurrent=1) as engine:
        for run_id in "ab":
            await engine.start(run_id, QUERY, thread_id="t")
        await reached(engine, "a")
        clock.advance(5)
        program.go.set()
        await engine.ended("b")
        assert [(event.seq, event.at) for event in await events(engine, "b")] == [(1, 0), (2, 0), (3, 2)]
        assert [event.at for event in await events(engine, "a")][-2:] == [0, 5]
    assert elapsed == [2]


@pytest.mark.parametrize("opened", ["memory", "kept in memory", "kept in SQLite"], indirect=True)
async def test_leaving_the_engine_ends_what_runs_and_what_waits(opened: OpenEngine, program: ScriptedProgram) -> None:
    async with asyncio.TaskGroup() as group, opened(program, max_concurrent=1) as engine:
        for run_id in "ab":
            await engine.start(run_id, QUERY, thread_id="t")
        listeners = [group.create_task(kinds(engine, run_id)) for run_id in "ab"]
        waiting = group.create_task(engine.ended("a"))
        await reached(engine, "a")
    assert [listener.result() for listener in listeners] == [
        ["run.started", "run.cancelled"],
        ["run.cancelled"],
    ]
    assert waiting.result().status == "cancelled"
    assert (program.began, program.cancelled) == (["a"], ["a"])


@pytest.mark.parametrize("after", [0, 2, 3, 4, 99])
async def test_following_replays_what_came_after_a_number_and_goes_on_live(
    opened: OpenEngine, program: ScriptedProgram, after: int
) -> None:
    halfway = asyncio.Event()

    async def write(run: Run) -> None:
        for text in ("one", "two"):
            run.emit(AnswerDelta(text=text))
        halfway.set()
        await program.go.wait()
        run.emit(AnswerDelta(text="three"))

    program.scripts["a"] = write
    async with opened(program) as engine, asyncio.TaskGroup() as group:
        await engine.start("a", QUERY, thread_id="t")
        await halfway.wait()
        listeners = [group.create_task(events(engine, "a", after=after)) for _ in range(3)]
        await reached(engine, "a")
        program.go.set()
        live = [await listener for listener in listeners]
        told = await events(engine, "a")
        assert [event.seq for event in told] == [*range(1, len(told) + 1)]
        assert await kinds(engine, "a") == ["run.started", *["answer.delta"] * 3, "run.completed"]
        assert live == [told[after:]] * 3
        assert await events(engine, "a", after=after) == told[after:]


async def test_a_task_is_read_as_far_as_it_has_come(opened: OpenEngine, program: ScriptedProgram) -> None:
    async def work(run: Run) -> None:
        run.emit(PlanTask(task=Task(id="t1", tool="x", purpose="find")))
        await program.go.wait()
        run.emit(TaskCompleted(id="t1", tool="x", duration=1, result={"rows": [1]}))

    program.scripts["a"] = work
    async with opened(program) as engine:
        await engine.start("a", QUERY, thread_id="t")
        await reached(engine, "a", seq=2)
        assert (await engine.task("a", "t1")).status == "queued"
        program.go.set()
        await engine.ended("a")
        task = await engine.task("a", "t1")
        assert (task.status, task.purpose, task.result) == ("completed", "find", {"rows": [1]})
        assert (await engine.report("a")).tasks == (task,)
        with pytest.raises(NotFound, match="'t2'"):
            await engine.task("a", "t2")


async def test_summaries_are_of_every_run_newest_first(opened: OpenEngine, program: ScriptedProgram) -> None:
    async with opened(program, max_concurrent=2) as engine:
        assert [*await engine.summaries()] == []
        program.scripts["a"] = do_nothing
        for number, run_id in enumerate("abcd"):
            await engine.start(run_id, QUERY, thread_id=f"t{number}")
        await engine.ended("a")
        await reached(engine, "c")
        assert [(run.id, run.thread_id, run.status, run.query) for run in await engine.summaries()] == [
            ("d", "t3", "queued", "why?"),
            ("c", "t2", "running", "why?"),
            ("b", "t1", "running", "why?"),
            ("a", "t0", "completed", "why?"),
        ]


async def test_a_run_is_given_what_was_asked_before_it_in_its_conversation(
    opened: OpenEngine, program: ScriptedProgram
) -> None:
    given: list[list[str]] = []

    async def look(run: Run) -> None:
        given.append([turn.query for turn in run.earlier])

    program.scripts |= dict.fromkeys(("b", "other", "last"), look) | {"a": do_nothing, "failed": fail}
    async with opened(program, max_concurrent=2) as engine:
        for run_id, thread in (("a", "t"), ("failed", "t"), ("b", "t"), ("other", "u")):
            await engine.start(run_id, QUERY.model_copy(update={"query": f"{run_id}?"}), thread_id=thread)
            await engine.ended(run_id)
        assert given == [["a?", "failed?"], []]
        await engine.start("lives", QUERY, thread_id="t")
        await engine.forget("failed")
        await engine.start("last", QUERY, thread_id="t")
        await engine.ended("last")
    assert given[-1] == ["a?", "b?"]


async def test_a_run_that_has_ended_is_forgotten_and_no_other(opened: OpenEngine, program: ScriptedProgram) -> None:
    async with opened(program, max_concurrent=1) as engine:
        for run_id in "ab":
            await engine.start(run_id, QUERY, thread_id="t")
        await reached(engine, "a")
        for run_id in "ab":
            with pytest.raises(WrongState, match="cancel"):
                await engine.forget(run_id)
        program.go.set()
        await engine.ended("a")
        await engine.ended("b")
        await engine.forget("a")
        assert [run.id for run in await engine.summaries()] == ["b"]
        for ask in ASK:
            with pytest.raises(NotFound, match="'a'"):
                await ask(engine, "a")


ASK: list[Callable[[Engine, str], Awaitable[object]]] = [
    lambda engine, run_id: engine.report(run_id),
    lambda engine, run_id: engine.task(run_id, "t1"),
    lambda engine, run_id: engine.ended(run_id),
    lambda engine, run_id: engine.cancel(run_id, by="user"),
    lambda engine, run_id: engine.forget(run_id),
    events,
]


@pytest.mark.parametrize("ask", ASK)
async def test_a_run_that_was_never_started_is_not_found(
    opened: OpenEngine, program: ScriptedProgram, ask: Callable[[Engine, str], Awaitable[object]]
) -> None:
    async with opened(program) as engine:
        with pytest.raises(NotFound, match="'nobody'"):
            await ask(engine, "nobody")


async def test_what_was_asked_is_known_and_of_a_run_that_went_on_not_what_it_kept(
    opened: OpenEngine, program: ScriptedProgram
) -> None:
    program.scripts |= dict.fromkeys(("one", "two"), do_nothing)
    kept: dict[str, Outcome] = {"t1": Skipped(task_id="t1", because="x")}
    again = ContinuedQuery(query="Q?", of="one", understood="Q?", kept=kept, tools=("a*",))
    async with opened(program) as engine:
        await engine.start("one", QUERY, thread_id="t")
        await engine.start("two", again, thread_id="t")
        await engine.ended("one")
        await engine.ended("two")
        assert await engine.query("one") == QUERY
        asked = await engine.query("two")
        assert (asked.query, asked.tools) == ("Q?", ("a*",)) and not getattr(asked, "kept", None)
        with pytest.raises(NotFound):
            await engine.query("three")
