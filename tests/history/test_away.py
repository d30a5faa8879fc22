"""While the database cannot be written runs go on and end, that is told, and they are written when it is back."""

import asyncio
import logging
import random
import resource
import string
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from agentic_search.database.address import database_address
from agentic_search.durable.kept_runs import KeptRuns
from agentic_search.engine.protocols import Run
from agentic_search.errors import StorageFailed
from agentic_search.events.facts import AnswerDelta
from agentic_search.events.record import RunRecord
from agentic_search.history import recorder
from agentic_search.history.writing import RunDraft
from tests.contract.programs import QUERY, ScriptedProgram, do_nothing
from tests.history.opening import events, first_events, kept_runs, listed
from tests.support.postgres import RunningPostgres


@contextmanager
def nothing_can_be_written(folder: Path) -> Generator[None]:
    """No file may grow beyond what the journal has now; SQLite is told so as of a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (folder / "runs.sqlite-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it; the test's own time limit ends that."""
    while not condition():  # noqa: ASYNC110 - it is of other tasks and threads, which know of no event
        await asyncio.sleep(0.01)


async def until_written(engine: KeptRuns) -> None:
    """Wait until nothing waits to be written."""
    await until(lambda: not engine.recorder.drafts)


def a_program() -> ScriptedProgram:
    """Run `a` writes much when it may go on, `new` ends at once."""
    program = ScriptedProgram()

    async def write(run: Run) -> None:
        await program.go.wait()
        for number in range(50):
            run.emit(AnswerDelta(text="".join(random.Random(number).choices(string.printable, k=5_000))))

    program.scripts |= {"a": write, "new": do_nothing}
    return program


async def test_a_full_disk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "agentic_search.history")
    address, program = database_address("", data=tmp_path), a_program()
    async with asyncio.timeout(60), kept_runs(address, program) as engine:
        await engine.start("a", QUERY, thread_id="t")
        await first_events(engine, "a", 1)
        await until_seen(engine, "a")
        with nothing_can_be_written(tmp_path):
            program.go.set()
            assert (await engine.ended("a")).status == "completed"
            told = await events(engine, "a")
            assert len(told) == 52
            await engine.start("new", QUERY, thread_id="t")
            assert (await engine.ended("new")).status == "completed"
            await until(lambda: engine.history.trouble is not None)
            state = await engine.history.state()
            assert state.unwritten == 2 and state.lost == 0
            assert state.error is not None and str(tmp_path) in state.error
            assert await listed(engine) == ["new", "a"]
        await until_written(engine)
        assert engine.history.trouble is None
    messages = [record.message.partition(":")[0].partition(" in ")[0] for record in caplog.records]
    assert messages == ["searches cannot be kept for now", "searches are kept again"]
    async with asyncio.timeout(30), kept_runs(address, program) as engine:
        assert [event.wire for event in await events(engine, "a")] == [event.wire for event in told]
        assert await listed(engine) == ["new", "a"]


async def until_seen(engine: KeptRuns, run_id: str) -> None:
    """Wait until the run has its row and its first event in the database."""
    draft = engine.recorder.drafts[run_id]
    await until(lambda: draft.begun and not draft.events)


async def test_postgres_goes_away_and_comes_back(own_postgres: RunningPostgres) -> None:
    address, program = database_address(own_postgres.new_database(), data=Path()), a_program()
    async with asyncio.timeout(60), kept_runs(address, program, in_memory=10) as engine:
        await engine.start("a", QUERY, thread_id="t")
        await first_events(engine, "a", 1)
        own_postgres.stop()
        program.go.set()
        assert (await engine.ended("a")).status == "completed"
        await engine.start("new", QUERY, thread_id="t")
        assert (await engine.ended("new")).status == "completed"
        with pytest.raises(StorageFailed, match="Postgres at"):
            await listed(engine)
        own_postgres.start()
        await until_written(engine)
        assert await listed(engine) == ["new", "a"]
    async with asyncio.timeout(30), kept_runs(address, program) as engine:
        assert len(await events(engine, "a")) == 52
        assert (await engine.report("new")).status == "completed"


