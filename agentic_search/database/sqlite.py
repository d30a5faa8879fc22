"""SQLite as the service uses it: one process has the file, and only the user that it runs for may read it."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from agentic_search.database.address import IN_MEMORY, SETTING, DatabaseAddress
from agentic_search.errors import ConfigurationError

_APPLICATION = 0x41534B52
"""Of SQLite's header of our files, by which they are told from those of other programs."""
_ENDING = 1.0
"""Seconds that a process which is ending may still hold the file."""
_BUSY = 5.0
"""Seconds to wait for a lock of SQLite's own: a backup may hold one for a moment."""
_TUNING = ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON")


def hold_file(path: Path) -> FileLock:
    """Make the file, for its user alone, and keep other processes out until the lock is released.

    However a process ends, its lock ends with it. Raises ConfigurationError.
    """
    lock = FileLock(path.with_name(f"{path.name}.lock"), mode=0o600, thread_local=False)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire(timeout=_ENDING)
    except Timeout as error:
        raise ConfigurationError(_taken(path)) from error
    except (OSError, NotImplementedError) as error:
        raise ConfigurationError(_unwritable(path, str(getattr(error, "strerror", None) or error))) from error
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with suppress(PermissionError):  # it may be another user's, who lets this one write it
            path.chmod(0o600)  # a backup that was put here is readable for others
        _mark_or_refuse(path)
    except (OSError, sqlite3.Error) as error:
        lock.release()
        raise ConfigurationError(_unwritable(path, getattr(error, "strerror", None) or str(error))) from error
    except ConfigurationError:
        lock.release()
        raise
    return lock


def sqlite_engine(path: Path) -> Engine:
    """An engine on the file."""
    return _engine(URL.create("sqlite", database=str(path.absolute())))


def memory_engine() -> Engine:
    """An engine on a database that ends with it."""
    return _engine(URL.create("sqlite"))


def why_unusable(address: DatabaseAddress, error: DBAPIError) -> str:
    """What stands against the use of a database, and what to do, in one sentence or two."""
    reason = address.without_secrets(" ".join(str(error.orig).split())).rstrip(".")
    if address.file is None:
        return f"{address.name} cannot be used: {reason}. Correct {SETTING}, or set it to {IN_MEMORY}"
    match getattr(error.orig, "sqlite_errorname", ""):
        case "SQLITE_BUSY" | "SQLITE_LOCKED":
            return _taken(address.file)
        case "SQLITE_NOTADB" | "SQLITE_CORRUPT":
            return _no_database(address.file)
        case _:
            return _unwritable(address.file, reason)


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,  # they are people's questions
        # Of the module's transactions: one that is begun to write must not find out later that another one writes, too.
        connect_args={"isolation_level": "IMMEDIATE", "timeout": _BUSY, "check_same_thread": False},
    )
    event.listen(engine, "connect", _tune)
    return engine


def _tune(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    for setting in _TUNING:
        connection.execute(f"PRAGMA {setting}")


def _mark_or_refuse(path: Path) -> None:
    """Mark an empty file as ours, before there is anything else in it; raise ConfigurationError for another program's.

    What another program has made is only looked at: its first bytes are read, and nothing is changed.
    """
    with path.open("rb") as file:
        header = file.read(100)
    if not header:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # what is deleted makes the file smaller
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    elif not header.startswith(b"SQLite format 3\0"):
        raise ConfigurationError(_no_database(path))
    elif int.from_bytes(header[68:72], "big") != _APPLICATION:
        raise ConfigurationError(f"{path} was written by another program: set {SETTING} to another file.")


def _taken(path: Path) -> str:
    return f"Another process has {path} open: stop the service that runs on it, or set {SETTING} to another file."


def _no_database(path: Path) -> str:
    return f"{path} is no database, or a broken one: set {SETTING} to another file, or take it away."


def _unwritable(path: Path, reason: str) -> str:
    return (
        f"{path} cannot be written, so no run could be kept: {reason}."
        f" Make room or a way for it, or set {SETTING} to another file, or to {IN_MEMORY} to keep runs in memory only."
    )
