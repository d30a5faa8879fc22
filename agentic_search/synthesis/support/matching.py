"""Judges how far a source's text says what a sentence says, by words: terms, quantities, names, negations.

A sentence has the support of the one to three neighbouring sentences of the source that have most of its terms. What
these state differently, or do not state at all, counts against it, however many words agree.
"""

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from agentic_search.domain.answer import Verdict
from agentic_search.synthesis.support.claims import Claims, opposites, renames
from agentic_search.synthesis.support.quantities import Quantities
from agentic_search.text.sentences import sentence_spans

LONGEST = 100_000
"""Characters of a source that are looked at."""

LONGEST_SPAN = 400
"""Characters of the part of a source that is shown."""

LONGEST_UNIT = 600
"""Characters of a sentence of a source; what is longer, such as data, is cut."""

ENOUGH = 0.65
"""Share of a sentence's weight that the source must have for `supported`."""

LEAST = 0.5
"""Share below which it is `unsupported`."""

QUOTED = 3
"""Words from which a sentence that stands in the source as it is needs no more proof."""

SAME_MATTER = 0.6
"""Share of its terms from which a part of the source speaks of what the sentence speaks of."""

SAME_WORDS = 0.85
"""Share of all terms of both from which two sentences say the same, but for what is denied."""

NEIGHBOUR = 0.15
"""What a neighbouring sentence must add to be taken in."""

TRIED = 5
"""Best sentences of the source that are tried with their neighbours."""

_ORDER: tuple[Verdict, ...] = ("unsupported", "weak", "supported")


@dataclass(frozen=True, slots=True)
class Match:
    """What a source has for a sentence."""

    verdict: Verdict
    span: str = ""
    """Word for word; empty where no word agrees."""
    contradicted: bool = False
    """The source states something else instead: nothing can make this supported."""


@dataclass(frozen=True, slots=True)
class _Window:
    begin: int
    end: int
    coverage: float
    core: int = 0
    """The sentence that alone has most."""


