"""Quotes the run of whole sentences and examples of a passage that bears on a question most."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain

from agentic_search.domain.outcome import Passage
from agentic_search.synthesis.evidence.passages import Unit, read_units
from agentic_search.synthesis.evidence.question_terms import QuestionTerms
from agentic_search.text.lexicon import terms
from agentic_search.text.sentences import is_whole

EACH_SENTENCE = 0.25
"""What one more sentence that bears on the question is worth, against bearing on more of it."""

OPENING = 0.1
"""What a window gains that begins the passage: people say there what it is about."""

PARAGRAPH = 0.03
"""What a window gains that begins a paragraph: it reads better."""

FULL = 0.05
"""What a window gains that reaches the limit: what stands around the best sentence explains it."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """What is quoted of one passage."""

    signature: str
    """The signature that the passage begins with, if it does."""
    units: tuple[Unit, ...]
    """Consecutive units, verbatim but for the last, which may be cut where it alone is too long."""

    @property
    def text(self) -> str:
        """The quotation as plain text, a line a paragraph or example."""
        text = self.signature
        before: Unit | None = None
        for unit in self.units:
            goes_on = before is not None and before.paragraph == unit.paragraph and unit.kind == "sentence"
            text += (" " if goes_on else "\n" if text else "") + unit.text
            before = unit
        return text


def quote(
    text: str, question: QuestionTerms, *, limit: int, across_sections: bool = False, around: Unit | None = None
) -> Quotation:
    """The best quotation of at most about `limit` characters; empty where the passage holds no words.

    People are quoted one section only; `across_sections` lets it run on, headings left out. It holds `around`, one of
    the passage's `quotable_units`, where that is given.
    """
    whole = list(quotable_units(text))
    if across_sections:
        whole = [replace(unit, section=0) for unit in whole]
    window = _without_loose_ends(_best_window(whole, question, limit, around), around)
    if len(window) == 1:
        window = [replace(window[0], text=_cut(window[0], limit))]
    return Quotation(signature_of(text), tuple(window))


def quotable_units(text: str) -> tuple[Unit, ...]:
    """The units of a passage without the signature that it begins with, and without a torn end."""
    units = read_units(text)
    return tuple(_without_torn_end(list(units[1:] if units and units[0].kind == "signature" else units)))


def opening(text: str, *, limit: int) -> Quotation:
    """What a passage begins with, of at most about `limit` characters."""
    units = list(quotable_units(text))
    begin, end = next(iter(_windows(units, limit)), (0, 0))
    return Quotation("", tuple(_without_loose_ends(units[begin:end], None)))


def signature_of_passage(passage: Passage) -> str:
    """How the thing is called that a passage is about; empty for what is none."""
    return signature_of(passage.text) or dict(passage.facts).get("signature", "")


def signature_of(text: str) -> str:
    """The signature that a text begins with; empty where it begins otherwise."""
    first = next(iter(read_units(text)), None)
    return first.text if first is not None and first.kind == "signature" else ""


def _without_torn_end(units: list[Unit]) -> list[Unit]:
    """Tools cut passages; a last sentence without an end says nothing that can be relied on."""
    torn = len(units) > 1 and units[-1].kind == "sentence" and not is_whole(units[-1].text)
    return units[:-1] if torn else units


def _best_window(units: list[Unit], question: QuestionTerms, limit: int, around: Unit | None) -> list[Unit]:
    """Of the longest windows that begin at each unit, the one that bears on the question most."""
    within = next((at for at, unit in enumerate(units) if unit is around or unit == around), None)
    found = [frozenset(terms(unit.text)) & question.weights.keys() for unit in units]
    worth = [*accumulate((question.covered_by(words) for words in found), initial=0.0)]
    sizes = [*accumulate((_size(unit) for unit in units), initial=0)]
    best, chosen = -1.0, units[:0]
    for begin, end in _windows(units, limit):
        if within is not None and not begin <= within < end:
            continue
        covered = question.covered_by(chain.from_iterable(found[begin:end]))
        filled = min(1.0, (sizes[end] - sizes[begin]) / limit)
        value = covered + EACH_SENTENCE * (worth[end] - worth[begin]) + FULL * filled + _start(units, begin)
        if value >= best:
            best, chosen = value, units[begin:end]
    return chosen


def _windows(units: Sequence[Unit], limit: int) -> Iterator[tuple[int, int]]:
    """For each unit, how far a quotation from there may go: at least to its own end."""
    end, used = 0, 0
    for begin, unit in enumerate(units):
        while end < len(units) and units[end].section == unit.section:
            if end > begin and used + _size(units[end]) > limit:
                break
            used += _size(units[end])
            end += 1
        yield begin, end
        used -= _size(unit)


def _size(unit: Unit) -> int:
    """Code counts half: it is read at a glance, and is often the very thing that is asked for."""
    return len(unit.text) // 2 if unit.kind == "code" else len(unit.text)


def _start(units: Sequence[Unit], begin: int) -> float:
    if begin == 0:
        return OPENING
    return PARAGRAPH if units[begin - 1].paragraph != units[begin].paragraph else 0.0


def _without_loose_ends(window: list[Unit], wanted: Unit | None) -> list[Unit]:
    """A last sentence that announces an example which is not quoted goes."""
    while len(window) > 1 and window[-1].kind != "code" and window[-1].text.endswith(":") and window[-1] != wanted:
        window = window[:-1]
    return window


def _cut(unit: Unit, limit: int) -> str:
    """A unit that alone is too long ends at the end of a line or a word."""
    limit, end_of = (2 * limit, "\n") if unit.kind == "code" else (limit, " ")
    if len(unit.text) <= limit:
        return unit.text
    end = unit.text.rfind(end_of, limit // 2, limit + 1)
    return unit.text[: end if end > 0 else limit].rstrip()
