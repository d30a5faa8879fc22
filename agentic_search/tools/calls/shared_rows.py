"""The rows in which services on one Postgres share what they know of MCP servers, one a server. Blocking.

All times in them are by the clock of Postgres, which it reads once it has the row to itself; what is given is seconds
from now. So the clocks of the machines do not matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from agentic_search.database import notices
from agentic_search.domain.limits import Rate
from agentic_search.tools.calls.breaker import Opening

_LEARNT = 3_600.0
"""Seconds for which a learnt rate holds: longer than a server is usually short of room, and no service has to end."""
_TRIAL = 30.0
"""Seconds after which another trial may be made: who makes the first may have died."""
_LITTLE = 0.1
"""Seconds: a pause that is longer by less is no news."""

_NOW = "extract(epoch FROM clock_timestamp())::float8"
# An index below 1 has no element, which `greatest` leaves out.
_TURN = text(
    f"""INSERT INTO shared_rates AS known (server, begun) VALUES (:server, ARRAY[{_NOW}])
    ON CONFLICT (server) DO UPDATE SET begun =
        (known.begun || greatest(
            {_NOW}, known.paused_until, known.begun[cardinality(known.begun) - :calls + 1] + :seconds
        ))[greatest(1, cardinality(known.begun) + 2 - :calls):]
    RETURNING begun[cardinality(begun)] - {_NOW}"""  # noqa: S608 - constants
)
_PAUSE = text(
    f"""INSERT INTO shared_rates AS known (server, paused_until) VALUES (:server, {_NOW} + :pause)
    ON CONFLICT (server) DO UPDATE SET paused_until = excluded.paused_until
    WHERE known.paused_until + :little < excluded.paused_until RETURNING 1"""  # noqa: S608 - constants
)
_LEARN = text(
    f"""INSERT INTO shared_rates AS known (server, learnt_calls, learnt_seconds, learnt_until)
    VALUES (:server, :calls, :seconds, {_NOW} + :holds)
    ON CONFLICT (server) DO UPDATE SET learnt_calls = excluded.learnt_calls,
        learnt_seconds = excluded.learnt_seconds, learnt_until = excluded.learnt_until
    WHERE known.learnt_until < {_NOW}
        OR known.learnt_calls * excluded.learnt_seconds >= excluded.learnt_calls * known.learnt_seconds
    RETURNING 1"""  # noqa: S608 - constants
)
_TELL = text(
    f"""INSERT INTO shared_rates AS known (server, told_at, open_until, open_seconds, failures, why)
    VALUES (:server, {_NOW}, {_NOW} + :left, :seconds, :failures, :why)
    ON CONFLICT (server) DO UPDATE SET told_at = excluded.told_at, open_until = excluded.open_until,
        open_seconds = excluded.open_seconds, failures = excluded.failures, why = excluded.why, trial_until = 0
    RETURNING told_at"""  # noqa: S608 - constants
)
_TRY = text(
    f"""INSERT INTO shared_rates AS known (server, trial_until) VALUES (:server, {_NOW} + :trial)
    ON CONFLICT (server) DO UPDATE SET trial_until = excluded.trial_until
    WHERE known.trial_until < {_NOW} AND (known.told_at IS NULL OR known.told_at = :told_at) RETURNING 1"""  # noqa: S608 - constants
)
_READ = text(
    f"""SELECT server, paused_until - {_NOW} AS pause, learnt_until > {_NOW} AS is_learnt, learnt_calls,
        learnt_seconds, told_at, open_until - {_NOW} AS left, open_seconds, failures, why
    FROM shared_rates WHERE server = ANY(:servers)"""  # noqa: S608 - constants
)


@dataclass(frozen=True, slots=True)
class SharedRow:
    """What is known of a server."""

    server: str
    pause: float
    """Seconds for which no call is to begin; none where it is not above 0."""
    learnt: Rate | None
    told_at: float | None
    """When a service last told of its breaker; none where none has."""
    opening: Opening | None
    """None where the breaker is closed."""


def take_turn(connection: Connection, server: str, rate: Rate) -> float:
    """Seconds until a call may begin: it has its turn then."""
    found = connection.execute(_TURN, {"server": server, "calls": rate.calls, "seconds": rate.seconds}).scalar_one()
    return float(found)


def pause(connection: Connection, server: str, seconds: float) -> None:
    """Have no call begin until then."""
    _tell_news(connection, connection.execute(_PAUSE, {"server": server, "pause": seconds, "little": _LITTLE}).first())


def learn(connection: Connection, server: str, rate: Rate) -> None:
    """Have a lower rate hold; nothing changes where a still lower one does."""
    given = {"server": server, "calls": rate.calls, "seconds": rate.seconds, "holds": _LEARNT}
    _tell_news(connection, connection.execute(_LEARN, given).first())


def tell_breaker(connection: Connection, server: str, opening: Opening | None) -> float:
    """Tell that a breaker is open, or closed, and that its trial is over; gives `told_at`."""
    told = opening or Opening(0.0, 0.0, 0, "")
    given = {"left": told.left, "seconds": told.seconds, "failures": told.failures, "why": told.why}
    told_at = connection.execute(_TELL, {"server": server, **given}).scalar_one()
    _tell_news(connection, told_at)
    return float(told_at)


def may_try(connection: Connection, server: str, told_at: float | None) -> bool:
    """Whether this service may make the trial of a half-open breaker: if so, no other one makes one.

    `told_at`: what this service has heard last; where there is newer news, the breaker may be open again.
    """
    given = {"server": server, "trial": _TRIAL, "told_at": told_at}
    return connection.execute(_TRY, given).first() is not None


def read(connection: Connection, servers: Sequence[str]) -> list[SharedRow]:
    """All that is known of these."""
    rows: list[SharedRow] = []
    for row in connection.execute(_READ, {"servers": list(servers)}):
        learnt = Rate(row.learnt_calls, row.learnt_seconds) if row.is_learnt else None
        is_open = row.open_seconds > 0
        opening = Opening(max(0.0, row.left), row.open_seconds, row.failures, row.why) if is_open else None
        rows.append(SharedRow(row.server, row.pause, learnt, row.told_at, opening))
    return rows


def _tell_news(connection: Connection, changed: object) -> None:
    if changed is not None:
        notices.tell(connection, [notices.SERVERS])
