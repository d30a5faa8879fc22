"""What is deleted is gone for everybody at once, comes back when that is undone, and is gone for good later."""

import asyncio
import logging

import pytest

from agentic_search.database.address import DatabaseAddress
from agentic_search.domain.query import Query
from agentic_search.durable.kept_runs import KeptRuns
from agentic_search.engine.protocols import Run
from agentic_search.errors import NotFound, WrongState
from agentic_search.events.facts import AnswerCompleted, TaskCompleted
from agentic_search.history.deleting import UNDO_SECONDS, KeptBounds
from tests.contract.programs import QUERY, ScriptedProgram
from tests.history.opening import events, kept_runs, listed
from tests.support.clock import FakeClock


async def find(run: Run) -> None:
    """A large result, and an answer."""
    run.emit(TaskCompleted(id="t1", tool="rows", duration=1.0, result=[*[run.id[:1]] * 3_000]))
    run.emit(AnswerCompleted(answer=f"lamp {run.id}", html="", sources=()))


async def asked(engine: KeptRuns, program: ScriptedProgram, *run_ids: str, thread: str = "t") -> None:
    """Runs that have ended."""
    for run_id in run_ids:
        program.scripts[run_id] = find
        await engine.start(run_id, QUERY, thread_id=thread)
        await engine.ended(run_id)


async def rows(engine: KeptRuns) -> dict[str, int]:
    """How many rows each table has."""

    def count() -> dict[str, int]:
        with engine.recorder.database.transaction() as connection:
            return {
                name: connection.exec_driver_sql(f"SELECT count(*) FROM history_{name}").scalar_one()
                for name in ("threads", "runs", "bodies", "events", "results", "result_uses", "words")
            }

    return await asyncio.to_thread(count)


async def test_a_run_is_gone_until_that_is_undone(address: DatabaseAddress) -> None:
    program = ScriptedProgram()
    async with asyncio.timeout(30), kept_runs(address, program) as engine:
        await asked(engine, program, "a", "b")
        before = await events(engine, "a")
        deleted = await engine.history.delete_run("a")
        assert deleted.undo == "POST /runs/a/restore"
        assert await listed(engine) == await listed(engine, "lamp") == ["b"]
        assert (await engine.history.thread("t")).run_count == 1
        for ask in (engine.report, engine.ended, engine.history.delete_run):
            with pytest.raises(NotFound, match="'a'"):
                await ask("a")
        with pytest.raises(NotFound):
            await events(engine, "a")
        assert (await engine.history.restore_run("a")).answer == "lamp a"
        assert (await engine.history.restore_run("a")).answer == "lamp a"
        assert await listed(engine) == ["b", "a"]
        assert [event.wire for event in await events(engine, "a")] == [event.wire for event in before]
        with pytest.raises(NotFound, match="'nobody'"):
            await engine.history.restore_run("nobody")


async def test_a_conversation_is_gone_with_its_last_run_and_comes_back_with_either(address: DatabaseAddress) -> None:
    program = ScriptedProgram()
    async with asyncio.timeout(30), kept_runs(address, program) as engine:
        await asked(engine, program, "a", "b")
        await engine.history.delete_run("a")
        assert (await engine.history.thread("t")).run_count == 1
        await engine.history.delete_run("b")
        with pytest.raises(NotFound, match="'t'"):
            await engine.history.thread("t")
        assert (await engine.history.threads(None, limit=9)).threads == ()
        await engine.history.restore_run("a")
        assert [run.id for run in (await engine.history.thread("t")).runs] == ["a"]
        await engine.history.delete_run("a")
        assert [run.id for run in (await engine.history.restore_thread("t")).runs] == ["a"]
        await engine.history.delete_run("a")
        await asked(engine, program, "c")
        assert [run.id for run in (await engine.history.thread("t")).runs] == ["c"]


