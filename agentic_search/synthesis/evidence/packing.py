"""Ranked passages and a budget of tokens flow in; the sources that fit flow out, best first, and what was left out.

Many passages cut to their best parts are worth more than a few whole ones: each gets the same share of the room, and
what short ones leave of theirs goes to the long ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agentic_search.domain.answer import LeftOut
from agentic_search.events.facts import count
from agentic_search.models.budget import estimate_tokens
from agentic_search.synthesis.evidence.quotation import quote
from agentic_search.synthesis.evidence.relevance import Question, rank
from agentic_search.synthesis.writing.writer import Evidence

SMALLEST_SHARE = 150
"""Tokens below which a part of a passage is no use; rather a passage is left out."""

FRAME = 24
"""Tokens that the frame around each source costs, its title apart."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What fits."""

    shown: tuple[Evidence, ...]
    """Best first: the first is [1] to the model."""
    texts: tuple[str, ...]
    """What the model sees of each."""
    left_out: tuple[LeftOut, ...]


def pack_sources(query: str, evidence: Sequence[Evidence], tokens: int) -> Packed:
    """Take as much of the evidence as `tokens` can hold, cutting before dropping."""
    ranking = rank(query, evidence)
    ranked = [passage.evidence for passage in ranking.passages]
    costs = [_cost(item) for item in ranked]
    kept = _how_many(costs, tokens)
    share = _share(costs[:kept], tokens)
    texts = tuple(
        item.passage.text if cost <= share else _cut(item, ranking.question, share)
        for item, cost in zip(ranked[:kept], costs, strict=False)
    )
    cut = sum(cost > share for cost in costs[:kept])
    return Packed(tuple(ranked[:kept]), texts, _left_out(len(ranked), kept, cut))


def _cost(item: Evidence) -> int:
    return _frame(item) + estimate_tokens(item.passage.text)


def _frame(item: Evidence) -> int:
    return FRAME + estimate_tokens(item.passage.title)


def _how_many(costs: Sequence[int], tokens: int) -> int:
    """How many of the best passages can be shown, each at least in its smallest share."""
    used = 0
    for place, cost in enumerate(costs):
        used += min(cost, SMALLEST_SHARE)
        if used > tokens:
            return place
    return len(costs)


def _share(costs: Sequence[int], tokens: int) -> int:
    """The most that each may take so that all fit: what the short ones leave goes to the long."""
    left = tokens
    for place, cost in enumerate(sorted(costs)):
        share = left // (len(costs) - place)
        if cost > share:
            return share
        left -= cost
    return max(costs, default=0)


def _cut(item: Evidence, question: Question, share: int) -> str:
    """The part of a passage that bears on the question, in `share` tokens."""
    text = item.passage.text
    tokens = share - _frame(item)
    room = max(1, len(text) * tokens // max(1, estimate_tokens(text)))
    part = quote(text, question, room=room, across_sections=True).text
    while estimate_tokens(part) > tokens and room > 1:
        room = room * 3 // 4
        part = quote(part, question, room=room, across_sections=True).text
    return part


def _left_out(all_passages: int, kept: int, cut: int) -> tuple[LeftOut, ...]:
    lines: list[LeftOut] = []
    if dropped := all_passages - kept:
        what = f"{dropped} of {count(all_passages, 'passage')}"
        lines.append(LeftOut(what=what, why="did not fit the model's context"))
    if cut:
        what = f"parts of {count(cut, 'passage')}"
        lines.append(LeftOut(what=what, why="did not fit the model's context; what bears on the question was kept"))
    return tuple(lines)
