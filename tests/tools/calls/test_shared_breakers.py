"""What one service finds out of a server holds in all that share a Postgres; one of them tries it again."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path

from sqlalchemy import event, text

from agentic_search.clock import SystemClock
from agentic_search.database.address import database_address
from agentic_search.database.database import Database, open_database
from agentic_search.database.notices import Notices
from agentic_search.domain.limits import Rate
from agentic_search.errors import ConnectionLost, ToolError
from agentic_search.tools.calls.server_breaker import ServerBreaker
from agentic_search.tools.calls.shared_servers import SharedServers
from agentic_search.tools.config.server_config import BreakerRules, HttpEndpoint, ServerConfig, StdioLaunch
from tests.support.mcp_processes import PATIENCE
from tests.support.postgres import RunningPostgres

OPEN = 0.7
"""Seconds, at first."""
RULES = BreakerRules(failures=2, seconds=OPEN)
WEB = ServerConfig("web", HttpEndpoint("http://127.0.0.1:9"), breaker=RULES)
OWN = ServerConfig("own", StdioLaunch("x"), breaker=RULES)
LOST = ConnectionLost("it broke off")


class Service:
    """What a service has of this, without the rest of it."""

    def __init__(self, database: Database) -> None:
        clock = SystemClock()
        self.database = database
        self.notices = Notices(database.address, clock=clock)
        self.slowed: list[tuple[str, Rate | None, float]] = []
        self.shared = SharedServers(database, [WEB, OWN], self.notices, clock=clock, on_slowed=self._note_slowed)
        self.web, self.own = (
            ServerBreaker(each.name, RULES, clock=clock, usual_limit=1.0, on_change=lambda: None) for each in (WEB, OWN)
        )
        self.shared.share(WEB, self.web)
        self.shared.share(OWN, self.own)

    def _note_slowed(self, server: str, rate: Rate | None, pause: float) -> None:
        self.slowed.append((server, rate, pause))

    async def call(self, error: ToolError | None = None) -> bool:
        """One call of the server that ends so; whether it was made."""
        async with self.shared.trial("web") as may_try:
            if may_try:
                try:
                    with self.web.watch(1.0):
                        if error is not None:
                            raise error
                except ConnectionLost:
                    pass
            return may_try


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - several things change
            await asyncio.sleep(0.01)


async def opened(stack: AsyncExitStack, url: str) -> Service:
    service = Service(stack.enter_context(closing(open_database(database_address(url, data=Path())))))
    group = await stack.enter_async_context(asyncio.TaskGroup())
    await stack.enter_async_context(service.notices)
    await stack.enter_async_context(service.shared)
    reporting = [group.create_task(each.run()) for each in (service.web, service.own)]
    stack.callback(lambda: [task.cancel() for task in reporting])
    return service


async def test_a_breaker_opens_closes_and_is_tried_once_in_all_services(postgres: RunningPostgres) -> None:
    async with AsyncExitStack() as stack:
        url = postgres.new_database()
        one, other = await opened(stack, url), await opened(stack, url)
        await one.call(LOST)
        await one.call(LOST)
        assert not one.web.is_closed
        await until(lambda: not other.web.is_closed)
        assert (opening := other.web.opening()) and (opening.failures, opening.why) == (2, "it broke off")
        late = await opened(stack, url)
        assert not late.web.is_closed, "a service that starts later knows it, too"

        for service in (one, other, late):
            await until(lambda service=service: service.web.is_half_open)
        async with one.shared.trial("web") as is_mine:
            assert is_mine
            assert not await other.call()
            assert not await late.call()
        assert one.web.is_half_open, "it was abandoned"
        async with asyncio.timeout(PATIENCE):
            while not await other.call(LOST):  # noqa: ASYNC110 - that the first trial is over is written a moment later
                await asyncio.sleep(0.01)
        await until(lambda: (opening := one.web.opening()) is not None and opening.seconds == 2 * OPEN)
        await until(lambda: one.web.is_half_open)
        assert await one.call()
        assert one.web.is_closed
        for service in (other, late):
            await until(lambda service=service: service.web.is_closed)


async def test_the_process_of_a_server_is_each_services_own(postgres: RunningPostgres) -> None:
    async with AsyncExitStack() as stack:
        url = postgres.new_database()
        one, other = await opened(stack, url), await opened(stack, url)
        for _ in range(2):
            one.own.judge(LOST, began=SystemClock().now(), limit=1.0)
            one.web.judge(LOST, began=SystemClock().now(), limit=1.0)
        await until(lambda: not other.web.is_closed)
        assert not one.own.is_closed and other.own.is_closed


async def test_a_learnt_rate_and_a_pause_hold_for_all_and_a_still_lower_one_stays(postgres: RunningPostgres) -> None:
    async with AsyncExitStack() as stack:
        url = postgres.new_database()
        one, other = await opened(stack, url), await opened(stack, url)
        await one.shared.pause("web", 1_000.0)
        one.shared.learn("web", Rate(2, 60.0))
        await until(lambda: any(rate == Rate(2, 60.0) for _, rate, _ in other.slowed))
        assert other.slowed[-1][2] > 900.0
        other.shared.learn("web", Rate(3, 60.0))
        other.shared.learn("own", Rate(1, 60.0))
        await until(lambda: any(server == "own" for server, _, _ in one.slowed))
        late = await opened(stack, url)
        assert {(server, rate) for server, rate, _ in late.slowed} == {("web", Rate(2, 60.0)), ("own", Rate(1, 60.0))}
        with late.database.transaction() as connection:
            connection.execute(text("UPDATE shared_rates SET paused_until = 0, learnt_until = 0"))
        assert not (await opened(stack, url)).slowed, "it does not hold for ever"


async def test_a_call_of_a_server_without_a_rate_and_with_a_closed_breaker_asks_postgres_nothing(
    postgres: RunningPostgres,
) -> None:
    async with AsyncExitStack() as stack:
        service = await opened(stack, postgres.new_database())
        asked: list[str] = []
        event.listen(service.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        for _ in range(10):
            await service.shared.turn("web")
            assert await service.call()
        assert not [statement for statement in asked if "INSERT" in statement]


async def test_while_postgres_is_away_each_service_goes_by_what_it_knows(own_postgres: RunningPostgres) -> None:
    async with AsyncExitStack() as stack:
        service = await opened(stack, own_postgres.new_database())
        own_postgres.stop()
        try:
            await service.call(LOST)
            await service.call(LOST)
            assert not service.web.is_closed
            await until(lambda: service.web.is_half_open)
            assert await service.call()
            assert service.web.is_closed
        finally:
            own_postgres.start()
