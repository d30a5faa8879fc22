"""What all services on one Postgres know together of MCP servers: their rates, pauses, learnt rates, opened breakers.

Of a server that has a rate, configured or learnt, each call takes a turn from the server's row, which has the moments
of the latest calls: so no span holds more than the rate allows, wherever the calls come from. All else is written when
it changes, and read upon the notice of it: a server without a rate and with a closed breaker costs nothing.
While Postgres is away, each service goes by what it knows itself.
"""

import logging
from asyncio import to_thread
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from types import TracebackType
from typing import Protocol, Self, TypeVar

from sqlalchemy import Connection

from agentic_search.clock import Clock, limits_of_call
from agentic_search.database.database import Database
from agentic_search.database.notices import SERVERS, LookUponNotice, Notices
from agentic_search.domain.limits import LONGEST_PAUSE, Rate
from agentic_search.errors import StorageFailed
from agentic_search.tools.calls import shared_rows
from agentic_search.tools.calls.breaker import Opening
from agentic_search.tools.calls.server_breaker import ServerBreaker
from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig

logger = logging.getLogger(__name__)

_NOT_ASKED = 30.0
"""Seconds in which a Postgres that was away is not asked: it may take seconds to say so."""

_Answer = TypeVar("_Answer")


class OnSlowed(Protocol):
    """Told that a server asked another service for fewer calls: the rate that holds, and seconds without any call."""

    def __call__(self, server: str, rate: Rate | None, pause: float) -> None:
        """Synchronous; never raises."""
        ...


