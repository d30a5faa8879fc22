"""Items → the archive: new ones are added, known ones brought up to date, and it is counted which was which."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agentic_search.mcp_servers.stories.database import open_to_write
from agentic_search.mcp_servers.stories.item import Item, merged
from agentic_search.mcp_servers.stories.rows import COLUMNS, FIELDS, to_item, to_row

INSERT = f"INSERT INTO item ({', '.join(FIELDS)}) VALUES ({', '.join('?' * len(FIELDS))})"  # noqa: S608
SELECT = f"SELECT {COLUMNS} FROM item WHERE id = ?"  # noqa: S608


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


def take_in(path: Path, items: Iterable[Item]) -> Tally:
    """All of them, or none. Raises ArchiveError."""
    tally = Tally()
    with open_to_write(path) as connection:
        for item in items:
            _take_in(connection, item, tally)
    return tally


def _take_in(connection: sqlite3.Connection, item: Item, tally: Tally) -> None:
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
