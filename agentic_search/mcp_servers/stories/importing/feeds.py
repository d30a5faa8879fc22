"""Reads an RSS or Atom feed: one story for each entry."""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import pairwise
from textwrap import shorten
from typing import Protocol, cast

import feedparser

from agentic_search.mcp_servers.documents.parsing.html import html_to_text
from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.importing.report import ImportReport, SourceError
from agentic_search.mcp_servers.stories.moments import parse_moment

TITLE_LENGTH = 80
"""Characters of a title that is made of the text."""

MOST_PARTS = 10_000
"""Elements and attributes of one entry: what feedparser does with them takes time by their square."""

_ENTRY = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>/]")
_PART = re.compile(rb"<[A-Za-z]|=\s*[\"']")
_PERSON = re.compile(
    rb"(<(?:[\w.-]{1,40}:)?(?:author|creator|publisher|managingEditor|webMaster)\b[^<>]*>\s*(?:<!\[CDATA\[)?[^<\]]{500})"
    rb"[^<\]]+"
)
"""A person's name that is none: feedparser looks for an address in it, by the square of its length."""

_REFERENCE = re.compile(rb"&#(?:[xX]0*([0-9a-fA-F]{4,9})|0*([0-9]{5,10}));")
_MOST_DIGITS = 18
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
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
    parse = cast("Callable[..., ParsedFeed]", feedparser.parse)  # pyright: ignore[reportUnknownMemberType] - feedparser is untyped
    data, overfull = _bounded(data)
    try:
        # HTML becomes plain text here, so that cleaning it, which may take very long, would be for nothing.
        feed = parse(BytesIO(_REFERENCE.sub(_readable, data)), sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, LookupError, RecursionError) as error:  # what it raises where it should not
        raise SourceError(f"{name} cannot be read as a feed: {error}") from error
    if not feed.entries and not feed.get("version"):
        raise SourceError(f"{name} is no RSS or Atom feed: {feed.get('bozo_exception') or 'it has no entries'}")
    if feed.bozo:
        report.remarks.append(f"not well formed: {feed.get('bozo_exception')}")
    source = _text(feed.feed.get("title")) or name
    items, shared = list[Item](), _shared_links(feed)
    for number, entry in enumerate(feed.entries, 1):
        item = _item(entry, source, name, shared)
        if item:
            items.append(item)
        elif number in overfull:
            report.errors.append(f"{name}, entry {number}: it has more than {MOST_PARTS:,} elements and attributes")
        else:
            report.errors.append(f"{name}, entry {number}: it needs a title or a text, and an id or a link")
    yield items


def _bounded(data: bytes) -> tuple[bytes, Collection[int]]:
    """The feed with an empty entry for each that has too many parts; their numbers."""
    starts = [found.start() for found in _ENTRY.finditer(data)]
    kept, overfull = [data[: starts[0]] if starts else data], set[int]()
    for number, (begin, end) in enumerate(pairwise([*starts, len(data)]), 1):
        entry = data[begin:end]
        if len(entry) > MOST_PARTS and sum(1 for _ in _PART.finditer(entry)) > MOST_PARTS:
            overfull.add(number)
            entry = b"<item/>" + entry[_end_of_entry(entry) :]
        kept.append(entry)
    return _PERSON.sub(rb"\1", b"".join(kept)), overfull


def _end_of_entry(entry: bytes) -> int:
    closing = max(entry.rfind(b"item>"), entry.rfind(b"entry>"))
    return len(entry) if closing < 0 else entry.index(b">", closing) + 1


def _readable(reference: re.Match[bytes]) -> bytes:
    """The reference to a character, U+FFFD for what is none: feedparser ends at such a one."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if number < 0xD800 or 0xDFFF < number <= sys.maxunicode else b"&#xFFFD;"


def _item(entry: FeedRecord, source: str, name: str, shared: Collection[str]) -> Item | None:
    identity, link, body = _plain(entry.get("id")), _plain(entry.get("link")), _body(entry)
    title = _text(entry.get("title")) or first_words(body)
    if not title or not (identity or link):
        return None
    return Item(
        id=_id(identity, link, name, shared),
        title=title,
        url=link or (identity if identity.startswith("http") else None),
        author=_plain(entry.get("author")) or None,
        created_at=_moment(entry),
        tags=_tags(entry.get("tags")),
        text=body or None,
        num_comments=_number(entry.get("slash_comments")),
        source=source,
    )


def _id(identity: str, link: str, name: str, shared: Collection[str]) -> str:
    """Ids such as `17` mean nothing beyond their own feed, links that entries share nothing beyond the feed."""
    if identity.startswith(GLOBAL_IDS):
        return identity
    return link if link and (link not in shared or not identity) else f"{name}#{identity}"


def _shared_links(feed: ParsedFeed) -> frozenset[str]:
    """Links that are not those of one entry alone: the feed's own page, and what several entries name."""
    counts = Counter(_plain(entry.get("link")) for entry in feed.entries)
    return frozenset({_plain(feed.feed.get("link"))} | {link for link, count in counts.items() if count > 1})


def first_words(text: str) -> str:
    """A title for what has none: the beginning of its text, cut between words where there are any."""
    line = " ".join(text.split())
    return (
        line if len(line) <= TITLE_LENGTH else f"{shorten(line, TITLE_LENGTH, placeholder='') or line[:TITLE_LENGTH]}…"
    )


def _body(entry: FeedRecord) -> str:
    """The whole content where the feed has it, else the summary."""
    contents = cast("list[FeedRecord]", entry.get("content") or [])
    written = [_plain(content.get("value")) for content in contents] or [_plain(entry.get("summary"))]
    return html_to_text(max(written, key=len))


def _moment(entry: FeedRecord) -> int | None:
    """As feedparser reads it, which has put it into UTC; None for what no calendar has."""
    name = "published" if entry.get("published") else "updated"
    written = _plain(entry.get(name))
    return _read_moment(written, entry.get(f"{name}_parsed")) if written else None


def _read_moment(written: str, parsed: object) -> int | None:
    try:
        if written.isdecimal():
            return parse_moment(written)
        if ISO_DATE.match(written):
            date.fromisoformat(written[:10])
        return int(datetime(*parsed[:6], tzinfo=UTC).timestamp()) if isinstance(parsed, time.struct_time) else None
    except (ValueError, OverflowError):
        return None


def _tags(tags: object) -> tuple[str, ...] | None:
    terms = [_plain(tag.get("term")) for tag in cast("list[FeedRecord]", tags or [])]
    return tuple(dict.fromkeys(filter(None, terms))) or None


def _number(value: object) -> int | None:
    text = _plain(value)
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _text(value: object) -> str:
    return " ".join(html_to_text(_plain(value)).split())


def _plain(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
