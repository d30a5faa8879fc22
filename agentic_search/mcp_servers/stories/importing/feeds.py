"""Reads an RSS or Atom feed: one story for each entry."""

import calendar
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Protocol, cast

import feedparser

from agentic_search.mcp_servers.documents.parsing.html import html_to_text
from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.importing.report import ImportReport, SourceError

GLOBAL_IDS = ("http://", "https://", "tag:", "urn:")


class FeedRecord(Protocol):
    """The part of feedparser's dictionaries that is used here."""

    def get(self, key: str, default: object = None) -> object: ...


class ParsedFeed(Protocol):
    """What feedparser makes of a feed."""

    bozo: bool | int
    entries: "list[FeedRecord]"
    feed: FeedRecord

    def get(self, key: str, default: object = None) -> object: ...


def read_feed(data: bytes, name: str, report: ImportReport) -> Iterator[list[Item]]:
    """All entries at once. A bad entry goes to the report. Raises SourceError for what is no feed."""
    # Given a stream, feedparser neither fetches nor opens anything by itself.
    parse = cast("Callable[[BytesIO], ParsedFeed]", feedparser.parse)  # pyright: ignore[reportUnknownMemberType] - feedparser is untyped
    feed = parse(BytesIO(data))
    if not feed.entries and not feed.get("version"):
        raise SourceError(f"{name} is no RSS or Atom feed: {feed.get('bozo_exception') or 'it has no entries'}")
    if feed.bozo:
        report.remarks.append(f"not well formed: {feed.get('bozo_exception')}")
    source = _text(feed.feed.get("title")) or name
    items: list[Item] = []
    for number, entry in enumerate(feed.entries, 1):
        item = _item(entry, source, name)
        if item:
            items.append(item)
        else:
            report.errors.append(f"{name}, entry {number}: it needs a title, and an id or a link")
    yield items


def _item(entry: FeedRecord, source: str, name: str) -> Item | None:
    title, identity, link = _text(entry.get("title")), _plain(entry.get("id")), _plain(entry.get("link"))
    if not title or not (identity or link):
        return None
    return Item(
        id=_id(identity, link, name),
        title=title,
        url=link or (identity if identity.startswith("http") else None),
        author=_plain(entry.get("author")) or None,
        created_at=_moment(entry),
        tags=_tags(entry.get("tags")),
        text=_body(entry) or None,
        num_comments=_number(entry.get("slash_comments")),
        source=source,
    )


def _id(identity: str, link: str, name: str) -> str:
    """Ids such as `17` mean nothing beyond their own feed."""
    if identity.startswith(GLOBAL_IDS):
        return identity
    return link or f"{name}#{identity}"


def _body(entry: FeedRecord) -> str:
    """The whole content where the feed has it, else the summary."""
    contents = cast("list[FeedRecord]", entry.get("content") or [])
    written = [_plain(content.get("value")) for content in contents] or [_plain(entry.get("summary"))]
    return html_to_text(max(written, key=len))


def _moment(entry: FeedRecord) -> int | None:
    """feedparser has put it into UTC."""
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return calendar.timegm(moment) if isinstance(moment, time.struct_time) else None


def _tags(tags: object) -> tuple[str, ...] | None:
    terms = [_plain(tag.get("term")) for tag in cast("list[FeedRecord]", tags or [])]
    return tuple(dict.fromkeys(filter(None, terms))) or None


def _number(value: object) -> int | None:
    text = _plain(value)
    return int(text) if text.isdecimal() else None


def _text(value: object) -> str:
    return " ".join(html_to_text(_plain(value)).split())


def _plain(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
