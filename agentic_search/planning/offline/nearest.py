"""Gives values to the arguments whose words they stand nearest to in a question, else in the order of both."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from agentic_search.planning.offline.roles import Argument
from agentic_search.text.lexicon import terms

_WORD = re.compile(r"[^\W_]+")
_WINDOW = 6
"""Words on either side of a value that may say which argument it is for."""
_IN_ORDER = 0.02
"""What the same place in order is worth: less than any word."""
_AT_WORD = 1.5

_WORD_BEFORE: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(before.split()), frozenset(terms(words)))
    for before, words in (
        ("from von de between", "origin source start departure original base initial sender lower minimum"),
        ("to into nach until and", "destination target end arrival final recipient receiver upper maximum"),
        ("in at near around within", "location city country place area region state address town venue platform store"),
        ("by", "author artist director writer composer user creator painter designer"),
        ("with", "ingredient feature amenity coefficient"),
        ("for", "company team product item name purpose patient"),
        ("on", "date day planet platform"),
        ("of", "name species company element substance material company"),
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """A value that a question names, and where."""

    value: JsonValue
    start: int
    end: int
    weight: float = 0.0
    """How surely it is a value."""


def nearest(
    arguments: Sequence[Argument], found: Sequence[Found], text: str, *, at_least: float = 0.0
) -> Mapping[str, Found]:
    """A value for each argument, as far as there are some; each value is used once."""
    words = [(word.start(), word.end(), word[0].lower(), frozenset(terms(word[0]))) for word in _WORD.finditer(text)]
    shared = [word for argument in arguments for word in argument.words]
    scored = sorted(
        (
            -_score(argument, value, words, shared) - value.weight - _IN_ORDER * (position == place),
            position,
            place,
        )
        for position, argument in enumerate(arguments)
        for place, value in enumerate(found)
    )
    given: dict[int, int] = {}
    for score, position, place in scored:
        if position not in given and place not in given.values() and -score >= at_least:
            given[position] = place
    return {arguments[position].name: found[place] for position, place in given.items()}


_Words = list[tuple[int, int, str, frozenset[str]]]


def _score(argument: Argument, found: Found, words: _Words, shared: list[str]) -> float:
    """How near the argument's own words are; those that other arguments have, too, count less."""
    name = frozenset(terms(argument.name))
    before = [word for word in words if word[1] <= found.start][-_WINDOW:][::-1]
    after = [word for word in words if word[0] >= found.end][:_WINDOW]
    best = _by_preposition(argument, before)
    for side in (before, after):
        for distance, (_, _, _, stems) in enumerate(side):
            for stem in stems & argument.words:
                weight = (_AT_WORD if stem in name else 1.0) / shared.count(stem)
                best = max(best, weight / (1 + distance))
    return best


def _by_preposition(argument: Argument, before: _Words) -> float:
    for _, _, word, stems in before[:2]:
        for prepositions, meant in _WORD_BEFORE:
            if word in prepositions and not meant.isdisjoint(argument.words):
                return _AT_WORD if not meant.isdisjoint(terms(argument.name)) else 1.0
        if stems:
            break
    return 0.0
