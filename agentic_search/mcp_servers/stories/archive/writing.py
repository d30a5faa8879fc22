"""Writes items into the archive: adds new ones, updates known ones, and counts how many of each there were."""

# ruff: noqa: S608 - queries are made of constants; values are bound

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agentic_search.mcp_servers.stories.archive.database import open_to_write
from agentic_search.mcp_servers.stories.archive.items import COLUMNS, FIELDS, Item, merged, to_item, to_row, writable

INSERT = f"INSERT INTO item ({', '.join(FIELDS)}) VALUES ({', '.join('?' * len(FIELDS))})"
SELECT = f"SELECT {COLUMNS} FROM item WHERE id = ?"


@dataclass(slots=True)
class Tally:
    """How many items were new, were changed, and were known as they are."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        return self.added + self.updated + self.unchanged

    def __iadd__(self, other: "Tally") -> "Tally":
        self.added += other.added
        self.updated += other.updated
        self.unchanged += other.unchanged
        return self


def upsert(path: Path, items: Iterable[Item]) -> Tally:
    """Write all of them, or none. Raises ArchiveError."""
    tally = Tally()
    with open_to_write(path) as connection:
        for item in items:
            _upsert(connection, writable(item), tally)
    return tally


def _upsert(connection: sqlite3.Connection, item: Item, tally: Tally) -> None:
    row = connection.execute(SELECT, (item.id,)).fetchone()
    known = to_item(row) if row else None
    row = to_row(merged(known, item))
    if known is None:
        tally.added += 1
    elif row == to_row(known):
        tally.unchanged += 1
        return
    else:
        tally.updated += 1
        connection.execute("DELETE FROM item WHERE id = ?", (item.id,))
    connection.execute(INSERT, row)
