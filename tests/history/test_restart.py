"""After a restart everything that has ended is as it was, and what was under way has ended, with what it had found."""

import asyncio
from pathlib import Path

import pytest
from pydantic import JsonValue

from agentic_search.database.address import DatabaseAddress, database_address
from agentic_search.database.database import open_database
from agentic_search.domain.answer import Source
from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.plan import Task
from agentic_search.engine.protocols import Run
from agentic_search.errors import NotFound, WrongState
from agentic_search.events.facts import AnswerCompleted, AnswerDelta, PlanTask, TaskCompleted, TaskStarted
from tests.contract.programs import QUERY, ScriptedProgram, do_nothing
from tests.history.opening import events, kept_runs, listed
from tests.support.postgres import RunningPostgres

LARGE: JsonValue = [{"row": number, "text": "größer \ud83d"} for number in range(2_000)]


async def answer(run: Run) -> None:
    """All that is large or odd, and an answer."""
    run.emit(PlanTask(task=Task(id="t1", tool="rows", purpose="find")))
    run.emit(TaskStarted(id="t1", tool="rows", server="s", attempt=1))
    run.emit(TaskCompleted(id="t1", tool="rows", duration=1.0, result=LARGE))
    for number in range(150):
        run.emit(AnswerDelta(text=f"word{number} "))
    source = Source(id=1, title="Lamps", url="https://example.org", snippet="…", task_id="t1")
    run.emit(AnswerCompleted(answer=f"The answer to {run.id} [1].", html="<p>…</p>", sources=(source,)))


async def test_what_has_ended_is_as_it_was(lasting: DatabaseAddress) -> None:
    program = ScriptedProgram()
    program.scripts["a"] = answer
    async with asyncio.timeout(30), kept_runs(lasting, program) as engine:
        await engine.start("a", QUERY, thread_id="t")
        before, told = await engine.ended("a"), await events(engine, "a")
        summaries = [*await engine.summaries()]
    for _ in range(2):
        async with asyncio.timeout(30), kept_runs(lasting, program) as engine:
            kept = await engine.report("a")
            assert kept.model_copy(update={"tasks": ()}) == before.model_copy(update={"tasks": ()})
            assert kept.tasks[0].result == [{"row": number, "text": "größer \ufffd"} for number in range(2_000)]
            assert [event.wire for event in await events(engine, "a")] == [event.wire for event in told]
            for after in (1, 77, len(told) - 1, len(told)):
                assert [event.seq for event in await events(engine, "a", after=after)] == [
                    event.seq for event in told[after:]
                ]
                assert await engine.has_no_more("a", after=after) == (after == len(told))
            assert [*await engine.summaries()] == summaries
            assert (await engine.task("a", "t1")).status == "completed"
            with pytest.raises(NotFound, match="'t2'"):
                await engine.task("a", "t2")
            with pytest.raises(WrongState, match="has ended"):
                await engine.decide("a", "t1", Decision(allowed=True))
            await engine.cancel("a", by="user")
            assert (await engine.ended("a")).status == "completed"


async def test_a_run_of_another_process_that_lives_is_left_alone(postgres: RunningPostgres) -> None:
    address = database_address(postgres.new_database(), data=Path())
    program = ScriptedProgram()
    async with asyncio.timeout(30), kept_runs(address, program) as one:
        await one.start("a", QUERY, thread_id="t")
        async with kept_runs(address, program) as other:
            assert await listed(other) == ["a"]
            assert (await other.report("a")).status in {"queued", "running"}
            program.go.set()
            assert (await one.ended("a")).status == "completed"
            assert (await other.report("a")).status == "completed"


