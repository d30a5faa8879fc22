"""Which process carries out a run, and whether it lives.

On Postgres a process holds a lock under its name while it lives: who holds none is dead. The lock is the connection's,
which Postgres ends where the process says nothing for a while: it is frozen then, or cut off. SQLite's file has one
process at a time.
"""

import secrets
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, bindparam, func, select, text

from agentic_search.database.database import Database
from agentic_search.errors import StorageFailed

NOBODY = ""
"""The owner of a run that waits for a process."""
PING = 0.5
"""Seconds between two signs of life."""
_SILENT = 2500
"""Milliseconds without one after which the process counts as dead."""
_SPACE = 0x41534B52
"""Of Postgres' advisory locks, those of processes."""
_LIVING = text(
    "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = :space"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
).bindparams(bindparam("space", _SPACE))


class Owner:
    """The name under which this process carries out runs, and on Postgres the lock that says that it lives."""

    def __init__(self, database: Database) -> None:
        self.name = str(secrets.randbits(31))
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="owner")
        """What the lock is used in: whoever reads much must not keep the process from saying that it lives."""
        self._database = database
        self._lock: Connection | None = None

    def hold(self) -> None:
        """Take the lock, or say that the process lives; takes it anew after its connection was lost.

        Blocking. Raises StorageFailed.
        """
        if self._database.is_sqlite:
            return
        try:
            with self._database.told():
                if self._lock is None:
                    self._lock = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                    self._lock.execute(text(f"SET idle_session_timeout = {_SILENT}"))
                    self._lock.execute(select(func.pg_advisory_lock(_SPACE, int(self.name))))
                self._lock.execute(select(1))
        except StorageFailed:
            self._release()
            raise

    def close(self) -> None:
        """Let the lock go, with its connection; blocking."""
        self.thread.submit(self._release).result()
        self.thread.shutdown()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.invalidate()
            self._lock.close()
            self._lock = None


def living(connection: Connection) -> set[str]:
    """The names of the processes that live; on SQLite none does that asks for others."""
    if connection.dialect.name == "sqlite":
        return set()
    return {str(name) for name in connection.execute(_LIVING).scalars()}
