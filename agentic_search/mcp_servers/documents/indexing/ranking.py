"""Orders the sections that an index found by what words alone do not tell: a table's row, and the name of the file."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from agentic_search.mcp_servers.fulltext import Entry, terms
from agentic_search.text.lexicon import stems

CANDIDATES = 40
"""Sections that are looked at for one question."""

ROW = 1.6
"""For a section with a row that holds most of what is asked: a long table has much else, which counts against it."""

MOST_OF = 2 / 3
FEWEST = 2
"""Words of a question of which a row must hold most: with one alone every row would."""

NAMED = 1.5
"""For a file whose name is a word of the question."""

MOST_ROWS = 400

_RULE = re.compile(r"\|[\s:|-]+\|?")


def rank(question: str, found: Sequence[tuple[Entry, str, float]]) -> list[tuple[Entry, str, float]]:
    """Best first; of equals in the order in which they came."""
    wanted = frozenset(stems(" ".join(terms(question))))
    scored = [(entry, group, score * _worth(entry, wanted)) for entry, group, score in found]
    return sorted(scored, key=lambda each: -each[2])


def _worth(entry: Entry, wanted: frozenset[str]) -> float:
    name = stems(PurePosixPath(str(entry.extra["path"])).stem)
    return (NAMED if wanted.intersection(name) else 1.0) * (ROW if _has_row(entry.body, wanted) else 1.0)


def _has_row(body: str, wanted: frozenset[str]) -> bool:
    """A table's row holds, with its heads, most of the wanted words."""
    if len(wanted) < FEWEST:
        return False
    rows = [line for line in body.splitlines() if line.startswith("|")][:MOST_ROWS]
    heads = wanted.intersection(stems(rows[0])) if rows else wanted
    own = (wanted.intersection(stems(row)) for row in rows[1:] if not _RULE.fullmatch(row))
    return any(len(held) >= FEWEST and len(held | heads) >= MOST_OF * len(wanted) for held in own)
