"""The connections that one process holds to an index file, lent out one thread at a time."""

import sqlite3
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from agentic_search.mcp_servers.fulltext.database import identity, is_damage, open_database, set_aside


class Connections:
    """Thread-safe. A connection to a file that has since been replaced is closed, never lent again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[tuple[sqlite3.Connection, tuple[int, int] | None]] = deque()
        self._closed = False
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"<Connections {self._path.name!r}, {len(self._idle)} idle>"

    @contextmanager
    def lend(self) -> Generator[sqlite3.Connection]:
        """A connection for the block. Damage that shows inside it has the file made anew before the error passes on."""
        connection, seen = self._take()
        try:
            yield connection
        except sqlite3.DatabaseError as error:
            connection.close()
            if is_damage(error):
                self._close_idle()
                set_aside(self._path, seen, error)
            raise
        except BaseException:
            connection.close()
            raise
        with self._lock:
            if not self._closed:
                self._idle.append((connection, seen))
                return
        connection.close()

    def close(self) -> None:
        """Close what is idle now, and what is lent once it comes back. Lending goes on, with a new connection each."""
        with self._lock:
            self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, deque()
        for connection, _ in idle:
            connection.close()

    def _take(self) -> tuple[sqlite3.Connection, tuple[int, int] | None]:
        now = identity(self._path)
        while True:
            with self._lock:
                if not self._idle:
                    break
                connection, seen = self._idle.pop()
            if seen == now:
                return connection, seen
            connection.close()
        connection = open_database(self._path)
        return connection, identity(self._path)