async def test_what_may_change_something_waits_until_postgres_has_noted_it(own_postgres: RunningPostgres) -> None:
    """Else another process, which has taken the run over, may do it once more."""
    address, program = database_address(own_postgres.new_database(), data=Path()), ScriptedProgram()
    noted = asyncio.Event()

    async def note(run: Run) -> None:
        await program.go.wait()
        run.journal.put("begun", True)
        await run.journal.kept()
        noted.set()

    program.scripts["a"] = note
    async with asyncio.timeout(60), kept_runs(address, program) as engine:
        await engine.start("a", QUERY, thread_id="t")
        own_postgres.stop()
        program.go.set()
        await until(lambda: engine.recorder.failure is not None)
        assert not noted.is_set()
        own_postgres.start()
        assert (await engine.ended("a")).status == "completed"
        assert noted.is_set()


async def test_what_waits_too_long_is_said_to_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recorder, "_MOST_UNWRITTEN", 50_000)
    address, program = database_address("", data=tmp_path), a_program()
    program.go.set()
    async with asyncio.timeout(60), kept_runs(address, program) as engine:
        program.scripts["b"] = program.scripts["a"]
        await engine.start("first", QUERY, thread_id="t")
        await engine.ended("first")
        with nothing_can_be_written(tmp_path):
            for run_id in "ab":
                await engine.start(run_id, QUERY, thread_id="t")
                await engine.ended(run_id)
            await until(lambda: engine.recorder.lost > 0)
        await until_written(engine)
        state = await engine.history.state()
        assert "a is lost" in caplog.text and state.lost >= 1
        assert (await engine.report("a")).status == "completed"  # it is in memory


async def test_what_cannot_be_written_of_one_run_costs_no_other(postgres: RunningPostgres) -> None:
    address, program = database_address(postgres.new_database(), data=Path()), ScriptedProgram()
    program.scripts["good"] = do_nothing
    async with asyncio.timeout(60), kept_runs(address, program) as engine:
        record = RunRecord("odd", thread_id="t", query="why?", created_at="\0")
        engine.recorder.begin(RunDraft(record, 1, "1"))  # Postgres takes no NUL
        await engine.start("good", QUERY, thread_id="t")
        assert (await engine.ended("good")).status == "completed"
        assert await listed(engine) == ["good"]
        assert ((await engine.history.state()).lost, engine.history.trouble) == (1, None)


class _Panic(BaseException):
    """What a library in Rust raises where memory is short."""


@pytest.mark.parametrize("place", ["write", "pack"])
@pytest.mark.parametrize("raised", [MemoryError, _Panic])
async def test_a_run_that_cannot_be_written_costs_itself(
    place: str, raised: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., object] = getattr(recorder, place)

    def of_the_bad_one(*given: Any, **named: Any) -> object:
        drafts = [item for item in given if isinstance(item, RunDraft)] or cast("list[RunDraft]", given[1])
        if any(draft.record.id == "bad" for draft in drafts):
            raise raised
        return real(*given, **named)

    monkeypatch.setattr(recorder, place, of_the_bad_one)
    program = ScriptedProgram()
    program.scripts |= dict.fromkeys(("bad", "good", "last"), do_nothing)
    address = database_address("", data=tmp_path)
    async with asyncio.timeout(60), kept_runs(address, program) as engine:
        for run_id in ("bad", "good"):
            await engine.start(run_id, QUERY, thread_id="t")
        assert (await engine.ended("bad")).status == (await engine.ended("good")).status == "completed"
        await until_written(engine)
        assert engine.recorder.failure is None and engine.recorder.lost == 1
        await engine.start("last", QUERY, thread_id="t")
        await engine.ended("last")
    async with kept_runs(address, program) as again:
        assert await listed(again) == ["last", "good"]
