"""The SQLite file under an index: where it is kept, its schema, and how a damaged or outdated one is made anew."""

import logging
import os
import secrets
import sqlite3
import sys
import time
import zlib
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile

from agentic_search.text.lexicon import stems

logger = logging.getLogger(__name__)

ASIDE = ".damaged"
"""What the name of a damaged file ends with."""

CACHE_FOLDER = "agentic-search"

SCHEMA_VERSION = 4
"""Raised when the schema changes, or the lexicon in what it makes of a text."""

VERSION = zlib.crc32(f"{SCHEMA_VERSION} {version('snowballstemmer')}".encode()) >> 1
"""Another stemmer makes other stems: an index of it is one of another version."""

BUSY_SECONDS = 30.0
WAL_ATTEMPTS = 200
WAL_PAUSE = 0.05

SCHEMA = (
    "CREATE TABLE origin (name TEXT PRIMARY KEY, fingerprint TEXT NOT NULL)",
    """CREATE TABLE entry (
        id INTEGER PRIMARY KEY, origin TEXT NOT NULL, address TEXT NOT NULL, title TEXT NOT NULL,
        keywords TEXT NOT NULL, body TEXT NOT NULL, extra TEXT NOT NULL, UNIQUE (origin, address)
    )""",
    "CREATE INDEX entry_address ON entry (address)",
    "CREATE INDEX entry_title ON entry (title COLLATE NOCASE)",
    "CREATE VIRTUAL TABLE words USING fts5 (title, keywords, body, content='', tokenize='ascii')",
)
"""Of the words, only the stems are kept: the SQL function `stems` makes them from what is in `entry`."""


class NotOurSchema(sqlite3.DatabaseError):
    """The file says that it is of today's version, and is not."""


def cache_folder() -> Path:
    """Where the bundled servers keep what they can always build again; it need not exist yet.

    AGENTIC_SEARCH_CACHE, or `agentic-search` in the platform's cache folder of this user.
    """
    if chosen := os.environ.get("AGENTIC_SEARCH_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / CACHE_FOLDER
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / CACHE_FOLDER
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / CACHE_FOLDER


def folder_for_indexes() -> Path:
    """The cache folder, made if need be; a program that cannot write there ends, and says what to do.

    A server that starts all the same looks ready, and fails at each search.
    """
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        sys.exit(
            f"Indexes cannot be kept in {str(folder)!r} ({error.strerror}):"
            " set AGENTIC_SEARCH_CACHE to a folder that can be written to."
        )


def open_database(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode to a file of the current schema, created or made anew as needed.

    Another process may do the same at the same moment. Raises sqlite3.Error for what making anew cannot cure, such
    as a folder that cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    seen = identity(path)
    try:
        return _open(path)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        set_aside(path, seen, error)
    return _open(path)


def identity(path: Path) -> tuple[int, int] | None:
    """Tells one file from another that later took its name; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def is_damage(error: sqlite3.Error) -> bool:
    """The file itself is broken, or is no database at all, or none of ours."""
    if isinstance(error, NotOurSchema):
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def set_aside(path: Path, seen: tuple[int, int] | None, why: object) -> None:
    """Rename the damaged file that was `seen`, unless another process has put a new one in its place meanwhile.

    One of an earlier time is overwritten: it is kept for whoever wants to know what happened, not for its contents.
    """
    if seen is None or identity(path) != seen:
        return
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    aside = path.with_name(path.name + ASIDE)
    with suppress(FileNotFoundError):  # another process was first
        path.replace(aside)
        logger.warning("The index %s is damaged (%s); it is set aside as %s and made anew", path, why, aside.name)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        if _version(connection) != VERSION:
            _create(connection)
        _check_schema(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        add_functions(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def add_functions(connection: sqlite3.Connection) -> None:
    """The SQL function `stems`, which makes of a text what `words` keeps of it."""
    connection.create_function("stems", 1, _stemmed, deterministic=True)


def _stemmed(text: str | None) -> str:
    return " ".join(stems(text or ""))


def _version(connection: sqlite3.Connection) -> int:
    with closing(connection.execute("PRAGMA user_version")) as rows:
        return int(rows.fetchone()[0])


def _check_schema(connection: sqlite3.Connection) -> None:
    """Every statement of the schema stands in the file as it was given."""
    with closing(connection.execute("SELECT sql FROM sqlite_schema")) as rows:
        if not {sql for (sql,) in rows}.issuperset(SCHEMA):
            raise NotOurSchema("its tables are not those of its version")


def _create(connection: sqlite3.Connection) -> None:
    """Drop what another version left and lay down the schema, in one transaction: nobody sees half of it."""
    _switch_to_wal(connection)
    with transaction(connection):
        if _version(connection) == VERSION:
            return  # another process was first
        _drop_everything(connection)
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={secrets.randbits(31)}")
        connection.execute(f"PRAGMA user_version={VERSION}")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """SQLite's busy timeout does not cover this switch, so two processes at a new file must take turns here."""
    for attempt in range(WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == WAL_ATTEMPTS - 1:
                raise
            time.sleep(WAL_PAUSE)
        else:
            return


def _drop_everything(connection: sqlite3.Connection) -> None:
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY sql LIKE ? DESC"
    for (name,) in connection.execute(tables, ("CREATE VIRTUAL%",)).fetchall():
        connection.execute(f'DROP TABLE IF EXISTS "{name}"')  # a virtual table takes its shadow tables with it


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """All or nothing; waits for another writer first, so that it never fails half-way for a lock."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