async def test_a_conversation_is_gone_with_its_runs_until_that_is_undone(address: DatabaseAddress) -> None:
    program = ScriptedProgram()
    async with asyncio.timeout(30), kept_runs(address, program) as engine:
        await asked(engine, program, "a", "b", "c")
        await asked(engine, program, "other", thread="u")
        await engine.history.delete_run("b")
        await engine.start("lives", QUERY, thread_id="t")
        with pytest.raises(WrongState, match="cancel"):
            await engine.history.delete_thread("t")
        program.go.set()
        await engine.ended("lives")
        deleted = await engine.history.delete_thread("t")
        assert deleted.undo == "POST /threads/t/restore"
        assert await listed(engine) == ["other"]
        assert [each.id for each in (await engine.history.threads("lamp", limit=9)).threads] == ["u"]
        for ask in (engine.history.thread, engine.history.delete_thread):
            with pytest.raises(NotFound, match="'t'"):
                await ask("t")
        restored = await engine.history.restore_thread("t")
        assert [run.id for run in restored.runs] == ["a", "c", "lives"]  # b was deleted by itself
        with pytest.raises(NotFound, match="'nobody'"):
            await engine.history.restore_thread("nobody")


async def test_what_was_deleted_is_gone_for_good_after_a_while(
    address: DatabaseAddress, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "agentic_search.history")
    clock, program = FakeClock(), ScriptedProgram()
    async with asyncio.timeout(30), kept_runs(address, program, clock=clock) as engine:
        await asked(engine, program, "a", "b")
        await asked(engine, program, "x", thread="u")
        await engine.history.delete_run("a")
        await engine.history.delete_thread("u")
        clock.advance(UNDO_SECONDS / 2)
        assert await engine.retention.sweep() == []
        clock.advance(UNDO_SECONDS)
        await engine.retention.sweep()
        with pytest.raises(NotFound, match="for good"):
            await engine.history.restore_run("a")
        with pytest.raises(NotFound, match="for good"):
            await engine.history.restore_thread("u")
        left = await rows(engine)
        assert {name: left[name] for name in ("threads", "runs", "bodies", "results", "result_uses", "words")} == {
            "threads": 1,
            "runs": 1,
            "bodies": 1,
            "results": 1,
            "result_uses": 1,
            "words": 1,
        }
        state = await engine.history.state()
        assert (state.runs, state.deleted, state.error) == (1, {"user": 2}, None)
    assert "2 searches of " in caplog.text and "deleted by somebody" in caplog.text


@pytest.mark.parametrize(
    ("bounds", "left", "why"),
    [
        (KeptBounds(days=0, runs=2, bytes=10**9), ["r5", "r4"], "count"),
        (KeptBounds(days=0, runs=100, bytes=1), ["r5"], "bytes"),
        (KeptBounds(days=2, runs=100, bytes=10**9), ["r5", "r4"], "age"),
        (KeptBounds(days=0, runs=100, bytes=10**9), [f"r{number}" for number in range(5, -1, -1)], None),
    ],
)
async def test_what_is_too_much_goes_and_is_told(
    bounds: KeptBounds, left: list[str], why: str | None, address: DatabaseAddress, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "agentic_search.history")
    clock, program = FakeClock(), ScriptedProgram()
    async with asyncio.timeout(30), kept_runs(address, program, clock=clock, bounds=bounds, in_memory=1) as engine:
        for number in range(6):
            await asked(engine, program, f"r{number}")
            await engine.retention.sweep()
            clock.advance(20 * 3_600)
        await engine.retention.sweep()
        assert await listed(engine) == left
        state = await engine.history.state()
        assert state.deleted == ({why: 6 - len(left)} if why else {})
        assert (await rows(engine))["results"] == 1  # all have the same
    told = {"age": "DAYS", "count": "RUNS", "bytes": "BYTES", None: "no such line"}[why]
    assert (f"AGENTIC_SEARCH_HISTORY_{told}" in caplog.text) == (why is not None)


async def test_a_new_question_brings_a_deleted_conversation_back_without_its_old_ones(address: DatabaseAddress) -> None:
    program = ScriptedProgram()
    async with asyncio.timeout(30), kept_runs(address, program) as engine:
        await asked(engine, program, "a")
        await engine.history.delete_thread("t")
        given: list[int] = []

        async def look(run: Run) -> None:
            given.append(len(run.earlier))

        program.scripts["b"] = look
        await engine.start("b", Query(query="and now?"), thread_id="t")
        await engine.ended("b")
        assert given == [0]
        assert [run.id for run in (await engine.history.thread("t")).runs] == ["b"]
