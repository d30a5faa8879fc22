"""Finds where two sources state different quantities, or yes and no, for the same thing.

Better silent than wrong: two sentences conflict only where nearly all of their words are the same, each states one
quantity, of one kind, and both sources speak of what was asked.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentic_search.domain.answer import Source
from agentic_search.synthesis.evidence.relevance import QuestionTerms
from agentic_search.synthesis.markdown.escape import escape_line
from agentic_search.synthesis.support.claims import Claims, Quantity, contradicts
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
class _Said:
    source: int
    claims: Claims


def conflict_in(query: str, sources: Sequence[Source], texts: Mapping[int, SourceText]) -> str:
    """One sentence of Markdown with marks that says what the sources disagree on; empty where they do not."""
    question = QuestionTerms.of(query)
    asked = [
        source.id
        for source in sources[:MOST_SOURCES]
        if source.id in texts and question.covered_by(texts[source.id].terms) >= ASKED
    ]
    said = [_Said(number, claims) for number in asked for claims in _bearing(question, texts[number])]
    for one, other in _pairs(said):
        if sentence := _conflict(one, other):
            return f"The sources disagree: {sentence}"
    return ""


def _bearing(question: QuestionTerms, text: SourceText) -> Iterator[Claims]:
    """The sentences that could answer the question."""
    for claims in text.units:
        if len(claims.terms) >= FEWEST_TERMS and claims.terms & question.weights.keys():
            yield claims


def _pairs(said: Sequence[_Said]) -> Iterator[tuple[_Said, _Said]]:
    """Sentences of two sources that share a term which few have."""
    having: defaultdict[str, list[int]] = defaultdict(list)
    for index, each in enumerate(said):
        for term in each.claims.terms:
            having[term].append(index)
    compared = 0
    for index, each in enumerate(said):
        rarest = min(each.claims.terms, key=lambda term: (len(having[term]), term))
        for other in having[rarest]:
            if other > index and said[other].source != each.source:
                compared += 1
                if compared > MOST_PAIRS:
                    return
                yield each, said[other]


def _conflict(one: _Said, other: _Said) -> str:
    alike = share(one.claims.terms, other.claims.terms)
    if alike < SAME or one.claims.names ^ other.claims.names:
        return ""
    first, second = one.claims.quantities.all, other.claims.quantities.all
    if len(first) == len(second) == 1:
        return _of_quantities(one, other, first[0], second[0])
    opposite = one.claims.negated != other.claims.negated
    if not first and not second and ((opposite and alike >= SAME_BUT_DENIED) or contradicts(one.claims, other.claims)):
        said = (f"[{each.source}] says “{escape_line(shortened(each.claims.text, QUOTED))}”" for each in (one, other))
        return f"{', '.join(said)}."
    return ""


def _of_quantities(one: _Said, other: _Said, first: Quantity, second: Quantity) -> str:
    comparable = first.dimension == second.dimension and one.claims.negated == other.claims.negated
    if not comparable or first.amount == second.amount:
        return ""
    return f"[{one.source}] says {escape_line(first.text)}, [{other.source}] says {escape_line(second.text)}."
