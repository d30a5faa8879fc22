"""The words that an index has, read from its own full-text table: what is known, and what stems are near."""

import json
import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from typing import Any

from agentic_search.mcp_servers.fulltext.spelling import distance
from agentic_search.text.lexicon import stems, words

MOST_STEMS = 20_000
"""Stems of the index that are looked at for one word."""

MOST_PAIRS = 200_000
"""Pairs of characters that are looked at for one character."""

_LAST = "\U0010ffff"
_FIRST_UNSPACED = "\u0e00"
_BETWEEN = "SELECT term, doc FROM temp.vocabulary WHERE term >= ? AND term < ?"


class Vocabulary:
    """Of the FTS5 table `words`, whose texts are stems. `text_of` is a query for the text of one row by its number.

    Methods block and raise sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection, text_of: str) -> None:
        self._connection = connection
        self._text_of = text_of
        connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, words, row)")

    def frequencies(self, wanted: Collection[str]) -> dict[str, int]:
        """How many texts each of the stems is in, for those that are in any."""
        query = "SELECT term, doc FROM temp.vocabulary WHERE term IN (SELECT value FROM json_each(?))"
        return dict(self._rows(query, json.dumps(list(wanted))))

    def sharing(self, beginning: str, fits: Callable[[str], bool]) -> list[str]:
        """Stems that begin so and fit, the most frequent first."""
        query = f"{_BETWEEN} LIMIT ?"
        rows = self._rows(query, beginning, beginning + _LAST, MOST_STEMS)
        found = [(-doc, term) for term, doc in rows if fits(term)]
        return [term for _, term in sorted(found)]

    def holding(self, character: str) -> list[str]:
        """The pairs of characters of scripts without spaces that this one is in, the most frequent first."""
        pairs = "SELECT term, doc FROM temp.vocabulary WHERE term >= ? AND length(term) = 2 LIMIT ?"
        query = f"SELECT term FROM ({pairs}) WHERE instr(term, ?) ORDER BY doc DESC, term"  # noqa: S608 - our own text
        return [term for (term,) in self._rows(query, _FIRST_UNSPACED, MOST_PAIRS, character)]

    def nearest(self, stem: str, most: int) -> str | None:
        """The stem of the same first letter with the fewest edits, at most `most`; of equals the most frequent."""
        query = f"{_BETWEEN} AND length(term) BETWEEN ? AND ? LIMIT ?"
        sizes = (len(stem) - most, len(stem) + most)
        rows = self._rows(query, stem[0], stem[0] + _LAST, *sizes, MOST_STEMS)
        measured = ((distance(stem, term, most), -doc, term) for term, doc in rows if term.isalpha())
        best = min((each for each in measured if each[0] <= most), default=None)
        return best[2] if best else None

    def written(self, stem: str) -> str:
        """A word of this stem as a text has it, in lower case; the stem itself where that cannot be told."""
        rows = self._rows("SELECT rowid FROM words WHERE words MATCH ? LIMIT 1", f'"{stem}"')
        texts = self._rows(self._text_of, rows[0][0]) if rows else []
        return next((word.lower() for text in texts for word in words(text[0]) if stems(word) == [stem]), stem)

    def _rows(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        with closing(self._connection.execute(query, values)) as rows:
            return [tuple(row) for row in rows.fetchall()]