class SharedServers:
    """This service's part in that; an async context manager: what the others have told is known when it is entered."""

    def __init__(
        self,
        database: Database,
        servers: Sequence[ServerConfig],
        notices: Notices,
        *,
        clock: Clock,
        on_slowed: OnSlowed = lambda server, rate, pause: None,
    ) -> None:
        """`database` is a Postgres, whose `notices` are heard."""
        self._database = database
        self._clock = clock
        self._on_slowed = on_slowed
        self._servers = {server.name: server for server in servers}
        self._configured: Mapping[str, Rate] = {
            server.name: server.limit.rate for server in servers if server.limit.rate is not None
        }
        self._learnt: dict[str, Rate] = {}
        self._breakers: dict[str, ServerBreaker] = {}
        self._told_at: dict[str, float] = {}
        """What of each breaker is known here already."""
        self._to_learn: dict[str, Rate] = {}
        self._to_tell: set[str] = set()
        """The servers whose breakers have something to tell."""
        self._openings: dict[str, Opening | None] = {}
        """What the others told of breakers that are not made yet."""
        self._asked_again_at = clock.now()
        self._looking = LookUponNotice(notices, SERVERS, look=self._exchange, name="what others know of servers")

    def __repr__(self) -> str:
        return f"<SharedServers: {len(self._configured)} rates, {len(self._learnt)} learnt>"

    async def __aenter__(self) -> Self:
        await self._looking.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._looking.__aexit__(None, None, None)
        if self._to_learn or self._to_tell:
            await self._exchange()

    async def turn(self, server: str) -> None:
        """Return when a call of the server may begin; no time limit of the call runs while it waits."""
        rate = self._rate(server)
        if rate is None:
            return
        limits = limits_of_call.get()
        wait = await self._ask(partial(shared_rows.take_turn, server=server, rate=rate)) or 0.0
        if wait > 0:
            with limits.paused() if limits else nullcontext():
                await self._clock.sleep(wait)

    async def pause(self, server: str, seconds: float) -> None:
        """The server asked for no calls for so long: no service begins one until then, an hour at most."""
        if server in self._servers and seconds > 0:
            await self._ask(partial(shared_rows.pause, server=server, seconds=min(seconds, LONGEST_PAUSE)))

    def learn(self, server: str, rate: Rate) -> None:
        """The server asked this service for fewer calls, which goes by this rate now: all others do, too."""
        self._learnt[server] = self._to_learn[server] = rate
        self._looking.soon()

    def share(self, server: ServerConfig, breaker: ServerBreaker) -> None:
        """Have its opening and closing hold for all, where all reach the same server.

        A process of a server is one service's own: that it hangs says nothing of that of another.
        """
        if isinstance(server.reach, HttpEndpoint):
            self._breakers[server.name] = breaker
            breaker.on_turn = partial(self._note_turn, server.name)
            if server.name in self._openings:
                breaker.hear(self._openings.pop(server.name))

    @asynccontextmanager
    async def trial(self, server: str) -> AsyncGenerator[bool]:
        """Whether a call may be made in this block of a server whose breaker may be half open: one of all services'."""
        breaker = self._breakers.get(server)
        if breaker is None or not breaker.is_half_open or breaker.refusal():
            yield True
            return
        told_at = self._told_at.get(server)
        is_mine = await self._ask(partial(shared_rows.may_try, server=server, told_at=told_at)) is not False
        try:
            yield is_mine
        finally:
            if is_mine:
                self._note_turn(server)

    def _rate(self, server: str) -> Rate | None:
        rates = [each[server] for each in (self._configured, self._learnt) if server in each]
        return min(rates, key=lambda rate: rate.a_second, default=None)

    def _note_turn(self, server: str) -> None:
        self._to_tell.add(server)
        self._looking.soon()

    async def _exchange(self) -> None:
        """Write what is new here, and read what is new elsewhere."""
        if not self._servers:
            return
        to_learn, to_tell = self._to_learn, {name: self._breakers[name].opening() for name in self._to_tell}
        self._to_learn, self._to_tell = {}, set()
        try:
            exchange = partial(_exchange, servers=[*self._servers], learnt=to_learn, breakers=to_tell)
            rows, told = await to_thread(self._in_transaction, exchange)
        except StorageFailed:  # it may come back
            self._to_learn = to_learn | self._to_learn
            self._to_tell |= to_tell.keys()
            return
        self._told_at |= told
        for row in rows:
            self._take_in(row)

    def _take_in(self, row: shared_rows.SharedRow) -> None:
        if row.server not in self._to_learn:
            known = self._learnt.pop(row.server, None)
            if row.learnt is not None:
                self._learnt[row.server] = row.learnt
                if row.learnt != known:
                    logger.info("%s is called less often: it asked another process for fewer calls", row.server)
        if row.learnt is not None or row.pause > 0:
            self._on_slowed(row.server, row.learnt, max(0.0, row.pause))
        if row.told_at is None or row.told_at == self._told_at.get(row.server):
            return
        self._told_at[row.server] = row.told_at
        if breaker := self._breakers.get(row.server):
            breaker.hear(row.opening)
        else:
            self._openings[row.server] = row.opening

    async def _ask(self, question: Callable[[Connection], _Answer]) -> _Answer | None:
        """None where Postgres is away."""
        if self._clock.now() < self._asked_again_at:
            return None
        try:
            return await to_thread(self._in_transaction, question)
        except StorageFailed as error:
            if self._clock.now() >= self._asked_again_at:  # calls side by side find the same: one says so
                self._asked_again_at = self._clock.now() + _NOT_ASKED
                logger.warning(
                    "%s Rates of servers hold for this process alone; Postgres is asked again in %g s.",
                    error,
                    _NOT_ASKED,
                )
            return None

    def _in_transaction(self, question: Callable[[Connection], _Answer]) -> _Answer:
        with self._database.transaction() as connection:
            return question(connection)


def _exchange(
    connection: Connection,
    servers: Sequence[str],
    learnt: Mapping[str, Rate],
    breakers: Mapping[str, Opening | None],
) -> tuple[list[shared_rows.SharedRow], dict[str, float]]:
    for server, rate in sorted(learnt.items()):  # in one order, for each row that is written is locked
        shared_rows.learn(connection, server, rate)
    told = {server: shared_rows.tell_breaker(connection, server, breakers[server]) for server in sorted(breakers)}
    return shared_rows.read(connection, servers), told
