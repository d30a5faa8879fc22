"""What an index holds, and what a search of it gives back."""

from dataclasses import dataclass, field
from typing import TypeAlias

Extra: TypeAlias = dict[str, str | int | float | bool | list[str] | None]
"""Facts that travel with an entry, kept as JSON; they are not searched."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found."""

    address: str
    """Names the entry; unique within its group."""
    title: str
    body: str
    keywords: str = ""
    """Further words to be found by, never shown: a heading's path, the parts of a CamelCase name."""
    extra: Extra = field(default_factory=dict[str, str | int | float | bool | list[str] | None])


@dataclass(frozen=True, slots=True)
class IndexHit:
    """An entry that a question found."""

    entry: Entry
    group: str
    score: float
    """BM25 with weighted columns; above 0, higher is better, comparable within one question only."""
    passage: str
    """The part of the body that bears on the question best."""
