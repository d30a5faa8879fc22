"""The SQLite file of the archive: where it is, its schema, and how it is opened for reading and for writing."""

import os
import sqlite3
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "AGENTIC_SEARCH_STORIES"
FOLDER, FILE = "agentic-search", "stories.sqlite"

FILL_COMMAND = "python -m agentic_search.mcp_servers.stories import hackernews"
"""The command that fills an empty archive."""

VERSION = 1
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
    """CREATE VIRTUAL TABLE words USING fts5 (
        title, text, content='item', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2'
    )""",
    """CREATE TRIGGER item_added AFTER INSERT ON item WHEN new.type = 'story' BEGIN
        INSERT INTO words (rowid, title, text) VALUES (new.number, new.title, new.text);
    END""",
    """CREATE TRIGGER item_removed AFTER DELETE ON item WHEN old.type = 'story' BEGIN
        INSERT INTO words (words, rowid, title, text) VALUES ('delete', old.number, old.title, old.text);
    END""",
    f"PRAGMA user_version = {VERSION}",
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
    with _opened(path, f"{path.absolute().as_uri()}?mode=ro") as connection:
        yield connection if _tables(connection) else None


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
            for statement in SCHEMA:
                connection.execute(statement)
        yield connection


@contextmanager
def _opened(path: Path, uri: str) -> Generator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            _check(connection, path)
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise ArchiveError(f"the archive {str(path)!r} cannot be used: {error}") from error


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is not an archive."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != VERSION and _tables(connection):
        raise ArchiveError(f"{str(path)!r} is no stories archive of this version; set another path or move it away")


def _tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
