"""Gives values to the arguments whose words they stand nearest to in a question, else in the order of both."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import regex

from agentic_search.planning.offline.arguments.argument import Argument
from agentic_search.planning.offline.arguments.values import Found
from agentic_search.text.lexicon import terms

_WORD = regex.compile(r"[^\W_]+")
_WINDOW = 6
"""Words on either side of a value that may say which argument it is for."""
_PAUSE = re.compile(r"[,;.](?=\s)|\b(?:and|or|but|with|und|et)\b", re.IGNORECASE)
_NEXT = regex.compile(
    r"[\s\"'“”‘’%°$€£]*[^\W\d_]{0,12}[\"'”’]?\s*(?:,|;|&|\b(?:and|or|by|x|und|et)\b)[\s,]*(?:and\s+|or\s+)?"
    r"[\s\"'“”‘’$€£]*",
    regex.IGNORECASE,
)
"""What may stand between two values that are told one right after the other."""

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


def nearest(
    arguments: Sequence[Argument], found: Sequence[Found], text: str, *, at_least: float = 0.0
) -> Mapping[str, Found]:
    """A value for each argument, as far as there are some; each value is used once."""
    if not arguments or not found:
        return {}
    if len(found) == len(arguments) > 1 and (in_row := _in_a_row(arguments, found, text)):
        return in_row
    words = [(word.start(), word.end(), word[0].lower(), frozenset(terms(word[0]))) for word in _WORD.finditer(text)]
    shared = [word for argument in arguments for word in argument.words]
    around = [_around(place, found, words, text) for place in range(len(found))]
    scored = sorted(
        (
            -_score(argument, value, around[place], shared) - value.weight - _IN_ORDER * (position == place),
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


def _in_a_row(arguments: Sequence[Argument], found: Sequence[Found], text: str) -> Mapping[str, Found]:
    """Values that are told one right after the other, in the order in which the text names the arguments, or theirs."""
    between = [text[one.end : other.start] for one, other in pairwise(found)]
    if not all(_NEXT.fullmatch(part) for part in between):
        return {}
    before = text[: found[0].start].lower()
    named = [before.rfind(argument.name.lower().replace("_", " ")) for argument in arguments]
    order = range(len(arguments))
    if min(named) >= 0 and len(set(named)) == len(named):
        order = sorted(order, key=lambda position: named[position])
    return {arguments[position].name: value for position, value in zip(order, found, strict=True)}


_Words = list[tuple[int, int, str, frozenset[str]]]


def _around(place: int, found: Sequence[Found], words: _Words, text: str) -> tuple[_Words, _Words]:
    """The words before a value, the nearest first, and those after it: up to other values, or a break."""
    one = found[place]
    begins = max((each.end for each in found if each.end <= one.start), default=0)
    ends = min((each.start for each in found if each.start >= one.end), default=len(text))
    if pause := _PAUSE.search(text, one.end, ends):
        ends = pause.start()
    if begins and (pauses := [*_PAUSE.finditer(text, begins, one.start)]):
        begins = pauses[-1].start()
    before = [word for word in words if begins <= word[0] and word[1] <= one.start][-_WINDOW:][::-1]
    after = [word for word in words if word[0] >= one.end and word[1] <= ends][:_WINDOW]
    return before, after


def _score(argument: Argument, found: Found, around: tuple[_Words, _Words], shared: list[str]) -> float:
    """How near the argument's own words are; those that other arguments have, too, count less."""
    name = frozenset(terms(argument.name))
    best = max(_by_preposition(argument, around[0]), _of_itself(argument, found, name))
    for side in around:
        for distance, (_, _, _, stems) in enumerate(word for word in side if word[3]):
            for stem in stems & argument.words:
                weight = (_AT_WORD if stem in name else 1.0) / shared.count(stem)
                best = max(best, weight / (1 + distance))
    return best


def _of_itself(argument: Argument, found: Found, name: frozenset[str]) -> float:
    """A value may hold the argument's name: the British Museum is a museum."""
    return 1.0 if isinstance(found.value, str) and not name.isdisjoint(terms(found.value)) else 0.0


def _by_preposition(argument: Argument, before: _Words) -> float:
    for _, _, word, stems in before[:2]:
        for prepositions, meant in _WORD_BEFORE:
            if word in prepositions and not meant.isdisjoint(argument.words):
                return _AT_WORD if not meant.isdisjoint(terms(argument.name)) else 1.0
        if stems:
            break
    return 0.0
