"""A full-text index in one SQLite file, which holds groups of entries and ranks them by a question."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from agentic_search.mcp_servers.fulltext.connections import Connections
from agentic_search.mcp_servers.fulltext.database import is_damage, transaction
from agentic_search.mcp_servers.fulltext.passage import best_passage
from agentic_search.mcp_servers.fulltext.terms import match_expression, stemmed
from agentic_search.mcp_servers.fulltext.understanding import QuestionReading, Understood
from agentic_search.mcp_servers.fulltext.vocabulary import Vocabulary

T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]
"""As SQLite gives it; the query says what is in it."""

Extra: TypeAlias = dict[str, str | int | float | bool | list[str] | None]
"""Facts that travel with an entry, kept as JSON; they are not searched."""

COLUMNS = "entry.origin, entry.address, entry.title, entry.body, entry.keywords, entry.extra"
ADD_WORDS = """
INSERT INTO words (rowid, title, keywords, body)
SELECT id, stems(title), stems(keywords), stems(body) FROM entry WHERE origin = ?
"""
REMOVE_WORDS = """
INSERT INTO words (words, rowid, title, keywords, body)
SELECT 'delete', id, stems(title), stems(keywords), stems(body) FROM entry WHERE origin = ?
"""

TEXT_OF = "SELECT title || ' ' || keywords || ' ' || body FROM entry WHERE id = ?"

TITLE_WEIGHT = 4.0
KEYWORDS_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found."""

    address: str
    """Names the entry; unique within its group."""
    title: str
    body: str
    keywords: str = ""
    """Further words to be found by, never shown: a heading's path, the parts of a CamelCase name."""
    extra: Extra = field(default_factory=dict[str, str | int | float | bool | list[str] | None])


@dataclass(frozen=True, slots=True)
class IndexHit:
    """An entry that a question found."""

    entry: Entry
    group: str
    score: float
    """BM25 with weighted columns; above 0, higher is better, comparable within one question only."""
    passage: str
    """The part of the body that bears on the question best."""


