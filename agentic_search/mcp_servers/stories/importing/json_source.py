"""Reads a source in JSON, whichever of its forms it has: a JSON Feed, an array of stories, or JSON lines."""

import json
from collections.abc import Iterator
from typing import Annotated, Self, cast

from pydantic import BaseModel, BeforeValidator, ValidationError, model_validator

from agentic_search.mcp_servers.documents.parsing.html import html_to_text
from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.importing.feeds import first_words
from agentic_search.mcp_servers.stories.importing.jsonl import read_array, read_jsonl
from agentic_search.mcp_servers.stories.importing.report import ImportReport, SourceError, complaints
from agentic_search.mcp_servers.stories.moments import parse_moment

FORMS = "an RSS, Atom or JSON feed, a JSON array of stories, or JSON lines"


def _moment(value: object) -> int | None:
    try:
        return parse_moment(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: object) -> object:
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _texts(value: object) -> object:
    """Of a list, what is text in it."""
    return [each for each in cast("list[object]", value) if isinstance(each, str)] if isinstance(value, list) else value


class FeedAuthor(BaseModel):
    """Who wrote an item."""

    name: str | None = None


class JsonFeedItem(BaseModel):
    """The fields of an item of a JSON Feed that are read; numbers as ids are a common mistake, so is null for none."""

    id: Annotated[str, BeforeValidator(_text)] = ""
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_text: str | None = None
    content_html: str | None = None
    summary: str | None = None
    date_published: Annotated[int | None, BeforeValidator(_moment)] = None
    tags: Annotated[tuple[str, ...] | None, BeforeValidator(_texts)] = None
    authors: tuple[FeedAuthor, ...] | None = None
    author: FeedAuthor | None = None
    """As in version 1."""

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        """What has neither could not be told from others."""
        if not (self.id or self.url):
            raise ValueError("it needs an id or a url")
        return self


def read_json(data: bytes, name: str, report: ImportReport) -> Iterator[list[Item]]:
    """Lists of items. Raises SourceError for JSON that is none of the forms."""
    try:
        document: object = json.loads(data)
    except (ValueError, RecursionError):
        return read_jsonl(data, name, report)
    if isinstance(document, list):
        return read_array(cast("list[object]", document), name, report)
    fields = cast("dict[str, object]", document) if isinstance(document, dict) else {}
    if isinstance(fields.get("items"), list):
        return _read_feed(fields, name, report)
    if data.strip().count(b"\n"):
        raise SourceError(f"{name} is one JSON object; wanted is {FORMS}")
    return read_jsonl(data, name, report)


def _read_feed(feed: dict[str, object], name: str, report: ImportReport) -> Iterator[list[Item]]:
    source = str(feed.get("title") or name)
    items: list[Item] = []
    for number, value in enumerate(cast("list[object]", feed["items"]), 1):
        try:
            items.append(_item(JsonFeedItem.model_validate(value), source, name))
        except ValidationError as error:
            report.errors.append(f"{name}, item {number}: {complaints(error)}")
    yield items


def _item(entry: JsonFeedItem, source: str, name: str) -> Item:
    text = html_to_text(entry.content_html or "") or entry.content_text or entry.summary or ""
    authors = (*(entry.authors or ()), entry.author)
    return Item(
        id=entry.id if "://" in entry.id else entry.url or f"{name}#{entry.id}",
        title=entry.title or first_words(text) or entry.url or entry.id,
        url=entry.url or entry.external_url,
        author=next((author.name for author in authors if author and author.name), None),
        created_at=entry.date_published,
        tags=entry.tags,
        text=text or None,
        source=source,
    )
