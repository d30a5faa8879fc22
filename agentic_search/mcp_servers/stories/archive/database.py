"""The SQLite file of the archive: where it is, its schema, and how it is opened for reading and for writing."""

import os
import sqlite3
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from agentic_search.mcp_servers.fulltext import VERSION, add_functions
from agentic_search.mcp_servers.stories.archive.items import FIELDS

VARIABLE = "AGENTIC_SEARCH_STORIES"
FOLDER, FILE = "agentic-search", "stories.sqlite"

FILL_COMMAND = "python -m agentic_search.mcp_servers.stories import hackernews"
"""The command that fills an empty archive."""

BUSY_SECONDS = 10.0

SCHEMA = (
    """CREATE TABLE item (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, title TEXT, url TEXT, author TEXT,
        points INTEGER, created_at INTEGER, tags TEXT, text TEXT, num_comments INTEGER, source TEXT, parent TEXT,
        story TEXT
    )""",
    "CREATE INDEX item_newest ON item (type, created_at)",
    "CREATE INDEX item_author ON item (author COLLATE NOCASE, type, created_at)",
    "CREATE INDEX item_parent ON item (parent) WHERE parent IS NOT NULL",
    "CREATE INDEX item_story ON item (story) WHERE story IS NOT NULL",
)

WORDS = (
    "CREATE VIRTUAL TABLE words USING fts5 (title, text, content='', tokenize='ascii')",
    """CREATE TRIGGER item_added AFTER INSERT ON item WHEN new.type = 'story' BEGIN
        INSERT INTO words (rowid, title, text) VALUES (new.number, stems(new.title), stems(new.text));
    END""",
    """CREATE TRIGGER item_removed AFTER DELETE ON item WHEN old.type = 'story' BEGIN
        INSERT INTO words (words, rowid, title, text)
        VALUES ('delete', old.number, stems(old.title), stems(old.text));
    END""",
    "INSERT INTO words (rowid, title, text) SELECT number, stems(title), stems(text) FROM item WHERE type = 'story'",
    f"PRAGMA user_version = {VERSION}",
)
"""What the stories can be found by: the stems of their words, as another lexicon would not make them."""

NO_WORDS = (
    "DROP TRIGGER IF EXISTS item_added",
    "DROP TRIGGER IF EXISTS item_removed",
    "DROP TABLE IF EXISTS words",
)


class ArchiveError(Exception):
    """The file cannot be used; the text names it and says why."""


def archive_path() -> Path:
    """AGENTIC_SEARCH_STORIES, or a file in the platform's data folder of this user; it need not exist yet."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).expanduser()
    return _data_folder() / FOLDER / FILE


def _data_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


@contextmanager
def open_to_read(path: Path) -> Generator[sqlite3.Connection | None]:
    """None if there is no archive yet. Raises ArchiveError."""
    if not path.exists():
        yield None
        return
    address = f"{path.absolute().as_uri()}?mode=ro"
    with _opened(path, address) as connection:
        if current := _is_current(connection):
            yield connection if _tables(connection) else None
    if not current:
        with open_to_write(path):
            pass  # this brings its words up to date
        with _opened(path, address) as connection:
            yield connection


@contextmanager
def open_to_write(path: Path) -> Generator[sqlite3.Connection]:
    """Creates the file if it is missing; the block is one transaction. Raises ArchiveError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"{str(path.parent)!r} cannot be made: {error.strerror or error}") from error
    with _opened(path, path.absolute().as_uri()) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        if not _tables(connection):
            _execute(connection, (*SCHEMA, *WORDS))
        elif not _is_current(connection):
            _execute(connection, (*NO_WORDS, *WORDS))
        yield connection


@contextmanager
def _opened(path: Path, uri: str) -> Generator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            _check(connection, path)
            add_functions(connection)
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise ArchiveError(f"the archive {str(path)!r} cannot be used: {error}") from error


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is not an archive."""
    columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(item)")}
    if _tables(connection) and not columns.issuperset(FIELDS):
        raise ArchiveError(f"{str(path)!r} is no stories archive; set another path or move it away")


def _is_current(connection: sqlite3.Connection) -> bool:
    """The words are as today's lexicon makes them; an empty file has none."""
    return not _tables(connection) or connection.execute("PRAGMA user_version").fetchone()[0] == VERSION


def _execute(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.execute(statement)


def _tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
