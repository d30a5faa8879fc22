"""What a question names, and where it stands in its text."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

QUOTED, CAPITALS, AFTER_PREPOSITION, PLAIN, DOING = 1.2, 0.9, 0.3, 0.0, -0.3
"""How surely each is a value; the last is what looks like a verb."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value that a question names, and where."""

    value: JsonValue
    start: int
    end: int
    weight: float = 0.0
    """How surely it is a value."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a question names, in the order of its text."""

    numbers: Sequence[Found]
    phrases: Sequence[Found]
