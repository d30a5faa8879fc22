"""Chooses what an answer quotes, and whether there is an answer at all: decided once, for all of it.

Dropping single passages that bear on a question little costs right ones; where even the best cover too little of the
question, nothing was found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agentic_search.domain.outcome import OWN_RESULT, Evidence
from agentic_search.synthesis.evidence.passages import Unit
from agentic_search.synthesis.evidence.question_terms import QuestionTerms
from agentic_search.synthesis.evidence.quotation import Quotation, quote, signature_of_passage
from agentic_search.synthesis.evidence.relevance import ScoredEvidence, ScoredPassage, score_evidence
from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.extracts.best_sentence import BestSentence, Quoted, best_sentence
from agentic_search.synthesis.extracts.question_form import need, wanted

MOST = 3
"""Passages quoted at most: the best, and two further ones in a line each."""

TRIED = 3
"""The best passages of which the answering sentence may come."""

NEAR_BEST = 0.5
"""Share of the best passage's score that a further passage must have."""

BEARING = 0.15
"""Share of the question's weight that a passage must carry to bear on it."""

COVERED = 0.4
"""Share of the question's weight that the best passages must carry: with less, nothing was found."""

LOOKED_AT = 6
"""The best passages of which one must carry that share."""

ALIKE = 0.7
"""Share of a passage's value, where words find nothing, that is its meaning; the rest is its words."""

COVERED_OF_FEW = {1: 0.6, 2: 0.6, 3: 0.45}
"""The same share for a question of so few terms: half of two says nothing."""

FEWEST_TERMS = 2
"""Terms that one of them must have of a question that has more: a single rare word is what another thing shares."""

LENGTH = 400
"""Characters quoted of a passage, which is some sixty words."""

WORDS = 60
"""Words quoted of a passage at most, beside its answering sentence."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What an answer is made of."""

    quoted: tuple[Quoted, ...]
    """Best first; none where nothing bears on the question."""
    nothing_found: bool
    """The best passages do not answer the question: they are only near misses."""
    coverage: float = 0.0
    """How much of the question the best one carries, 0 to 1."""


def choose(writer_input: WriterInput) -> Choice:
    """What to quote: by words, and where those find nothing, by what is alike in meaning.

    Facts without prose may answer a question without one of its words: where there is nothing else, they are quoted.
    """
    words = writer_input.words
    scored = score_evidence(words.text, writer_input.evidence, guessed=words.guessed)
    by_words = _by_words(writer_input, scored)
    alike = writer_input.alike
    if not by_words.nothing_found or not alike:
        return by_words
    near = [
        replace(passage, score=ALIKE * alike[passage.evidence.id] + (1 - ALIKE) * passage.score)
        for passage in scored.passages
        if passage.evidence.id in alike
    ]
    near.sort(key=lambda passage: -passage.score)
    return Choice(_quoted(words.text, scored, near), nothing_found=False, coverage=by_words.coverage)


def _by_words(writer_input: WriterInput, scored: ScoredEvidence) -> Choice:
    words = writer_input.words
    bearing = [
        passage for passage in scored.passages if (passage.coverage >= BEARING or passage.named) and passage.score > 0
    ]
    if not bearing and writer_input.evidence and all(item.passage.fact_of for item in writer_input.evidence):
        return Choice(_quoted(words.text, scored, scored.passages[:MOST]), nothing_found=False)
    if need(writer_input.query):  # a document that shows such a calculation is not its result
        bearing = [passage for passage in bearing if _is_told(passage, _share(scored)[0])] or bearing
    quoted = _quoted(words.text, scored, bearing)
    coverage = max((passage.coverage for passage in bearing[:LOOKED_AT]), default=0.0)
    return Choice(quoted, not quoted or not is_answered(writer_input.query, scored, bearing), coverage)


def choose_of(writer_input: WriterInput, first: Sequence[Evidence], leads: Sequence[str] = ()) -> Choice:
    """Quote these passages, which are known to answer the question, in their order; `leads` instead of sentences."""
    scored = score_evidence(writer_input.words.text, writer_input.evidence)
    by_id = {passage.evidence.id: passage for passage in scored.passages}
    kind = wanted(writer_input.query)
    found = [
        best_sentence(writer_input.query, kind, scored.question, passage, scored.passages[0].score)
        for passage in (by_id[item.id] for item in first[:MOST])
    ]
    found = [replace(best, text=lead, unit=None) for best, lead in zip(found, leads, strict=False)] or found
    return Choice(tuple(_quotation(best, scored.question) for best in found if best.text), nothing_found=False)


def is_answered(query: str, scored: ScoredEvidence, bearing: Sequence[ScoredPassage]) -> bool:
    """Whether the best passages carry enough of the question, or one of them is what the question names."""
    share, fewest = _share(scored)
    if need(query):
        return any(_is_told(passage, share) for passage in bearing[:1])
    return any(
        passage.named or (passage.coverage >= share and passage.terms >= fewest) for passage in bearing[:LOOKED_AT]
    )


def _share(scored: ScoredEvidence) -> tuple[float, int]:
    """What a passage must carry of the question, as a share of its weight and as terms."""
    asked = len(scored.question.weights)
    return COVERED_OF_FEW.get(asked, COVERED), FEWEST_TERMS if asked > FEWEST_TERMS else 1


def _is_told(passage: ScoredPassage, least: float) -> bool:
    """Whether a tool says it itself, as one that calculates does; what it has found elsewhere is no such thing."""
    found = passage.evidence.passage
    return bool(found.fact_of) or (found.url.startswith(OWN_RESULT) and passage.coverage >= least)


def _quoted(query: str, scored: ScoredEvidence, passages: Sequence[ScoredPassage]) -> tuple[Quoted, ...]:
    if not passages:
        return ()
    kind, top = wanted(query), passages[0].score
    near = sorted(
        (passage for passage in passages if passage.named or passage.score >= NEAR_BEST * top),
        key=lambda passage: not passage.named,
    )[: max(MOST, TRIED) + 2]
    found = [best_sentence(query, kind, scored.question, passage, top) for passage in near]
    found = [best for best in found if best.text]
    if not found:
        return ()
    named = [best for best in found if best.scored.named]
    first = max(named or _rivals(found), key=lambda best: best.value)
    rest = [best for best in found if best is not first]
    return tuple(_quotation(best, scored.question) for best in (first, *rest[: MOST - 1]))


def _rivals(found: Sequence[BestSentence]) -> Sequence[BestSentence]:
    """Those of which the best sentence comes first. What has a signature is found by what it is, not by a sentence."""
    if signature_of_passage(found[0].scored.evidence.passage):
        return found[:1]
    return found[:TRIED]


def _quotation(best: BestSentence, question: QuestionTerms) -> Quoted:
    text = best.scored.evidence.passage.text
    beside = len(best.unit.text) if best.unit else 0
    quotation = quote(text, question, limit=LENGTH + beside, around=best.unit)
    return Quoted(best.scored.evidence, _of_some_words(quotation, best), best)


def _of_some_words(quotation: Quotation, best: BestSentence) -> Quotation:
    """At most WORDS words beside the answering sentence: from the end, whole units go."""
    units = list(quotation.units)
    while len(units) > 1 and units[-1] != best.unit and _words(units, best) > WORDS:
        units.pop()
    while len(units) > 1 and units[0] != best.unit and _words(units, best) > WORDS:
        units.pop(0)
    return replace(quotation, units=tuple(units))


def _words(units: Iterable[Unit], best: BestSentence) -> int:
    return sum(len(unit.text.split()) for unit in units if unit != best.unit)
