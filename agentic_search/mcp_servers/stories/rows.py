"""Items ⇄ rows of the archive."""

import json
import sqlite3

from agentic_search.mcp_servers.stories.item import Item

FIELDS = (
    "id",
    "type",
    "title",
    "url",
    "author",
    "points",
    "created_at",
    "tags",
    "text",
    "num_comments",
    "source",
    "parent",
    "story",
)
COLUMNS = ", ".join(f"item.{name}" for name in FIELDS)

Value = str | int | None


def to_row(item: Item) -> tuple[Value, ...]:
    """In the order of FIELDS; halves of characters, which some feeds hold, are replaced."""
    values = [getattr(item, name) for name in FIELDS if name != "tags"]
    values.insert(FIELDS.index("tags"), None if item.tags is None else json.dumps(item.tags, ensure_ascii=False))
    return tuple(value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for value in values)


def to_item(row: sqlite3.Row) -> Item:
    """A row with all COLUMNS."""
    values = dict(zip(FIELDS, tuple(row), strict=False))
    values["tags"] = None if values["tags"] is None else tuple(json.loads(values["tags"]))
    return Item(**values)