async def test_a_conversation_goes_on(lasting: DatabaseAddress) -> None:
    given: list[list[tuple[str, str, int]]] = []

    async def look(run: Run) -> None:
        given.append([(turn.query, turn.answer, len(turn.sources)) for turn in run.earlier])

    program = ScriptedProgram()
    program.scripts |= {"a": answer, "other": do_nothing, "b": look, "c": look}
    async with asyncio.timeout(30), kept_runs(lasting, program, in_memory=1) as engine:
        for run_id, thread in (("a", "t"), ("other", "u")):
            await engine.start(run_id, QUERY, thread_id=thread)
            await engine.ended(run_id)
        await engine.start("b", QUERY, thread_id="t")
        await engine.ended("b")
    async with asyncio.timeout(30), kept_runs(lasting, program) as engine:
        await engine.start("c", QUERY, thread_id="t")
        await engine.ended("c")
    first = ("why?", "The answer to a [1].", 1)
    assert given == [[first], [first, ("why?", "", 0)]]


async def test_results_that_are_equal_are_stored_once(lasting: DatabaseAddress) -> None:
    program = ScriptedProgram()
    program.scripts |= dict.fromkeys("abc", answer)
    async with asyncio.timeout(30), kept_runs(lasting, program) as engine:
        for run_id in "abc":
            await engine.start(run_id, QUERY, thread_id="t")
            await engine.ended(run_id)
    database = open_database(lasting)
    with database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM history_results").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM history_result_uses").scalar() == 3
    database.close()


async def test_what_another_version_has_kept_costs_itself_alone(lasting: DatabaseAddress) -> None:
    program = ScriptedProgram()
    program.scripts |= dict.fromkeys("ab", answer)
    async with asyncio.timeout(30), kept_runs(lasting, program) as engine:
        for run_id in "ab":
            await engine.start(run_id, QUERY, thread_id="t")
            await engine.ended(run_id)
    database = open_database(lasting)
    with database.transaction() as connection:
        first = "(SELECT number FROM history_runs WHERE id = 'a')"
        bad = "x'00'" if database.is_sqlite else "'x'"
        connection.exec_driver_sql(f"UPDATE history_bodies SET report = {bad}, turn = {bad} WHERE run = {first}")
    database.close()
    async with asyncio.timeout(30), kept_runs(lasting, program) as engine:
        assert await listed(engine) == ["b", "a"]
        assert (await engine.report("b")).status == "completed"
        with pytest.raises(Exception, match="another version"):
            await engine.report("a")
        program.scripts["c"] = do_nothing
        await engine.start("c", QUERY, thread_id="t")
        assert (await engine.ended("c")).status == "completed"


async def test_a_conversation_is_opened_with_its_newest_runs_whole_but_for_results(lasting: DatabaseAddress) -> None:
    program = ScriptedProgram()
    program.scripts |= {"a": answer, "b": answer, "c": answer}
    async with asyncio.timeout(30), kept_runs(lasting, program) as engine:
        for run_id in ("a", "b"):
            await engine.start(run_id, QUERY, thread_id="t")
            await engine.ended(run_id)
    program.scripts["d"] = do_nothing
    async with asyncio.timeout(30), kept_runs(lasting, program) as engine:
        for run_id in ("c", "d"):  # the last of them perhaps not written yet
            await engine.start(run_id, QUERY, thread_id="t")
            await engine.ended(run_id)
        opened = await engine.history.conversation("t", limit=3)
        assert [run.id for run in opened.runs] == ["d", "c", "b"]
        assert (opened.title, opened.run_count) == (QUERY.query, 4)
        for run in opened.runs[1:]:
            whole = await engine.report(run.id)
            assert run == whole.brief() and run.tasks[0].result is None and run.size == 0
            assert run.html == "<p>…</p>" and run.course is not None
            assert run.course.tasks["t1"].ended_at is not None
        rest = await engine.history.conversation("t", limit=3, cursor=opened.next_cursor)
        assert ([run.id for run in rest.runs], rest.next_cursor) == (["a"], None)
        with pytest.raises(NotFound, match="no conversation"):
            await engine.history.conversation("nobody", limit=3)
