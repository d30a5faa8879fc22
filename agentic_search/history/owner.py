"""Which process carries out a run, and whether it lives.

On Postgres a process holds a lock under its name while it lives: whose lock can be taken is dead. SQLite's file has one
process at a time.
"""

import secrets

from sqlalchemy import Connection, func, select

from agentic_search.database.database import Database

_SPACE = 0x41534B52
"""Of Postgres' advisory locks, those of processes."""


class Owner:
    """The name under which this process carries out runs, and on Postgres the lock that says that it lives."""

    def __init__(self, database: Database) -> None:
        self.name = str(secrets.randbits(31))
        self._database = database
        self._lock: Connection | None = None

    def hold(self) -> None:
        """Take the lock, or take it again on a new connection after the database was away. Raises StorageFailed."""
        if self._database.is_sqlite:
            return
        self.release()
        with self._database.told():
            self._lock = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._lock.execute(select(func.pg_advisory_lock(_SPACE, int(self.name))))

    def release(self) -> None:
        """Let the lock go, with its connection."""
        if self._lock is not None:
            self._lock.invalidate()
            self._lock.close()
            self._lock = None


def is_dead(connection: Connection, owner: str) -> bool:
    """Whether the process of this name has ended."""
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(_SPACE, int(owner)))).scalar())
