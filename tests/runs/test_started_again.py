"""An id that a caller has made begins one run, however often it is started, at once, later or from another process."""

import asyncio
from pathlib import Path

import pytest

from agentic_search.database.address import DatabaseAddress, database_address
from agentic_search.domain.query import Query
from agentic_search.domain.run import Started
from agentic_search.durable.kept_runs import KeptRuns
from agentic_search.errors import WrongState
from agentic_search.runs.service import SearchService
from tests.contract.programs import QUERY, ScriptedProgram
from tests.history.opening import events, kept_runs
from tests.support.databases import address
from tests.support.postgres import RunningPostgres

__all__ = ["address"]


def searches(engine: KeptRuns) -> SearchService:
    """The service on an engine."""
    return SearchService(engine, engine.history)


async def test_of_three_starts_at_once_one_begins_and_all_are_given_its_run(address: DatabaseAddress) -> None:
    program = ScriptedProgram()
    async with asyncio.timeout(30), kept_runs(address, program) as engine:
        service = searches(engine)
        async with asyncio.TaskGroup() as group:
            starts = [group.create_task(service.start(QUERY, run_id="mine")) for _ in range(3)]
        assert len({(started.result().id, started.result().thread_id) for started in starts}) == 1
        program.go.set()
        report = await engine.ended("mine")
        assert program.began == ["mine"]
        again = await service.start(QUERY, run_id="mine")
        assert again == Started(id="mine", thread_id=report.thread_id, status="completed")
        others = (
            Query(query="what?"),
            Query(query="why?", thread_id="another"),
            Query(query="why?", instructions="Be brief."),
        )
        for other in others:
            with pytest.raises(WrongState, match="take another id"):
                await service.start(other, run_id="mine")
    if address.file is None and address.postgres is None:
        return
    async with asyncio.timeout(30), kept_runs(address, program) as engine:
        assert await searches(engine).start(QUERY, run_id="mine") == again
        assert program.began == ["mine"]


async def test_a_run_that_another_process_has_begun_is_left_to_it(postgres: RunningPostgres) -> None:
    where = database_address(postgres.new_database(), data=Path())
    one_program, other_program = ScriptedProgram(), ScriptedProgram()
    async with asyncio.timeout(30), kept_runs(where, one_program) as one, kept_runs(where, other_program) as other:
        await one.start("mine", QUERY, thread_id="t")
        await other.start("mine", QUERY, thread_id="t")  # it had looked before the first one wrote
        assert (await searches(other).start(QUERY, run_id="mine")).status in {"queued", "running"}
        one_program.go.set()
        other_program.go.set()
        assert (await one.ended("mine")).status == "completed"
        for engine in (one, other):
            assert [event.fact.kind for event in await events(engine, "mine")] == ["run.started", "run.completed"]
        assert other_program.cancelled == other_program.began
