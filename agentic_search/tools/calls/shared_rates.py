"""Rates of MCP servers that hold over all services on one Postgres: each call takes a turn from the server's row.

The row has the moments of the latest calls, by the clock of Postgres; so no span holds more than the rate allows, as in
the process's own admission, wherever the calls come from. While Postgres is away, that admission alone holds them back.
"""

import logging
from asyncio import to_thread
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial

from sqlalchemy import Connection, text

from agentic_search.clock import Clock, limits_of_call
from agentic_search.database.database import Database
from agentic_search.domain.limits import LONGEST_PAUSE, Rate
from agentic_search.errors import StorageFailed
from agentic_search.tools.config.server_config import ServerConfig

logger = logging.getLogger(__name__)

_NOT_ASKED = 30.0
"""Seconds in which a Postgres that was away is not asked: it may take seconds to say so."""

_NOW = "extract(epoch FROM clock_timestamp())::float8"
# Postgres reads the clock once it has the row to itself; an index below 1 has no element, which `greatest` leaves out.
_TURN = text(
    f"""INSERT INTO shared_rates AS known (server, begun) VALUES (:server, ARRAY[{_NOW}])
    ON CONFLICT (server) DO UPDATE SET begun =
        (known.begun || greatest(
            {_NOW}, known.paused_until, known.begun[cardinality(known.begun) - :calls + 1] + :seconds
        ))[greatest(1, cardinality(known.begun) + 2 - :calls):]
    RETURNING begun[cardinality(begun)] - {_NOW}"""  # noqa: S608 - constants
)
_PAUSE = text(
    f"""INSERT INTO shared_rates AS known (server, begun, paused_until)
    VALUES (:server, ARRAY[]::float8[], {_NOW} + :pause)
    ON CONFLICT (server) DO UPDATE SET paused_until = greatest(known.paused_until, excluded.paused_until)"""  # noqa: S608 - constants
)


_Question = Callable[[Connection, str], float]
"""Of a server; gives seconds to wait."""


class SharedRates:
    """Takes turns for the calls of this process; servers without a rate take none."""

    def __init__(self, database: Database, servers: Sequence[ServerConfig], *, clock: Clock) -> None:
        """`database` is a Postgres."""
        self._database = database
        self._clock = clock
        self._rates: Mapping[str, Rate] = {
            server.name: server.limit.rate for server in servers if server.limit.rate is not None
        }
        self._asked_again_at = clock.now()

    def __repr__(self) -> str:
        return f"<SharedRates of {len(self._rates)} servers>"

    async def turn(self, server: str) -> None:
        """Return when a call of the server may begin; no time limit of the call runs while it waits."""
        rate = self._rates.get(server)
        if rate is None:
            return
        limits = limits_of_call.get()
        wait = await self._ask(partial(_take_turn, rate=rate), server)
        if wait > 0:
            with limits.paused() if limits else nullcontext():
                await self._clock.sleep(wait)

    async def pause(self, server: str, seconds: float) -> None:
        """The server asked for no calls for so long: no service begins one until then, an hour at most."""
        if server in self._rates and seconds > 0:
            await self._ask(partial(_pause, seconds=min(seconds, LONGEST_PAUSE)), server)

    async def _ask(self, question: _Question, server: str) -> float:
        if self._clock.now() < self._asked_again_at:
            return 0.0
        try:
            return await to_thread(self._in_transaction, question, server)
        except StorageFailed as error:
            if self._clock.now() >= self._asked_again_at:  # calls side by side find the same: one says so
                self._asked_again_at = self._clock.now() + _NOT_ASKED
                logger.warning(
                    "%s Rates of servers hold for this process alone; Postgres is asked again in %g s.",
                    error,
                    _NOT_ASKED,
                )
            return 0.0

    def _in_transaction(self, question: _Question, server: str) -> float:
        with self._database.transaction() as connection:
            return question(connection, server)


def _take_turn(connection: Connection, server: str, rate: Rate) -> float:
    found = connection.execute(_TURN, {"server": server, "calls": rate.calls, "seconds": rate.seconds}).scalar_one()
    return float(found)


def _pause(connection: Connection, server: str, seconds: float) -> float:
    connection.execute(_PAUSE, {"server": server, "pause": seconds})
    return 0.0
