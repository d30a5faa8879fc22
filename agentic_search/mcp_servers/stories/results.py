"""What the tools give back; each model is also the tool's output schema."""

from pydantic import BaseModel, ConfigDict


class Result(BaseModel):
    """The form of all of them."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Story(Result):
    """One story."""

    id: str
    title: str
    url: str
    """The page it is about, or its own; what to cite."""
    author: str | None
    points: int | None
    created_at: str | None
    """As in 2025-06-30T12:00:00Z."""
    tags: list[str]
    text: str
    """Its own words, where it has any; in a search the part that fits best."""
    num_comments: int | None
    source: str | None
    """Where the archive has it from."""


class Comment(Result):
    """One comment."""

    id: str
    author: str | None
    text: str
    points: int | None
    created_at: str | None
    parent: str | None
    """What it answers: the story or another comment."""
    story: str | None
    """The story's id, where known."""
    url: str


class Stories(Result):
    """Stories found."""

    stories: list[Story]
    note: str | None = None


class Count(Result):
    """How many stories there are."""

    count: int
    note: str | None = None


class Discussion(Story):
    """One story with what was said about it, oldest first."""

    comments: list[Comment]
    comments_total: int
    """Comments in the archive, with those not given here."""


class Comments(Result):
    """Comments found, newest first."""

    comments: list[Comment]
    note: str | None = None


class Profile(Result):
    """What the archive knows of somebody."""

    user: str
    stories: int
    comments: int
    points: int
    """Of stories and comments together."""
    first_seen: str | None
    last_seen: str | None
    tags: list[str]
    """The most frequent first."""
    note: str | None = None
