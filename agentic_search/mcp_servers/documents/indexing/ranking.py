"""Orders the sections that an index found by what words alone do not tell: how much of the question stands in one row
or paragraph, and the name of the file.

A long section holds many of the words somewhere, each in another place; what answers holds most of them together.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from pathlib import PurePosixPath

from agentic_search.mcp_servers.fulltext import Entry, terms
from agentic_search.text.lexicon import stems

CANDIDATES = 40
"""Sections that are looked at for one question."""

TOGETHER = 0.5
"""Share of a section's worth that is how much of the question stands together in it; the rest is its words' score."""

SETTING = 0.5
"""For a row whose first cell names what is asked by several words: a setting, an option."""

FEWEST = 2
"""Words of a question that such a cell must have."""

BESIDE = 0.5
"""What a word of the section's title counts, of the file's name, or of the table's head: it is about all of it."""

NAMED = 1.2
"""For a file whose name is a word of the question."""

MOST_UNITS = 400

_RULE = re.compile(r"\|[\s:|-]+\|?")
_BLANK = re.compile(r"\n[ \t]*\n")
_ITEM = re.compile(r"\n(?=[ \t]*(?:[-*+]|\d+[.)]) )")


def rank(question: str, found: Sequence[tuple[Entry, str, float]]) -> list[tuple[Entry, str, float]]:
    """Best first; of equals in the order in which they came."""
    wanted = frozenset(stems(" ".join(terms(question))))
    weights = _weights(wanted, [entry for entry, _, _ in found])
    highest = max((score for _, _, score in found), default=0.0) or 1.0
    scored = [(entry, group, _worth(entry, score / highest, weights)) for entry, group, score in found]
    return sorted(scored, key=lambda each: -each[2])


def _weights(wanted: frozenset[str], entries: Sequence[Entry]) -> dict[str, float]:
    """What each word of the question says, together 1: the rarer among the sections the more."""
    held = Counter(word for entry in entries for word in wanted & set(stems(f"{entry.title} {entry.body}")))
    weights = {word: math.log(1 + len(entries) / held[word]) for word in wanted if held[word]}
    total = sum(weights.values())
    return {word: weight / total for word, weight in weights.items()}


def _worth(entry: Entry, score: float, weights: Mapping[str, float]) -> float:
    named = NAMED if weights.keys() & stems(PurePosixPath(str(entry.extra["path"])).stem) else 1.0
    beside = weights.keys() & stems(f"{entry.title} {entry.keywords}")
    together = max((_together(*unit, beside, weights) for unit in _units(entry.body)), default=0.0)
    return named * ((1 - TOGETHER) * score + TOGETHER * together)


def _together(text: str, name: str, heads: str, beside: Set[str], weights: Mapping[str, float]) -> float:
    held = weights.keys() & stems(text)
    about = (beside | (weights.keys() & stems(heads))) - held
    is_setting = len(weights.keys() & stems(name)) >= FEWEST
    return sum(weights[word] for word in held) + BESIDE * sum(weights[word] for word in about) + SETTING * is_setting


def _units(body: str) -> Iterator[tuple[str, str, str]]:
    """Each row, with its first cell and its table's heads; each paragraph and item of a list."""
    return islice(_all_units(body), MOST_UNITS)


def _all_units(body: str) -> Iterator[tuple[str, str, str]]:
    for block in _BLANK.split(body):
        if block.lstrip().startswith("|"):
            heads, *rows = block.strip().splitlines()
            yield from ((row, _first_cell(row), heads) for row in rows if not _RULE.fullmatch(row))
        else:
            yield from ((item, "", "") for item in _ITEM.split(block))


def _first_cell(row: str) -> str:
    return row.strip("|").partition("|")[0]
