"""Standing questions outlive the service: missed times, runs cut off, deliveries; of several processes one asks."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import update

from agentic_search.clock import SystemClock
from agentic_search.database.address import DatabaseAddress, database_address
from agentic_search.database.database import open_database
from agentic_search.database.schedule_tables import schedules as rows
from agentic_search.domain.outcome import Passage
from agentic_search.domain.query import Query
from agentic_search.durable.kept_runs import KeptRuns
from agentic_search.engine.memory import MemoryEngine
from agentic_search.engine.protocols import Run
from agentic_search.events.facts import RunCompleted, RunStarted, SourcesFound
from agentic_search.network.addresses import AllowedPlaces
from agentic_search.runs.service import SearchService
from agentic_search.schedules.schedule import Delivery, ScheduledRun, ScheduleRequest
from agentic_search.schedules.schedules import ScheduleLimits, Schedules
from tests.contract.programs import DONE
from tests.history.opening import UNBOUNDED
from tests.schedules.receiver import receiver
from tests.support.databases import address, lasting
from tests.support.postgres import RunningPostgres

__all__ = ["address", "lasting"]

HOURLY = "0 * * * *"
LOOPBACK = AllowedPlaces.of(["127.0.0.1"])


class Archive:
    """A program that finds what stands in it; it may be held up."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.go = asyncio.Event()
        self.go.set()
        self.asked: list[tuple[str, Query]] = []

    async def __call__(self, run: Run, query: Query) -> RunCompleted:
        """Carry out a run."""
        self.asked.append((run.id, query))
        run.emit(RunStarted(query=query.query, thread_id=run.thread_id))
        await self.go.wait()
        found = [Passage(title=name, url=f"archive:{name}", text=f"The lamp {name}.") for name in self.names]
        run.emit(SourcesFound(task_id="t1", sources=tuple(found)))
        return DONE


@asynccontextmanager
async def service(
    where: DatabaseAddress, program: Archive, folder: Path, *, may_ask: bool = True
) -> AsyncGenerator[Schedules, None]:
    """Standing questions over the engine that keeps its runs, as one process has them."""
    clock = SystemClock()
    make = partial(MemoryEngine, clock=clock, max_concurrent=4, max_queued=10, max_kept=100)
    async with AsyncExitStack() as stack:
        database = stack.enter_context(closing(open_database(where)))
        engine = await stack.enter_async_context(KeptRuns(database, program, make, clock=clock, bounds=UNBOUNDED))
        searches = SearchService(engine, engine.history)
        limits = ScheduleLimits(300, 10, LOOPBACK)

        async def may(asked_by: str | None) -> bool:
            assert asked_by is None, "nobody is asked for a key here"
            return may_ask

        yield await stack.enter_async_context(Schedules(database, searches, clock=clock, limits=limits, may_ask=may))


def request(**more: Any) -> ScheduleRequest:
    """A standing question."""
    return ScheduleRequest.model_validate({"search": {"query": "Which lamp?"}, "cron": HOURLY, **more})


async def last(schedules: Schedules, schedule_id: str, *, but: str | None = None) -> ScheduledRun:
    """The last run that has ended, another than `but`."""
    async with asyncio.timeout(30):
        while True:
            run = (await schedules.get(schedule_id)).last
            if run is not None and run.run_id != but:
                return run
            await asyncio.sleep(0.02)


async def refused(schedules: Schedules, schedule_id: str) -> Delivery:
    """How it stands with the webhook, once an attempt has failed."""
    async with asyncio.timeout(30):
        while True:
            delivery = (await last(schedules, schedule_id)).delivery
            if delivery and delivery.error:
                return delivery
            await asyncio.sleep(0.02)


def due_since(where: DatabaseAddress, hours: float) -> None:
    """As if the service had been down: the next time was so many hours ago, on the hour."""
    now = datetime.now(UTC).timestamp()
    with closing(open_database(where)) as database, database.transaction() as connection:
        connection.execute(update(rows).values(next_at=now - now % 3600 - hours * 3600))


