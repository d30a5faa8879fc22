"""Answers a comparison side by side: a column for each of the two things, of the passage that is about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentic_search.domain.answer import Source
from agentic_search.domain.outcome import Evidence
from agentic_search.synthesis.evidence.passages import Unit
from agentic_search.synthesis.evidence.question_terms import QuestionTerms
from agentic_search.synthesis.evidence.quotation import Quotation, opening, quotable_units, quote, signature_of_passage
from agentic_search.synthesis.evidence.relevance import score_evidence
from agentic_search.synthesis.extracts.question_form import sides
from agentic_search.synthesis.markdown.escape import code_span, escape_inline
from agentic_search.synthesis.markdown.plain import plain_text
from agentic_search.synthesis.markdown.tables import bordered, cells_of, raw_table
from agentic_search.text.lexicon import terms
from agentic_search.text.sentences import shortened

ABOUT_IT = 0.75
"""Share of a side's words that a passage must carry to be about it."""

BEGINS = 0.5
"""What a row or sentence gains that begins with the side's name."""

LENGTH = 400
"""Characters of each column, which is some sixty words."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things."""

    name: str
    """As the question writes it."""
    evidence: Evidence | None
    """The passage about it, where there is one."""
    quotation: Quotation | None


def compared(query: str, evidence: Sequence[Evidence]) -> tuple[Side, ...]:
    """The two sides; none where the question compares nothing, or nothing is about either."""
    names = sides(query)
    if names is None:
        return ()
    found = tuple(_side(name, evidence) for name in names)
    return found if any(side.evidence for side in found) else ()


def comparison_paragraphs(found: Sequence[Side], first: int) -> Iterator[str]:
    """A table of two columns, then what is missing."""
    numbers = numbers_of(found, first)
    header = [_header(side, numbers) for side in found]
    yield raw_table(header, [[_quoted(side) for side in found]])


def comparison_sources(found: Sequence[Side], first: int) -> tuple[Source, ...]:
    """One source a passage, though both sides be from it."""
    by_id: dict[int, Source] = {}
    for side in found:
        if side.evidence and side.quotation:
            number = numbers_of(found, first)[side.evidence.id]
            text = " ".join(side.quotation.text.split())
            before = by_id.get(number)
            snippet = f"{before.snippet} … {text}" if before and text not in before.snippet else text
            by_id[number] = side.evidence.source(number, snippet)
    return tuple(by_id.values())


def numbers_of(found: Sequence[Side], first: int) -> dict[int, int]:
    """The mark of each passage, by its id."""
    ids = dict.fromkeys(side.evidence.id for side in found if side.evidence)
    return {id_: number for number, id_ in enumerate(ids, start=first)}


def _side(name: str, evidence: Sequence[Evidence]) -> Side:
    scored = score_evidence(name, evidence)
    wanted = set(terms(name))
    exact = [item for item in evidence if item.passage.title.lower() == name.lower()]
    titled = [one.evidence for one in scored.passages if wanted and wanted <= set(terms(one.evidence.passage.title))]
    about = [one.evidence for one in scored.passages if one.coverage >= ABOUT_IT and one.score > 0]
    if "." in name:  # a dotted name is one name: what only shares its parts is another thing
        titled = [item for item in titled if item.passage.title.lower().endswith(f".{name.lower()}")]
        about = [item for item in about if name.lower() in item.passage.text.lower()]
    best = next(iter((*exact, *titled, *about)), None)
    if best is None:
        return Side(name, None, None)
    is_it = best in exact or best in titled
    text = best.passage.text
    return Side(name, best, opening(text, limit=LENGTH) if is_it else _about(name, text))


def _about(name: str, text: str) -> Quotation:
    """The row of a table, or the sentences, that say most of it."""
    question = QuestionTerms.of(name)
    units = [unit for unit in quotable_units(text) if unit.kind != "code"]

    def worth(unit: Unit) -> float:
        begins = unit.text.lstrip("|*`- ").lower().startswith(name.lower())
        return question.covered_by(terms(unit.text)) + BEGINS * begins

    best = max(units, key=worth, default=None)
    if best is not None and best.kind == "row":
        return Quotation("", (best,))
    return quote(text, question, limit=LENGTH, around=best)


def _header(side: Side, numbers: dict[int, int]) -> str:
    mark = f" [{numbers[side.evidence.id]}]" if side.evidence else ""
    return f"{escape_inline(side.name)}{mark}"


def _quoted(side: Side) -> str:
    if side.evidence is None or side.quotation is None:
        return f"Nothing found of {escape_inline(side.name)}."
    signature = signature_of_passage(side.evidence.passage)
    units = [unit for unit in side.quotation.units if unit.kind != "code"] or list(side.quotation.units)
    text = " ".join(
        " — ".join(filter(None, cells_of(unit.text))) if unit.kind == "row" else unit.text for unit in units
    )
    shown = escape_inline(shortened(plain_text(text), LENGTH))
    return bordered(" ".join(filter(None, (code_span(signature) if signature else "", shown))))
