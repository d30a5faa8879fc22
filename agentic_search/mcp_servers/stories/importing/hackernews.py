"""Reads stories and comments, newest first, from the Hacker News API at Algolia."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentic_search.mcp_servers.documents.parsing.html import html_to_text
from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.importing.fetching import Fetcher
from agentic_search.mcp_servers.stories.importing.report import ImportReport, SourceError, complaints

API = "https://hn.algolia.com/api/v1"
ITEM_PAGE = "https://news.ycombinator.com/item?id="
PAGE_SIZE = 100
SOURCE = "Hacker News"
INTERNAL_TAGS = ("author_", "story_", "comment")


@dataclass(frozen=True, slots=True)
class HackerNewsQuery:
    """What to ask the API for."""

    query: str = ""
    tags: str = "story"
    """In Algolia's form: `story,author_pg` is both, `(story,comment)` is either."""
    since: int | None = None
    pages: int = 5
    """Of a hundred hits each; Algolia gives no more than ten."""
    api: str = API


class HackerNewsHit(BaseModel):
    """A story or comment as the API gives it."""

    model_config = ConfigDict(populate_by_name=True)

    objectID: str = Field(min_length=1)
    title: str | None = None
    url: str | None = None
    author: str | None = None
    points: int | None = None
    story_text: str | None = None
    comment_text: str | None = None
    num_comments: int | None = None
    created_at_i: int | None = None
    tags: list[str] = Field(default=[], alias="_tags")
    story_id: int | None = None
    parent_id: int | None = None


class HackerNewsPage(BaseModel):
    """One page of hits; each is checked by itself."""

    hits: list[object]
    nbPages: int = 0
    nbHits: int = 0


def read_hackernews(asked: HackerNewsQuery, fetcher: Fetcher, report: ImportReport) -> Iterator[list[Item]]:
    """One list for each page. A bad hit goes to the report. Raises SourceError."""
    for number in range(asked.pages):
        page = _page(asked, number, fetcher)
        items = [_item(hit, f"page {number}, hit {index}", report) for index, hit in enumerate(page.hits)]
        yield [item for item in items if item]
        if number + 1 >= page.nbPages:
            return
        if number + 1 == asked.pages:
            report.remarks.append(f"of {page.nbHits:,} found")


def _page(asked: HackerNewsQuery, number: int, fetcher: Fetcher) -> HackerNewsPage:
    parameters: dict[str, str | int] = {"query": asked.query, "page": number, "hitsPerPage": PAGE_SIZE}
    if asked.tags:
        parameters["tags"] = asked.tags
    if asked.since is not None:
        parameters["numericFilters"] = f"created_at_i>={asked.since}"
    url = f"{asked.api.rstrip('/')}/search_by_date"
    data = fetcher.get(url, parameters)
    try:
        return HackerNewsPage.model_validate_json(data)
    except ValidationError as error:
        raise SourceError(f"{url} gave no page of hits: {complaints(error)}") from error


def _item(raw: object, position: str, report: ImportReport) -> Item | None:
    try:
        hit = HackerNewsHit.model_validate(raw)
    except ValidationError as error:
        report.errors.append(f"{SOURCE}, {position}: {complaints(error)}")
        return None
    if "comment" in hit.tags:
        return _comment(hit)
    return _story(hit) if hit.title else None


def _story(hit: HackerNewsHit) -> Item:
    return Item(
        id=hit.objectID,
        title=hit.title,
        url=hit.url or ITEM_PAGE + hit.objectID,
        author=hit.author,
        points=hit.points,
        created_at=hit.created_at_i,
        tags=tuple(tag for tag in hit.tags if not tag.startswith(INTERNAL_TAGS)),
        text=html_to_text(hit.story_text) if hit.story_text else None,
        num_comments=hit.num_comments,
        source=SOURCE,
    )


def _comment(hit: HackerNewsHit) -> Item:
    return Item(
        id=hit.objectID,
        type="comment",
        url=ITEM_PAGE + hit.objectID,
        author=hit.author,
        points=hit.points,
        created_at=hit.created_at_i,
        text=html_to_text(hit.comment_text or ""),
        source=SOURCE,
        parent=None if hit.parent_id is None else str(hit.parent_id),
        story=None if hit.story_id is None else str(hit.story_id),
    )
