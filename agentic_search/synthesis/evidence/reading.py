"""Puts into a question the words that tools read its misspelt and foreign words as.

A server knows the words of its texts, and says which of them it searched for. Compared by the user's own words alone,
what it found would seem to have nothing of the question.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import regex

from agentic_search.domain.outcome import Passage
from agentic_search.text.lexicon import terms, unspaced_runs

FAR_MORE = 2
"""So many times more passages than have a word itself must have what it was read as: what one place does not know,
another may."""

ALIKE = 0.6
"""How like each other (0 to 1) words are of which one is taken for the other misspelt, and not for its translation."""

_LOOKED_AT = 2_000
"""Characters of each passage."""


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The words by which evidence is compared with a question."""

    text: str
    """The question, with what tools read misspelt and foreign words as in their places."""
    guessed: frozenset[str] = frozenset()
    """Terms that stand for misspelt words. They rank; whether the question is answered is not decided by guesses."""


def as_read(query: str, readings: Iterable[Mapping[str, Sequence[str]]], passages: Iterable[Passage]) -> QuestionWords:
    """The question with each word as it was written, or as a tool read it where far more passages have that."""
    options: dict[str, dict[str, None]] = {}
    for reading in readings:
        for word, meant in reading.items():
            options.setdefault(word, {}).update(dict.fromkeys(meant))
    if not options:
        return QuestionWords(query)
    held = [frozenset(terms(f"{passage.title}\n{passage.text[:_LOOKED_AT]}")) for passage in passages]
    guessed: set[str] = set()
    for word in sorted(options, key=len, reverse=True):
        best = max(options[word], key=lambda option: _held(option, held))
        if _held(best, held) > FAR_MORE * _held(word, held):
            query = _replaced(query, word, best)
            if SequenceMatcher(None, word.casefold(), best.casefold()).ratio() >= ALIKE:
                guessed.update(terms(best))
    return QuestionWords(query, frozenset(guessed))


def _held(option: str, held: Sequence[frozenset[str]]) -> int:
    wanted = frozenset(terms(option))
    return sum(wanted <= words for words in held) if wanted else 0


def _replaced(query: str, word: str, best: str) -> str:
    if any(unspaced_runs(word)):
        return query.replace(word, f" {best} ")
    return regex.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: best, query)
