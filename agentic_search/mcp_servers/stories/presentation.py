"""Items of the archive → what a tool shows of them."""

from agentic_search.mcp_servers.fulltext import best_passage
from agentic_search.mcp_servers.stories.archive import Thread, Totals
from agentic_search.mcp_servers.stories.item import Item
from agentic_search.mcp_servers.stories.moments import iso
from agentic_search.mcp_servers.stories.results import Comment, Discussion, Profile, Story

SCHEME = "stories:"


def story(item: Item, query: str | None = None) -> Story:
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


def discussion(thread: Thread) -> Discussion:
    """The whole text, and the comments."""
    shown = story(thread.story).model_dump()
    return Discussion(**shown, comments=[comment(item) for item in thread.comments], comments_total=thread.total)


def comment(item: Item) -> Comment:
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


def profile(totals: Totals, note: str | None) -> Profile:
    return Profile(
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
