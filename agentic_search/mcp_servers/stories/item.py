"""What the archive keeps: stories and the comments on them, in one form whatever they came from."""

from dataclasses import dataclass, fields, replace
from typing import Literal, TypeAlias

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


def merged(known: Item | None, new: Item) -> Item:
    """What a later import says wins, but what it does not say is not forgotten."""
    if known is None:
        return new
    kept = {name: getattr(known, name) for name in _NAMES if getattr(new, name) is None}
    return replace(new, **kept)


_NAMES = tuple(field.name for field in fields(Item))
