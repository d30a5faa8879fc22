"""Orders tools by how much of a question their words cover: BM25 over the fields in which a tool describes itself."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import JsonValue
from pydantic_core import from_json, to_json

from agentic_search.domain.tool import Tool
from agentic_search.text.lexicon import terms

_NAME, _TITLE, _SERVER, _DESCRIPTION, _ARGUMENT = 3.0, 2.0, 2.0, 1.0, 0.3
"""What one word is worth, by the field that holds it."""

_JOINED = 6
"""Letters of a word that may stand anywhere inside a name: "analysis" in `seoanalysis`."""

_SATURATION, _LENGTH = 2.0, 0.5
"""BM25's k1 and b."""

_LITTLE = 0.4
"""What a word of a question's frame is worth, beside one of its content."""

_FRAME = frozenset(
    terms(
        """
        find search get tell help need show look looking want give know provide information info latest newest current
        new recent today list compare difference default compute way best good great recommend suggest suggestions
        interested assist curious check learn details detail related specific available offer create make share explore
        discover access regarding now
        important popular top ask use used using total like love interest interesting idea learn understand right open
        enable allow possible highly well various specific specifically particular unique comprehensive perfect
        """
    )
)


@dataclass(frozen=True, slots=True)
class ScoredTool:
    """A tool and how well it matches."""

    tool: Tool
    score: float
    """0: no word in common."""


def by_relevance(query: str, tools: Sequence[Tool]) -> list[ScoredTool]:
    """The tools, best first; equals in the order given."""
    asked = Counter(terms(query))
    long = [word for word in asked if len(word) >= _JOINED]
    profiles = [_profile(tool, long) for tool in tools]
    rarity = _rarity(asked, profiles)
    average = sum(map(_length, profiles)) / max(1, len(profiles)) or 1.0
    scored = [
        ScoredTool(tool, _score(asked, profile, rarity, average)) for tool, profile in zip(tools, profiles, strict=True)
    ]
    return sorted(scored, key=lambda each: -each.score)


def _profile(tool: Tool, long: Sequence[str]) -> Mapping[str, float]:
    properties = tool.input_schema.get("properties")
    weights = _weights(tool.name, tool.title, tool.server, tool.description, to_json(properties))
    parts = _long_parts(tool.name)
    joined = {
        word: weights.get(word, 0.0) + _NAME for part in parts for word in long if word in part and word not in parts
    }
    return {**weights, **joined} if joined else weights


@lru_cache(maxsize=4_096)
def _long_parts(name: str) -> frozenset[str]:
    return frozenset(part for part in terms(name) if len(part) > _JOINED)


@lru_cache(maxsize=4_096)
def _weights(name: str, title: str, server: str, description: str, properties: bytes) -> Mapping[str, float]:
    """How much each word weighs in what a tool says of itself."""
    weights: dict[str, float] = {}
    for weight, found in (
        (_NAME, terms(name)),
        (_TITLE, terms(title)),
        (_SERVER, terms(server)),
        (_DESCRIPTION, terms(description)),
        (_ARGUMENT, _argument_words(from_json(properties))),
    ):
        for word in found:
            weights[word] = weights.get(word, 0.0) + weight
    return weights


def _argument_words(properties: JsonValue) -> list[str]:
    if not isinstance(properties, dict):
        return []
    found: list[str] = []
    for name, schema in properties.items():
        found += terms(name)
        match schema:
            case {"description": str(text)}:
                found += terms(text)
            case _:
                pass
    return found


def _rarity(asked: Mapping[str, int], profiles: Sequence[Mapping[str, float]]) -> dict[str, float]:
    total = len(profiles)
    holding = {word: sum(word in profile for profile in profiles) for word in asked}
    return {
        word: math.log(1 + (total - held + 0.5) / (held + 0.5)) * (_LITTLE if word in _FRAME else 1)
        for word, held in holding.items()
    }


def _length(profile: Mapping[str, float]) -> float:
    return sum(profile.values())


def _score(
    asked: Mapping[str, int], profile: Mapping[str, float], rarity: Mapping[str, float], average: float
) -> float:
    drag = _SATURATION * (1 - _LENGTH + _LENGTH * _length(profile) / average)
    return sum(
        rarity[word] * profile[word] * (_SATURATION + 1) / (profile[word] + drag) for word in asked if word in profile
    )
