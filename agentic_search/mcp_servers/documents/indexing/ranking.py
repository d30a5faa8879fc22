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

SETTING = 3.0
"""For a section with a row whose first cell names what is asked by several words: a setting, an option."""

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
    return (NAMED if wanted.intersection(name) else 1.0) * _by_rows(entry.body, wanted)


def _by_rows(body: str, wanted: frozenset[str]) -> float:
    """Whether a table's row holds, with its heads, most of the wanted words."""
    rows = [line for line in body.splitlines() if line.startswith("|")][:MOST_ROWS]
    if len(wanted) < FEWEST or not rows:
        return 1.0
    heads = wanted.intersection(stems(rows[0]))
    return max((_by_row(row, heads, wanted) for row in rows[1:] if not _RULE.fullmatch(row)), default=1.0)


def _by_row(row: str, heads: frozenset[str], wanted: frozenset[str]) -> float:
    held = wanted.intersection(stems(row))
    if len(held) < FEWEST or len(held | heads) < MOST_OF * len(wanted):
        return 1.0
    name = stems(row.split("|", 2)[1])
    return SETTING if len(wanted.intersection(name)) >= FEWEST else ROW
