"""Finds the one sentence, row or fact of the best passages that answers a question."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.synthesis.evidence.passages import Unit
from agentic_search.synthesis.evidence.question_terms import QuestionTerms
from agentic_search.synthesis.evidence.quotation import Quotation, quotable_units, signature_of_passage
from agentic_search.synthesis.evidence.relevance import ScoredPassage, telling_title
from agentic_search.synthesis.extracts.question_form import Wanted, asks_what_it_is, holds
from agentic_search.synthesis.markdown.escape import escape_inline
from agentic_search.synthesis.markdown.plain import plain_text
from agentic_search.text.lexicon import terms

NEIGHBOURS = 0.2
"""What the question's words count that stand in the sentences beside, against those in the sentence itself."""

FITS = 0.15
"""What a sentence gains that has what the question wants: a moment, a number, a name."""

PASSAGE = 1.5
"""What a sentence gains of the best passage, and one of a worse passage by its share of that one's score."""

OPENING = 0.6
"""What the first sentence gains, which says what a thing is or does, against later ones: of what is called, and of any
passage where the question asks what something is; twice there, and where it is named. A fact gains half."""

FACT = 0.3
"""What a record's field gains that the question names."""


@dataclass(frozen=True, slots=True)
class BestSentence:
    """The answering sentence of one passage."""

    scored: ScoredPassage
    text: str
    """Word for word, or a record's title with a field's name and value."""
    unit: Unit | None
    """Where it stands in the passage's text; None for a field."""
    value: float
    """How well it answers: comparable between passages of one question."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage that the answer quotes."""

    evidence: Evidence
    quotation: Quotation
    best: BestSentence

    @property
    def name(self) -> str:
        """What people call the passage, as Markdown of one line."""
        passage = self.evidence.passage
        return escape_inline(passage.title) or escape_inline(passage.url) or "Untitled"


def best_sentence(query: str, kind: Wanted, question: QuestionTerms, scored: ScoredPassage, top: float) -> BestSentence:
    """The best one of a passage; `top` is the best passage's score. Its text is empty where the passage has none."""
    base = PASSAGE * scored.score / top if top else 0.0
    passage = scored.evidence.passage
    candidates = [*_of_units(query, kind, question, passage), *_of_facts(question, passage)]
    asked = asks_what_it_is(query)
    opening = OPENING * (1 + (scored.named or asked)) if asked or signature_of_passage(passage) else 0.0
    first = next((unit for _, _, unit in candidates), None)
    best = max(
        candidates,
        key=lambda each: each[0] + (opening / 2 if each[2] is None else opening if each[2] is first else 0.0),
        default=(0.0, "", None),
    )
    return BestSentence(scored, best[1], best[2], base + best[0])


def _of_units(
    query: str, kind: Wanted, question: QuestionTerms, passage: Passage
) -> Iterator[tuple[float, str, Unit | None]]:
    units = [unit for unit in quotable_units(passage.text) if unit.kind != "code" and plain_text(unit.text)]
    found = [frozenset(terms(unit.text)) & question.weights.keys() for unit in units]
    for at, unit in enumerate(units):
        covered = question.covered_by(found[at]) if question.weights else 0.0
        beside = question.covered_by(_around(found, at)) - covered if question.weights else 0.0
        fits = FITS if holds(kind, unit.text, query) else 0.0
        yield covered + NEIGHBOURS * beside + fits, unit.text, unit


def _around(found: Sequence[Set[str]], at: int) -> Set[str]:
    return frozenset[str]().union(*found[max(0, at - 1) : at + 2])


def _of_facts(question: QuestionTerms, passage: Passage) -> Iterator[tuple[float, str, None]]:
    """A field is the answer where the question names it, and names the record too or asks for its fields only."""
    title, title_alone = frozenset(terms(telling_title(passage))), frozenset(terms(passage.title))
    if passage.listing and passage.facts:
        name, value = passage.facts[0]
        yield question.covered_by(title), _field(passage.title, name, value), None
    for name, value in passage.facts:
        asked = frozenset(terms(name)) & question.weights.keys()
        signed = name == "signature" and bool((frozenset(terms(value)) & question.weights.keys()) - title_alone)
        if asked or signed:
            covered = question.covered_by(title & question.weights.keys() | frozenset(terms(f"{name} {value}")))
            yield covered + (FACT if asked else 0.0), value if signed else _field(passage.title, name, value), None


def _field(title: str, name: str, value: str) -> str:
    return f"{title}: {name.replace('_', ' ')} {value}"
