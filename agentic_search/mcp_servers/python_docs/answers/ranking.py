"""Puts the index's candidates for a question in the order in which they answer it.

BM25 knows words only. What it cannot know is written down here as factors: a name that the question spells out, the
standard library before packages that nobody asked for, a declared interface before internals, a real docstring before
a line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agentic_search.mcp_servers.fulltext import Entry, compounds, terms
from agentic_search.mcp_servers.python_docs.answers.thesaurus import expansion
from agentic_search.mcp_servers.python_docs.index.entries import HUMP
from agentic_search.mcp_servers.python_docs.installed.packages import LIBRARY
from agentic_search.text.lexicon import stems

SELF_EVIDENT = frozenset({"python", "function", "functions", "method", "library", "module", "class", "way", "code"})
"""Words of most questions to a documentation of Python, and of a hundred docstrings."""

WORD = re.compile(r"\w+")

ABBREVIATIONS = {
    "argument": "args", "arguments": "args", "dictionaries": "dict", "dictionary": "dict", "directories": "dir",
    "directory": "dir", "integer": "int", "integers": "int", "object": "obj", "objects": "obj", "string": "str",
    "strings": "str",
}  # fmt: skip
"""What questions call a thing, and what docstrings do."""

TITLE_WEIGHT = 3.0
KEYWORDS_WEIGHT = 3.0
"""Against 1 for a word of the docstring. Keywords hold its first paragraph and the parts of the name."""

FULL_NAME = 4.0
OWN_NAME = 1.25
NAME_IN_PARTS = 1.6
"""For a name of several words that are all in the question: `setLevel` where a level is to be set."""

PACKAGE_NAME = 1.3
STANDARD = 1.5
UNLISTED = 0.6
UNDOCUMENTED = 0.45
BRIEF = 0.85
BRIEF_LENGTH = 120
KINDS = {"method": 0.7, "property": 0.7, "package": 0.9, "topic": 0.9}
_DATED = """
aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils imghdr imp lib2to3 mailcap msilib nntplib ossaudiodev
pipes smtpd sndhdr spwd sunau telnetlib tkinter turtle uu xdrlib
"""
DATED = frozenset(_DATED.split())
"""Modules that answer few of the questions whose words they share; most are gone from later versions of Python."""

LEGACY = frozenset({"v1", "compat", "deprecated", "legacy"})
"""Parts of the names of what a package keeps for those who have not moved on."""

DATED_FACTOR = 0.5


def search_words(question: str) -> str:
    """The question without the words that fit everything, and with what Python calls the things it is about."""
    words = [word for word in question.split() if word.strip("?!.,:;'\"").lower() not in SELF_EVIDENT]
    kept = " ".join(words) if terms(" ".join(words)) else question
    asked = terms(kept)
    abbreviated = (ABBREVIATIONS[word] for word in asked if word in ABBREVIATIONS)
    return " ".join([kept, *abbreviated, *expansion(WORD.findall(question.lower()))])


def rank(question: str, candidates: Sequence[tuple[Entry, str, float]]) -> list[Entry]:
    """All candidates, best first; of equals in the order in which they came."""
    words = frozenset(terms(question))
    installed = {_top(entry.title).lower() for entry, group, _ in candidates if not group.startswith(LIBRARY)}
    named = _Named(
        frozenset(compounds(question)),
        words,
        words.union(expansion(words)),
        frozenset(stems(question)),
        foreign=not words.isdisjoint(installed),
    )
    ranked = sorted(candidates, key=lambda each: -each[2] * _worth(each[0], each[1], named))
    return [entry for entry, _, _ in ranked]


@dataclass(frozen=True, slots=True)
class _Named:
    """What the question spells out, in lower case."""

    compounds: frozenset[str]
    words: frozenset[str]
    concepts: frozenset[str]
    """The words, and what Python calls the things that they mean."""
    stems: frozenset[str]
    foreign: bool
    """Among the words is the name of an installed package: the standard library is not what was meant."""


def _worth(entry: Entry, group: str, named: _Named) -> float:
    return (
        _by_name(entry.title, named)
        * (STANDARD if group.startswith(LIBRARY) and not named.foreign else 1.0)
        * (DATED_FACTOR if _is_dated(entry.title.lower(), named.words) else 1.0)
        * (1.0 if entry.extra.get("listed") else UNLISTED)
        * KINDS.get(str(entry.extra.get("kind")), 1.0)
        * _by_documentation(entry.body)
    )


def _by_name(title_as_written: str, named: _Named) -> float:
    title = title_as_written.lower()
    if title in named.compounds:
        return FULL_NAME
    *path, last = title.split(".")
    factor = PACKAGE_NAME if (path or [last])[0] in named.words else 1.0
    if last in named.concepts:
        return factor * OWN_NAME
    return factor * (NAME_IN_PARTS if _holds_parts(title_as_written, named.stems) else 1.0)


def _holds_parts(title: str, asked: frozenset[str]) -> bool:
    parts = HUMP.sub(" ", title.rpartition(".")[2]).replace("_", " ").split()
    return len(parts) > 1 and asked >= set(stems(" ".join(parts)))


def _is_dated(title: str, words: frozenset[str]) -> bool:
    return _top(title) in DATED - words or not LEGACY.isdisjoint(set(title.split(".")[1:]) - words)


def _by_documentation(body: str) -> float:
    if not body:
        return UNDOCUMENTED
    return BRIEF if len(body) < BRIEF_LENGTH else 1.0


def _top(title: str) -> str:
    return title.partition(".")[0]
