"""Reads the archive: searches, counts, threads, authors. A missing file counts as an empty archive."""

# ruff: noqa: S608 - queries are made of constants; values are bound

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from agentic_search.mcp_servers.fulltext import QuestionReading, Understood, Vocabulary
from agentic_search.mcp_servers.stories.archive.database import open_to_read
from agentic_search.mcp_servers.stories.archive.items import COLUMNS, Item, ItemType, to_item
from agentic_search.mcp_servers.stories.archive.selection import NEWEST, Selection

TEXT_OF = "SELECT coalesce(title, '') || ' ' || coalesce(text, '') FROM item WHERE number = ?"

ITEM = f"SELECT {COLUMNS} FROM item WHERE id = ? OR url = ? ORDER BY id <> ? LIMIT 1"

AUTHOR = f"SELECT {COLUMNS} FROM item WHERE author = ? COLLATE NOCASE AND type = ? ORDER BY {NEWEST} LIMIT ?"

THREAD = """
WITH RECURSIVE thread (id) AS (
    SELECT id FROM item WHERE type = 'comment' AND (parent = :id OR story = :id)
    UNION
    SELECT item.id FROM item JOIN thread ON item.parent = thread.id WHERE item.type = 'comment'
)
"""

THREAD_SIZE = f"{THREAD} SELECT count(*) FROM thread"

THREAD_ITEMS = f"""{THREAD} SELECT {COLUMNS} FROM thread JOIN item USING (id)
ORDER BY item.created_at NULLS LAST, item.number LIMIT :limit"""

TOTALS = """
SELECT min(author), count(*) FILTER (WHERE type = 'story'), count(*) FILTER (WHERE type = 'comment'),
    min(created_at), max(created_at), coalesce(sum(points), 0)
FROM item WHERE author = ? COLLATE NOCASE
"""

TAGS = """
SELECT value FROM item, json_each(item.tags) WHERE author = ? COLLATE NOCASE
GROUP BY value ORDER BY count(*) DESC, value LIMIT 10
"""

SOURCES = """
SELECT coalesce(source, '?'), count(*) FILTER (WHERE type = 'story'), count(*) FILTER (WHERE type = 'comment'),
    min(created_at), max(created_at)
FROM item GROUP BY source ORDER BY count(*) DESC, 1
"""


@dataclass(frozen=True, slots=True)
class Thread:
    """A story and what was said about it, oldest first."""

    story: Item
    comments: list[Item]
    total: int
    """Comments that the archive holds, with those not given."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What there is of one author or one source."""

    name: str
    stories: int
    comments: int
    first: int | None
    last: int | None
    points: int = 0
    tags: tuple[str, ...] = ()


class Archive:
    """Each method opens the file anew, so that an import at the same time is seen. All raise ArchiveError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def understood(self, query: str) -> Understood:
        """The query with what its misspelt, inflected and foreign words are in the archive."""
        with open_to_read(self.path) as connection:
            if connection is None:
                return Understood(query)
            return QuestionReading(Vocabulary(connection, TEXT_OF), query).understood()

    def search(self, selection: Selection, size: int) -> list[Item]:
        """Stories that hold any of the words, best first; all of them where the newest come first and some do."""
        whole = self._found(selection, size, every=True) if selection.newest else []
        return whole or self._found(selection, size, every=False)

    def count(self, selection: Selection) -> int:
        """Stories that hold every one of the words."""
        condition, values = selection.condition(every=True)
        rows = self._rows(f"SELECT count(*) {condition}", *values)
        return int(rows[0][0]) if rows else 0

    def is_empty(self) -> bool:
        """Whether there is no story in it."""
        return not self._rows("SELECT 1 FROM item WHERE type = 'story' LIMIT 1")

    def item(self, name: str) -> Item | None:
        """By id, or by URL."""
        found = self._items(ITEM, name, name, name)
        return found[0] if found else None

    def thread(self, story: Item, limit: int) -> Thread:
        """The story with the oldest `limit` of its comments, answers to comments included."""
        with open_to_read(self.path) as connection:
            if connection is None:
                return Thread(story, [], 0)
            values = {"id": story.id, "limit": limit}
            total = connection.execute(THREAD_SIZE, values).fetchone()[0]
            rows = connection.execute(THREAD_ITEMS, values).fetchall()
        return Thread(story, list(map(to_item, rows)), total)

    def by_author(self, author: str, kind: ItemType, size: int) -> list[Item]:
        """The newest first."""
        return self._items(AUTHOR, author, kind, size)

    def profile(self, author: str) -> Totals:
        """What the archive knows of somebody; all zero for a stranger."""
        rows = [row for row in self._rows(TOTALS, author) if row[0] is not None]
        if not rows:
            return Totals(author, 0, 0, None, None)
        return Totals(*rows[0], tags=tuple(tag for (tag,) in self._rows(TAGS, author)))

    def sources(self) -> list[Totals]:
        """What came from where, most first."""
        return [Totals(*row) for row in self._rows(SOURCES)]

    def _found(self, selection: Selection, size: int, *, every: bool) -> list[Item]:
        condition, values = selection.condition(every=every)
        return self._items(f"SELECT {COLUMNS} {condition} ORDER BY {selection.order} LIMIT ?", *values, size)

    def _items(self, query: str, *values: str | int) -> list[Item]:
        return list(map(to_item, self._rows(query, *values)))

    def _rows(self, query: str, *values: str | int) -> list[sqlite3.Row]:
        with open_to_read(self.path) as connection:
            return connection.execute(query, values).fetchall() if connection else []