class SourceText:
    """One source, read once for all sentences that cite it."""

    def __init__(self, text: str, title: str = "") -> None:
        self._text = text[:LONGEST]
        self._title = Claims(title[:LONGEST_UNIT])
        self._spans = list(_units(self._text))
        self.units = [Claims(self._text[begin:end]) for begin, end in self._spans]
        self._having: defaultdict[str, list[int]] = defaultdict(list)
        for index, unit in enumerate(self.units):
            for term in unit.terms:
                self._having[term].append(index)

    def match(self, sentence: str) -> Match:
        """How far the text says this; the source's title is no part of it before a colon or a number."""
        if sentence and sentence.strip() == self._title.text:
            return Match("supported")  # it only names the source
        sentence = self._beside_title(sentence)
        claims = Claims(sentence)
        window = self._best(claims)
        span = self._span(window) if window.coverage > 0 else ""
        words = sentence.split()
        if len(words) >= QUOTED and " ".join(words) in self._flat:
            return Match("supported", span)
        if not claims.terms:
            return self._match_quantities(claims)
        if window.coverage < LEAST:
            return Match("unsupported", span)
        said = Claims(self._text[self._spans[window.begin][0] : self._spans[window.end - 1][1]])
        verdict: Verdict = "supported" if window.coverage >= ENOUGH else "weak"
        lowest = min((verdict, *self._limits(claims, said, window)), key=_ORDER.index)
        return Match(lowest, span, contradicted=lowest == "unsupported")

    def _beside_title(self, sentence: str) -> str:
        behind = sentence.strip().removeprefix(self._title.text)
        is_number = behind.startswith(" ") and not Claims(behind).terms and bool(Claims(behind).quantities.all)
        return behind.removeprefix(":").strip() if behind.startswith(":") or is_number else sentence

    def _limits(self, claims: Claims, said: Claims, window: _Window) -> Iterator[Verdict]:
        """What each difference leaves at best."""
        same = window.coverage >= SAME_MATTER
        lacking = self._title.quantities.lacking(said.quantities.lacking(claims.quantities.all))
        if lacking:
            others = claims.quantities.lacking(said.quantities.all)
            absent = self._quantities.lacking(lacking)
            written = any(not each.spelt for each in absent)
            yield "unsupported" if (same and others) or written else "weak"
        yield from self._names(claims, said, window)
        if opposites(claims, said):
            yield "unsupported"
        shared = share(claims.terms, said.terms)
        if claims.negated != said.negated and (claims.negated or shared >= ENOUGH):
            yield "unsupported" if shared >= SAME_WORDS else "weak"

    def _names(self, claims: Claims, said: Claims, window: _Window) -> Iterator[Verdict]:
        """A name that the source does not have, or has elsewhere while another stands in its place."""
        lacking = claims.names - said.words - self._title.words
        instead = said.names - claims.words
        if lacking:
            absent = any(name not in self._words for name in lacking)
            yield "unsupported" if instead or (absent and window.coverage < SAME_MATTER) else "weak"
        if renames(claims, self.units[window.core]):
            yield "unsupported" if window.coverage >= SAME_MATTER else "weak"

    def _match_quantities(self, claims: Claims) -> Match:
        """A sentence of numbers alone, as in a table's cell."""
        wanted = claims.quantities.all
        if not wanted:
            return Match("weak")
        for index, unit in enumerate(self.units):
            if not unit.quantities.lacking(wanted):
                return Match("supported", self._span(_Window(index, index + 1, 1.0)))
        return Match("weak" if not self._quantities.lacking(wanted) else "unsupported")

    def _best(self, claims: Claims) -> _Window:
        """The sentences that have most of the terms: the best one, with neighbours where these add to it."""
        weights = self._weights(claims.terms)
        total = sum(weights.values())
        if not total:
            return _Window(0, 0, 0.0)
        scores: defaultdict[int, float] = defaultdict(float)
        shared: defaultdict[int, set[str]] = defaultdict(set)
        for term, weight in weights.items():
            for index in self._having.get(term, ()):
                scores[index] += weight
                shared[index].add(term)
        best = _Window(0, 0, 0.0)
        tried = sorted(scores.items(), key=lambda each: (-each[1], each[0]))[:TRIED]
        for index, score in tried:
            window = self._grown(_Window(index, index + 1, score / total, tried[0][0]), weights, shared)
            best = max(best, window, key=lambda each: each.coverage)
        return best

    def _grown(self, window: _Window, weights: Mapping[str, float], shared: Mapping[int, set[str]]) -> _Window:
        """With the neighbours that add enough; `shared` has the terms that each sentence shares with the claims."""
        total = sum(weights.values())
        held = shared[window.begin]
        for begin, end, neighbour in ((-1, 0, window.begin - 1), (0, 1, window.end)):
            added = shared.get(neighbour, held)
            if added <= held:
                continue
            covered = sum(weight for term, weight in weights.items() if term in held or term in added) / total
            if covered >= window.coverage + NEIGHBOUR:
                window = _Window(window.begin + begin, window.end + end, covered, window.core)
                held = held | added
        return window

    def _weights(self, wanted: Iterable[str]) -> dict[str, float]:
        """The rarer in this source the more, and as much as the rarest where it lacks a term.

        What stands in its title only says what the source is about.
        """
        size = len(self.units)
        return {
            term: math.log(1 + (size + 1) / (max(1, len(self._having.get(term, ()))) + 0.5))
            for term in wanted
            if term in self._having or term not in self._title.terms
        }

    def _span(self, window: _Window) -> str:
        begin, end = self._spans[window.begin][0], self._spans[window.end - 1][1]
        text = self._text[begin:end]
        if len(text) <= LONGEST_SPAN:
            return text
        ends = [found.start() for found in re.finditer(r"\s", text[: LONGEST_SPAN + 1])]
        return text[: ends[bisect_right(ends, LONGEST_SPAN) - 1] if ends else LONGEST_SPAN]

    @cached_property
    def terms(self) -> frozenset[str]:
        """All that it speaks of, its title among it."""
        return self._title.terms.union(*(unit.terms for unit in self.units))

    @cached_property
    def _flat(self) -> str:
        return " ".join(self._text.split())

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset[str]().union(*(unit.words for unit in self.units))

    @cached_property
    def _quantities(self) -> Quantities:
        units = (*self.units, self._title)
        return Quantities(each for unit in units for each in unit.quantities.all)


def share(one: frozenset[str], other: frozenset[str]) -> float:
    """What two sentences have in common, of all that they have."""
    return len(one & other) / len(one | other) if one or other else 1.0


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a source begin and end, and the pieces of one that is too long."""
    for begin, end in sentence_spans(text):
        for start in range(begin, end, LONGEST_UNIT):
            yield start, min(start + LONGEST_UNIT, end)


def best_match(one: Match, other: Match) -> Match:
    """The one that says more for the source."""
    return max(one, other, key=lambda match: _ORDER.index(match.verdict))
