"""Finds where two sources state different quantities, or yes and no, for the same thing.

Better silent than wrong: two sentences conflict only where nearly all of their words are the same, each states one
quantity, of one kind, and both sources speak of what was asked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from agentic_search.synthesis.evidence.relevance import QuestionTerms
from agentic_search.synthesis.markdown.escape import escape_line
from agentic_search.synthesis.support.claims import Claims, opposites
from agentic_search.synthesis.support.matching import SourceText, share
from agentic_search.text.sentences import shortened

SAME = 0.75
"""Share of the terms of both sentences that must be the same for a conflict of quantities."""

SAME_BUT_DENIED = 0.9
"""The same for yes and no: one more word may be what makes the difference."""

FEWEST_TERMS = 2
"""Terms that a sentence must have to be about something."""

ASKED = 0.75
"""Share of the question's terms that each source must have, its title among them."""

MOST_SOURCES = 12
"""Sources that are compared."""

MOST_PAIRS = 5_000
"""Pairs of sentences that are compared."""

QUOTED = 160
"""Characters of a sentence that is quoted for its yes or no."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What one source says."""

    source: int
    claims: Claims
    """Its sentence."""
    shown: str = ""
    """Of it, what the other source says otherwise; Markdown."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sources that disagree."""

    one: Saying
    other: Saying

    def sentence(self) -> str:
        """For readers, in Markdown with marks."""
        said = (f"[{each.source}] says {each.shown}" for each in (self.one, self.other))
        return f"The sources disagree: {', '.join(said)}."


def conflict_in(query: str, texts: Mapping[int, SourceText], cited: Collection[int]) -> Conflict | None:
    """The first conflict in which a cited source takes part; only MOST_SOURCES of the `texts` are looked at."""
    question = QuestionTerms.of(query)
    first = islice(texts.items(), MOST_SOURCES)
    asked = [(number, text) for number, text in first if question.covered_by(text.terms) >= ASKED]
    said = [Saying(number, claims) for number, text in asked for claims in _bearing(question, text)]
    pairs = islice(_pairs(said), MOST_PAIRS)
    found = (_conflict(one, other) for one, other in pairs if one.source in cited or other.source in cited)
    return next(filter(None, found), None)


def _bearing(question: QuestionTerms, text: SourceText) -> Iterator[Claims]:
    """The sentences that could answer the question."""
    for claims in text.units:
        if len(claims.terms) >= FEWEST_TERMS and claims.terms & question.weights.keys():
            yield claims


def _pairs(said: Sequence[Saying]) -> Iterator[tuple[Saying, Saying]]:
    """Sentences of two sources that share a term which few have."""
    having: defaultdict[str, list[int]] = defaultdict(list)
    for index, each in enumerate(said):
        for term in each.claims.terms:
            having[term].append(index)
    for index, each in enumerate(said):
        rarest = min(each.claims.terms, key=lambda term: (len(having[term]) < 2, len(having[term]), term))
        for other in having[rarest]:
            if other > index and said[other].source != each.source:
                yield each, said[other]


def _conflict(one: Saying, other: Saying) -> Conflict | None:
    opposed = opposites(one.claims, other.claims)
    alike = share(one.claims.terms - opposed, other.claims.terms - opposed)
    if alike < SAME or one.claims.names ^ other.claims.names:
        return None
    opposite = one.claims.negated != other.claims.negated
    first, second = one.claims.quantities.all, other.claims.quantities.all
    if len(first) == len(second) == 1:
        if opposite or first[0].dimension != second[0].dimension or first[0].amount == second[0].amount:
            return None
        return Conflict(
            replace(one, shown=escape_line(first[0].text)), replace(other, shown=escape_line(second[0].text))
        )
    if first or second or not ((opposite and alike >= SAME_BUT_DENIED) or opposed):
        return None
    return Conflict(replace(one, shown=_quoted(one)), replace(other, shown=_quoted(other)))


def _quoted(saying: Saying) -> str:
    return f"“{escape_line(shortened(saying.claims.text, QUOTED).rstrip('.'))}”"