class Index:
    """Any thread and any number of processes may use one file at once: one writes, all read, nobody sees half a group.

    A group is what is replaced as a whole: a package, a file, a feed. A damaged file or one of another version is
    made anew, empty: `groups` then tells its owner what to put in again. Methods raise sqlite3.Error where the file
    cannot be used at all, or another process has been writing for longer than 30 s.
    """

    def __init__(
        self, path: Path, *, title_weight: float = TITLE_WEIGHT, keywords_weight: float = KEYWORDS_WEIGHT
    ) -> None:
        """Opens nothing yet. The weights say how much more a word there counts than a word of the body."""
        self.path = path
        self._rank = f"bm25(words, {float(title_weight)}, {float(keywords_weight)}, 1.0)"
        self._connections = Connections(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back; a later call opens it for its own time. Threads may still be at work."""
        self._connections.close()

    def replace(self, group: str, fingerprint: str, entries: Iterable[Entry]) -> None:
        """Make `entries` the whole of the group, at one stroke. Of two entries with one address the first stays."""
        rows = [_to_row(group, entry) for entry in entries]

        def write(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                _remove(connection, group)
                connection.execute("INSERT INTO origin (name, fingerprint) VALUES (?, ?)", (group, fingerprint))
                connection.executemany(
                    "INSERT INTO entry (origin, address, title, body, keywords, extra) VALUES (?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT DO NOTHING",
                    rows,
                )
                connection.execute(ADD_WORDS, (group,))

        self._run(write)

    def drop(self, group: str) -> None:
        """Forget the group; nothing happens where there is none."""

        def write(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                _remove(connection, group)

        self._run(write)

    def identity(self) -> int:
        """A number that the file was given when it was made: another one tells that all is to be put in again."""
        return int(self._rows("PRAGMA application_id")[0][0])

    def groups(self) -> dict[str, str]:
        """Each group and the fingerprint it was put in with."""
        return dict(self._rows("SELECT name, fingerprint FROM origin"))

    def counts(self) -> dict[str, int]:
        """Each group that holds entries and how many."""
        return dict(self._rows("SELECT origin, count(*) FROM entry GROUP BY origin"))

    def count(self) -> int:
        """Entries in all groups."""
        return int(self._rows("SELECT count(*) FROM entry")[0][0])

    def get(self, address: str) -> Entry | None:
        """The entry of this very address."""
        rows = self._rows(f"SELECT {COLUMNS} FROM entry WHERE address = ? ORDER BY id LIMIT 1", address)  # noqa: S608 - our own names and numbers only
        return _to_entry(rows[0]) if rows else None

    def titled(self, title: str) -> list[Entry]:
        """Entries of this title, whatever the case of its ASCII letters; the exact ones first."""
        query = f"SELECT {COLUMNS} FROM entry WHERE title = ? COLLATE NOCASE ORDER BY title <> ?, id"  # noqa: S608 - our own names and numbers only
        return [_to_entry(row) for row in self._rows(query, title, title)]

    def titles(self) -> list[str]:
        """Every title, for instance to look for those near a misspelt one."""
        return [title for (title,) in self._rows("SELECT title FROM entry ORDER BY id")]

    def understood(self, question: str) -> Understood:
        """The question with what its misspelt, inflected and foreign words are in the index."""
        return self._run(lambda connection: QuestionReading(Vocabulary(connection, TEXT_OF), question).understood())

    def candidates(
        self, question: str, *, limit: int, groups: Sequence[str] | None = None
    ) -> list[tuple[Entry, str, float]]:
        """Entry, group and score of the best `limit`, best first, for a server that ranks further by what it knows.

        Empty where the question holds nothing but stop words. `groups` narrows the search to these.
        """
        return self.matching(match_expression(question), limit=limit, groups=groups)

    def matching(
        self, expression: str, *, limit: int, groups: Sequence[str] | None = None
    ) -> list[tuple[Entry, str, float]]:
        """As `candidates`, for an FTS5 expression of one's own, in which what is quoted is looked for by its stems.

        Raises sqlite3.OperationalError where it is no such expression.
        """
        if not expression or limit < 1:
            return []
        # Only the best are fetched: a common word is in thousands of entries, and sorting those whole takes far longer.
        best = f"SELECT rowid AS id, -{self._rank} AS score FROM words WHERE words MATCH ?"  # noqa: S608 - our own names and numbers only
        if groups is not None:
            # The + keeps SQLite from looking each entry of the groups up among the words, one by one.
            best += " AND +rowid IN (SELECT id FROM entry WHERE origin IN (SELECT value FROM json_each(?)))"
        query = (
            f"WITH best AS MATERIALIZED ({best} ORDER BY score DESC, rowid LIMIT ?)"  # noqa: S608 - our own names and numbers only
            f" SELECT {COLUMNS}, best.score FROM best JOIN entry USING (id) ORDER BY best.score DESC, entry.id"
        )
        narrowed = () if groups is None else (json.dumps(list(groups)),)
        rows = self._rows(query, stemmed(expression), *narrowed, limit)
        return [(_to_entry(row), row[0], row[6]) for row in rows]

    def search(self, question: str, *, limit: int = 10, groups: Sequence[str] | None = None) -> list[IndexHit]:
        """The best entries for a question in natural language, best first, each with its passage."""
        found = self.candidates(question, limit=limit, groups=groups)
        return [IndexHit(entry, group, score, best_passage(entry.body, question)) for entry, group, score in found]

    def _rows(self, query: str, *values: str | int) -> list[Row]:
        return self._run(lambda connection: connection.execute(query, values).fetchall())

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Once more after damage: the file has been made anew by then."""
        try:
            with self._connections.lend() as connection:
                return work(connection)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
        with self._connections.lend() as connection:
            return work(connection)


def _remove(connection: sqlite3.Connection, group: str) -> None:
    connection.execute(REMOVE_WORDS, (group,))
    connection.execute("DELETE FROM entry WHERE origin = ?", (group,))
    connection.execute("DELETE FROM origin WHERE name = ?", (group,))


def _to_row(group: str, entry: Entry) -> tuple[str, ...]:
    extra = json.dumps(entry.extra, ensure_ascii=False, separators=(",", ":"))
    fields = (group, entry.address, entry.title, entry.body, entry.keywords, extra)
    return tuple(field.encode("utf-8", "replace").decode() for field in fields)


def _to_entry(row: Row) -> Entry:
    extra: Extra = json.loads(row[5])
    return Entry(address=row[1], title=row[2], body=row[3], keywords=row[4], extra=extra)
