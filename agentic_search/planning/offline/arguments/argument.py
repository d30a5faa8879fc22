"""An argument of a tool, and the kinds of value that arguments take."""

from dataclasses import dataclass
from typing import Literal, cast

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject

Role = Literal[
    "query",
    "question",
    "text",
    "url",
    "date",
    "id",
    "number",
    "phrase",
    "other",
    "path",
    "dotted",
    "person",
    "zone",
    "expression",
    "code",
    "unit",
]

ASKING: frozenset[Role] = frozenset({"query", "question", "text"})
"""Roles that take what was asked itself; as "text" also what is to be typed, waited for or translated."""

POINTED: frozenset[Role] = frozenset({"url", "path", "dotted", "person", "zone", "expression", "id", "code"})
"""Roles of what a question points at: tools that need it are called where it does, not for the words they share."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a tool."""

    name: str
    schema: JsonObject
    role: Role
    words: frozenset[str]
    """The stems of its name and of what is said of it."""
    required: bool

    @property
    def said(self) -> str:
        """What its description says."""
        return str(self.schema.get("description", ""))

    @property
    def is_list(self) -> bool:
        """It takes several values."""
        return self.schema.get("type") == "array"


def choices_of(schema: JsonObject) -> list[JsonValue]:
    """The only values that an argument, or an element of its list, may have; none where it may have any."""
    found = schema.get("enum")
    items = schema.get("items")
    if found is None and isinstance(items, dict):
        found = items.get("enum")
    return cast("list[JsonValue]", found) if isinstance(found, list) else []
