"""Postgres as the service uses it: a few connections, each tested before its use; why there is none is told."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from agentic_search.database.address import IN_MEMORY, SETTING, DatabaseAddress
from agentic_search.errors import ConfigurationError

APPLICATION = "agentic-search"
"""What Postgres calls the connections of a service."""
_CONNECTING = 5
"""Seconds at most until a connection is there."""
_UNANSWERED = 10_000
"""Milliseconds after which a connection counts as lost on which nothing is acknowledged."""
_IDLE = 4000
"""Milliseconds that a transaction may wait for its process: a frozen one holds what others wait for no longer."""
_CONNECTIONS = 8
"""At most, beside the one that listens for notices."""


def postgres_engine(address: DatabaseAddress) -> Engine:
    """An engine on a database that has answered. Raises ConfigurationError, which names host and database."""
    assert address.postgres is not None, "it is asked for Postgres only"
    engine = create_engine(
        address.postgres,
        pool_size=2,
        max_overflow=_CONNECTIONS - 2,
        pool_pre_ping=True,
        hide_parameters=True,  # they are people's questions
        connect_args={
            "connect_timeout": _CONNECTING,
            "tcp_user_timeout": _UNANSWERED,
            "application_name": APPLICATION,
        },
    )
    event.listen(engine, "connect", _bound_transactions)
    try:
        engine.connect().close()
    except DBAPIError as error:
        engine.dispose()
        raise ConfigurationError(_why_not(address, str(error.orig))) from error
    except UnicodeError as error:  # a host that is no name at all
        engine.dispose()
        raise ConfigurationError(_why_not(address, str(error))) from error
    return engine


def wait_for_process(connection: Connection) -> None:
    """Let the transaction that is open take its time: between its statements much else is done."""
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def _bound_transactions(connection: Any, _record: object) -> None:
    """For the whole session: what is set in a transaction goes with it where that is undone."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = {_IDLE}")
    connection.commit()


def _why_not(address: DatabaseAddress, said: str) -> str:
    """The driver's text says the same of each address that a host has: its first line is enough."""
    first = address.without_secrets(said.strip().partition("\n")[0])
    reason = first.rpartition("failed: ")[2].removeprefix("FATAL:").strip().rstrip(".")
    return (
        f"{address.name} cannot be reached: {reason}. Start it, correct {SETTING}, or set that to {IN_MEMORY} to keep"
        " runs in memory only."
    )
