"""Makes previews of results: JSON short enough to show to a planner.

What a planner needs is the shape, to write references to, and the first of the content: long texts and lists are cut
inside before the whole is. The whole value may be megabytes: only so much of it is ever looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pydantic import JsonValue
from pydantic_core import to_json

from agentic_search.models.budget import TokenEstimate

_MOST_VALUES = 300
_MOST_FIELDS = 30
_DEEPEST = 5
_CUT = "…"


@dataclass(frozen=True, slots=True)
class _Measure:
    """How much of each part is shown."""

    characters: int
    elements: int


_MEASURES = (_Measure(2_000, 30), _Measure(400, 20), _Measure(120, 10), _Measure(50, 5))
"""Tried in turn until the whole fits."""


def preview(value: JsonValue, room: int, tokens: TokenEstimate) -> str:
    """As much of `value` as `room` tokens hold; `…` stands where something was left out."""
    text = ""
    for measure in _MEASURES:
        text = to_json(_cut(value, measure, _DEEPEST, iter(range(_MOST_VALUES)))).decode()
        if tokens.count(text) <= room:
            return text
    return _shortened(text, room, tokens)


def _cut(value: JsonValue, measure: _Measure, depth: int, steps: Iterator[int]) -> JsonValue:
    match value:
        case str():
            return value if len(value) <= measure.characters else value[: measure.characters] + _CUT
        case list() | dict() if value and depth == 0:
            return _CUT
        case list():
            shown = zip(value[: measure.elements], steps, strict=False)
            elements = [_cut(each, measure, depth - 1, steps) for each, _ in shown]
            left = len(value) - len(elements)
            return [*elements, f"{_CUT} {left} more"] if left else elements
        case dict():
            named = zip(islice(value.items(), _MOST_FIELDS), steps, strict=False)
            fields = {name: _cut(each, measure, depth - 1, steps) for (name, each), _ in named}
            left = len(value) - len(fields)
            return {**fields, _CUT: f"{left} more"} if left else fields
        case _:
            return value


def _shortened(text: str, room: int, tokens: TokenEstimate) -> str:
    while (cost := tokens.count(text)) > room and len(text) > 1:
        kept = min(len(text) - 2, len(text) * room // cost)
        text = text[:kept] + _CUT
    return text
