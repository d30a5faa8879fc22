"""What the tools give back, and how it is made from the archive's items; each model is the output schema of a tool."""

from pydantic import BaseModel, ConfigDict

from agentic_search.mcp_servers.fulltext import best_passage
from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.archive.reading import Thread, Totals
from agentic_search.mcp_servers.stories.moments import iso

SCHEME = "stories:"


class StoryResult(BaseModel):
    """The base of all results."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Story(StoryResult):
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


class Comment(StoryResult):
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


class Stories(StoryResult):
    """Stories found."""

    stories: list[Story]
    searched: str | None = None
    """How much was searched, as in `234 stories`."""
    note: str | None = None
    read_as: dict[str, list[str]] | None = None
    """Word of the query → the words that were searched for in addition: it is misspelt, foreign, or inflected."""


class Count(StoryResult):
    """How many stories there are."""

    count: int
    note: str | None = None


class Discussion(Story):
    """One story with what was said about it, oldest first."""

    comments: list[Comment]
    comments_total: int
    """Comments in the archive, with those not given here."""


class Comments(StoryResult):
    """Comments found, newest first."""

    comments: list[Comment]
    note: str | None = None


class AuthorProfile(StoryResult):
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


def to_story(item: Item, query: str | None = None) -> Story:
    """With a query, only the part of the text that fits it."""
    text = item.text or ""
    return Story(
        id=item.id,
        title=item.title or "",
        url=_url(item),
        author=item.author,
        points=item.points,
        created_at=iso(item.created_at),
        tags=list(item.tags or ()),
        text=text if query is None else best_passage(text, query),
        num_comments=item.num_comments,
        source=item.source,
    )


def to_discussion(thread: Thread) -> Discussion:
    """The whole text, and the comments."""
    shown = to_story(thread.story).model_dump()
    return Discussion(**shown, comments=[to_comment(item) for item in thread.comments], comments_total=thread.total)


def to_comment(item: Item) -> Comment:
    return Comment(
        id=item.id,
        author=item.author,
        text=item.text or "",
        points=item.points,
        created_at=iso(item.created_at),
        parent=item.parent,
        story=item.story,
        url=_url(item),
    )


def to_profile(totals: Totals, note: str | None) -> AuthorProfile:
    return AuthorProfile(
        user=totals.name,
        stories=totals.stories,
        comments=totals.comments,
        points=totals.points,
        first_seen=iso(totals.first),
        last_seen=iso(totals.last),
        tags=list(totals.tags),
        note=note,
    )


def _url(item: Item) -> str:
    """An address of the archive's own where there is no page to cite."""
    return item.url or f"{SCHEME}{item.id}"
