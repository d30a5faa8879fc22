"""Sources of earlier answers, to be cited again under new numbers."""

from collections.abc import Iterator, Sequence
from itertools import islice

from agentic_search.domain.answer import Turn
from agentic_search.domain.outcome import Passage

MOST_SOURCES = 8
"""Of the newest answers: they are beside what was found now, not in its place."""


def earlier_passages(earlier: Sequence[Turn]) -> tuple[Passage, ...]:
    """The parts of their sources that earlier answers cited, the newest first, each once."""
    return tuple(islice(_distinct(earlier), MOST_SOURCES))


def _distinct(earlier: Sequence[Turn]) -> Iterator[Passage]:
    known: set[tuple[str, str]] = set()
    for turn in reversed(earlier):
        for source in turn.sources:
            key = (source.url or source.title, source.snippet)
            if source.snippet and key not in known:
                known.add(key)
                yield Passage(title=source.title, url=source.url, text=source.snippet)
