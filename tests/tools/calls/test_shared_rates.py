"""The rate of a server holds over all services on one Postgres, which may go away and come back."""

import asyncio
import logging
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from agentic_search.clock import Clock, PausableLimits, SystemClock, limits_of_call, time_limit
from agentic_search.database.address import database_address
from agentic_search.database.database import Database, open_database
from agentic_search.database.notices import Notices
from agentic_search.domain.limits import LONGEST_PAUSE, Limit, Rate
from agentic_search.errors import RateLimited
from agentic_search.tools.calls.cache import CacheLimits
from agentic_search.tools.calls.shared_servers import SharedServers
from agentic_search.tools.calls.tool_calls import ToolCalls
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch
from tests.support.clock import FakeClock
from tests.support.mcp_processes import PATIENCE, unheard
from tests.support.postgres import RunningPostgres
from tests.tools.calls.test_tool_calls import WRITE, Puppet

SPAN = 1_000.0
"""Seconds of the rate: so long that no test comes near its end."""
SERVERS = (
    ServerConfig("web", StdioLaunch("x"), limit=Limit(rate=Rate(3, SPAN))),
    ServerConfig("other", StdioLaunch("x"), limit=Limit(rate=Rate(3, SPAN))),
    ServerConfig("free", StdioLaunch("x")),
)


class Waits:
    """A clock that notes how many spans it was to wait, and goes on at once."""

    def __init__(self) -> None:
        self.spans: list[int] = []
        self.passed = 0.0

    def now(self) -> float:
        """Seconds that the test let pass."""
        return self.passed

    def wall(self) -> datetime:
        """Today."""
        return SystemClock().wall()

    async def sleep(self, seconds: float) -> None:
        """Note it."""
        self.spans.append(round(seconds / SPAN))


def opened(url: str) -> Database:
    return open_database(database_address(url, data=Path()))


def shared(database: Database, clock: Clock) -> SharedServers:
    """Not entered: what holds by the row alone needs no notices."""
    return SharedServers(database, SERVERS, Notices(database.address, clock=clock), clock=clock)


async def test_all_services_together_begin_no_more_calls_than_the_rate_allows(postgres: RunningPostgres) -> None:
    url, clock = postgres.new_database(), Waits()
    with closing(opened(url)) as one, closing(opened(url)) as another:
        services = [shared(database, clock) for database in (one, another)]
        await asyncio.gather(*(service.turn("web") for service in services * 5))
        assert sorted(clock.spans) == [1, 1, 1, 2, 2, 2, 3]  # the first three did not wait
        await asyncio.gather(*(service.turn("free") for service in services * 5))
        await services[0].turn("other")
        assert len(clock.spans) == 7


async def test_a_pause_that_one_service_was_asked_for_holds_for_all(postgres: RunningPostgres) -> None:
    url, clock = postgres.new_database(), Waits()
    with closing(opened(url)) as one, closing(opened(url)) as another:
        mine, others = (shared(database, clock) for database in (one, another))
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            calls = ToolCalls(
                group,
                SERVERS,
                clock=clock,
                cache=CacheLimits(),
                task_timeout=PATIENCE,
                on_change=lambda: None,
                shared=mine,
            )
            puppet = Puppet(FakeClock())
            puppet.error = RateLimited("too many", retry_after=2 * SPAN)
            with pytest.raises(RateLimited):
                await calls.call(puppet, WRITE, {}, timeout=PATIENCE, on_progress=unheard)
            calls.close()
        await others.turn("web")
        assert clock.spans == [2]
        await mine.pause("other", 1_000 * LONGEST_PAUSE)
        await others.turn("other")
        assert clock.spans == [2, round(LONGEST_PAUSE / SPAN)]


async def test_waiting_for_a_turn_is_no_time_of_the_call(postgres: RunningPostgres) -> None:
    clock, limits = Waits(), PausableLimits()
    limits_of_call.set(limits)
    with closing(opened(postgres.new_database())) as database:
        rates = shared(database, clock)
        async with time_limit(PATIENCE):
            await rates.turn("web")
            assert not limits.were_paused
            await rates.pause("web", SPAN)
            await rates.turn("web")
        assert limits.were_paused and clock.spans == [1]


async def test_while_postgres_is_away_calls_begin_and_it_is_said_once(
    postgres: RunningPostgres, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Waits()
    with closing(opened(postgres.new_database())) as database:
        rates = shared(database, clock)
        postgres.stop()
        try:
            with caplog.at_level(logging.WARNING):
                await asyncio.gather(*(rates.turn("web") for _ in range(5)))
                await rates.turn("web")
        finally:
            postgres.start()
        assert clock.spans == []
        assert sum("hold for this process alone" in record.message for record in caplog.records) == 1
        clock.passed = 60.0
        await asyncio.gather(*(rates.turn("web") for _ in range(4)))
        assert clock.spans == [1]
