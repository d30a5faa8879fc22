"""What the archive keeps: stories and the comments on them, in one form for every source, and as rows of the file."""

import json
import sqlite3
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias

ItemType: TypeAlias = Literal["story", "comment"]


@dataclass(frozen=True, slots=True)
class Item:
    """A story or a comment; None is what its source did not say."""

    id: str
    """Names the item in the whole archive; importing it again replaces it."""
    type: ItemType = "story"
    title: str | None = None
    url: str | None = None
    author: str | None = None
    points: int | None = None
    created_at: int | None = None
    """Seconds since 1970."""
    tags: tuple[str, ...] | None = None
    text: str | None = None
    """Plain text, paragraphs apart."""
    num_comments: int | None = None
    source: str | None = None
    """Where it came from, for people: `Hacker News`, a feed's title, a file's name."""
    parent: str | None = None
    """For a comment: the item that it answers."""
    story: str | None = None
    """For a comment: the story at the top, where known."""


LARGEST = 2**63 - 1
"""What an integer of SQLite holds."""
MOST_CHARACTERS = {"title": 1_000, "author": 200, "source": 200, "text": 1_000_000}
MOST_OF_URL = 8_000
MOST_TAGS = 200
"""Of one item: what is longer is cut, and a URL left out; tags have as many characters as an author."""
FIELDS = tuple(field.name for field in fields(Item))
COLUMNS = ", ".join(f"item.{name}" for name in FIELDS)


def merged(known: Item | None, new: Item) -> Item:
    """What a later import says replaces what was known; what it does not say is kept."""
    if known is None:
        return new
    kept = {name: getattr(known, name) for name in FIELDS if getattr(new, name) is None}
    return replace(new, **kept)


def writable(item: Item) -> Item:
    """The item with U+FFFD for each half of a surrogate pair, bounded, without numbers that the file cannot hold."""
    values: dict[str, Any] = {name: _writable(getattr(item, name)) for name in FIELDS}
    for name, most in MOST_CHARACTERS.items():
        values[name] = values[name] and values[name][:most]
    if len(item.url or "") > MOST_OF_URL:
        values["url"] = None
    if item.tags is not None:
        values["tags"] = tuple(_writable(tag[: MOST_CHARACTERS["author"]]) for tag in item.tags[:MOST_TAGS])
    return Item(**values)


def _writable(value: Any) -> Any:
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return None if isinstance(value, int) and abs(value) > LARGEST else value


def to_row(item: Item) -> tuple[str | int | None, ...]:
    """In the order of FIELDS."""
    values = [getattr(item, name) for name in FIELDS if name != "tags"]
    values.insert(FIELDS.index("tags"), None if item.tags is None else json.dumps(item.tags, ensure_ascii=False))
    return tuple(values)


def to_item(row: sqlite3.Row) -> Item:
    """From a row with all COLUMNS."""
    values = dict(zip(FIELDS, tuple(row), strict=False))
    values["tags"] = None if values["tags"] is None else tuple(json.loads(values["tags"]))
    return Item(**values)
