"""Packs evidence into a budget of tokens: the sources that fit, best first, and what was left out.

Many passages cut to their best parts are worth more than a few whole ones: each gets the same share of the budget, and
what short ones leave of theirs goes to the long ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agentic_search.domain.answer import LeftOut
from agentic_search.domain.outcome import Evidence
from agentic_search.models.budget import TokenEstimate
from agentic_search.synthesis.evidence.question_terms import QuestionTerms
from agentic_search.synthesis.evidence.quotation import quote
from agentic_search.synthesis.evidence.relevance import score_evidence
from agentic_search.text.counting import count

SMALLEST_SHARE = 150
"""Tokens below which a part of a passage is no use; rather a passage is left out."""

FRAME = 24
"""Tokens that the frame around each source costs, its title apart."""


@dataclass(frozen=True, slots=True)
class PackedSources:
    """What fits."""

    shown: tuple[Evidence, ...]
    """Best first: the first is [1] to the model."""
    texts: tuple[str, ...]
    """What the model sees of each."""
    left_out: tuple[LeftOut, ...]


def pack_sources(query: str, evidence: Sequence[Evidence], room: int, tokens: TokenEstimate) -> PackedSources:
    """Take as much of the evidence as `room` tokens can hold, cutting before dropping."""
    scored = score_evidence(query, evidence)
    ordered = [passage.evidence for passage in scored.passages]
    costs = [_frame(item, tokens) + tokens.count(item.passage.whole) for item in ordered]
    fitting = _how_many(costs, room)
    share = _share(costs[:fitting], room)
    texts = tuple(
        item.passage.whole if cost <= share else _cut(item, scored.question, share, tokens)
        for item, cost in zip(ordered[:fitting], costs, strict=False)
    )
    cut = sum(cost > share for cost in costs[:fitting])
    return PackedSources(tuple(ordered[:fitting]), texts, _left_out(len(ordered), fitting, cut))


def _frame(item: Evidence, tokens: TokenEstimate) -> int:
    return FRAME + tokens.count(item.passage.title)


def _how_many(costs: Sequence[int], room: int) -> int:
    """How many of the best passages can be shown, each at least in its smallest share."""
    used = 0
    for before, cost in enumerate(costs):
        used += min(cost, SMALLEST_SHARE)
        if used > room:
            return before
    return len(costs)


def _share(costs: Sequence[int], room: int) -> int:
    """The most that each may take so that all fit: what the short ones leave goes to the long."""
    left = room
    for before, cost in enumerate(sorted(costs)):
        share = left // (len(costs) - before)
        if cost > share:
            return share
        left -= cost
    return max(costs, default=0)


def _cut(item: Evidence, question: QuestionTerms, share: int, tokens: TokenEstimate) -> str:
    """The part of a passage that bears on the question, in `share` tokens."""
    text = item.passage.whole
    room = share - _frame(item, tokens)
    limit = max(1, len(text) * room // max(1, tokens.count(text)))
    part = quote(text, question, limit=limit, across_sections=True).text
    while tokens.count(part) > room and limit > 1:
        limit = limit * 3 // 4
        part = quote(part, question, limit=limit, across_sections=True).text
    return part


def _left_out(all_passages: int, fitting: int, cut: int) -> tuple[LeftOut, ...]:
    lines: list[LeftOut] = []
    if dropped := all_passages - fitting:
        what = f"{dropped} of {count(all_passages, 'passage')}"
        lines.append(LeftOut(what=what, why="did not fit the model's context"))
    if cut:
        what = f"parts of {count(cut, 'passage')}"
        lines.append(LeftOut(what=what, why="did not fit the model's context; what bears on the question was kept"))
    return tuple(lines)