async def test_missed_times_are_made_up_for_by_one_run_which_says_so(lasting: DatabaseAddress, tmp_path: Path) -> None:
    program = Archive("a")
    async with service(lasting, program, tmp_path) as schedules:
        made = await schedules.create(request())
    due_since(lasting, 5)
    async with service(lasting, program, tmp_path) as schedules:
        run = await last(schedules, made.id)
        assert run.why == "time" and run.missed in {5, 6}  # the sixth is on time for a minute
        assert "passed unasked" in (run.answer or "")
        assert len(program.asked) == 1
        after = await schedules.get(made.id)
        assert after.next_at is not None and datetime.fromisoformat(after.next_at) > datetime.now(UTC)


async def test_what_is_left_by_somebody_who_may_no_longer_ask_rests(lasting: DatabaseAddress, tmp_path: Path) -> None:
    program = Archive("a")
    async with service(lasting, program, tmp_path) as schedules:
        made = await schedules.create(request())
    due_since(lasting, 5)
    async with asyncio.timeout(30), service(lasting, program, tmp_path, may_ask=False) as schedules:
        while True:
            rests = await schedules.get(made.id)
            if rests.paused:
                break
            await asyncio.sleep(0.02)
        assert rests.last is None and not program.asked


async def test_it_is_asked_as_a_batch_by_itself_in_its_conversation(lasting: DatabaseAddress, tmp_path: Path) -> None:
    program = Archive("a")
    async with service(lasting, program, tmp_path) as schedules:
        made = await schedules.create(request())
        await schedules.ask(made.id)
        await last(schedules, made.id)
        ((_, query),) = program.asked
        assert (query.batch, query.thread_id, query.preview) == (True, made.thread_id, False)


async def test_a_run_that_a_restart_cut_off_is_told_and_the_next_is_compared_with_the_last_good_one(
    lasting: DatabaseAddress, tmp_path: Path
) -> None:
    program = Archive("a")
    async with service(lasting, program, tmp_path) as schedules:
        made = await schedules.create(request())
        first = (await schedules.ask(made.id)).id
        await last(schedules, made.id)
        program.go.clear()
        cut_off = (await schedules.ask(made.id)).id
        assert (await schedules.get(made.id)).asking == cut_off
    program.go.set()
    program.names.append("b")
    async with service(lasting, program, tmp_path) as schedules:
        told = await last(schedules, made.id, but=first)
        assert (told.run_id, told.news) == (cut_off, None) and told.error
        await schedules.ask(made.id)
        third = await last(schedules, made.id, but=cut_off)
        assert third.news is not None and third.news.since_run == first
        assert [source.url for source in third.news.sources.added] == ["archive:b"]


async def test_of_two_processes_one_asks_and_each_knows_what_is_new(postgres: RunningPostgres, tmp_path: Path) -> None:
    where = database_address(postgres.new_database(), data=tmp_path)
    programs = [Archive("a"), Archive("a")]
    async with service(where, programs[0], tmp_path) as schedules:
        made = await schedules.create(request())
    due_since(where, 1)
    async with service(where, programs[0], tmp_path) as one, service(where, programs[1], tmp_path) as other:
        run = await last(one, made.id)
        assert (await last(other, made.id)).run_id == run.run_id
        assert run.news is not None and run.news.found
        asked = await asyncio.gather(one.ask(made.id), other.ask(made.id), return_exceptions=True)
        begun = [each for each in asked if not isinstance(each, BaseException)]
        assert begun
        await last(one, made.id, but=run.run_id)
    assert sum(len(program.asked) for program in programs) == 1 + len(begun)


async def test_what_is_new_comes_to_the_webhook_after_a_restart(lasting: DatabaseAddress, tmp_path: Path) -> None:
    program = Archive("a")
    async with receiver(503) as hook:
        async with service(lasting, program, tmp_path) as schedules:
            made = await schedules.create(request(webhook=hook.url))
            assert made.secret is not None
            await schedules.ask(made.id)
            await hook.next(made.secret)
            delivery = await refused(schedules, made.id)
            assert delivery.state == "waiting" and "503" in (delivery.error or "")
        async with service(lasting, program, tmp_path) as schedules:
            message = await hook.next(made.secret)
            assert message["data"]["run"]["news"]["sources"]["added"][0]["url"] == "archive:a"
