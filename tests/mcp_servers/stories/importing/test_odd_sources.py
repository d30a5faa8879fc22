"""Feeds as they are found: dates of no calendar, entries without titles, shared links, JSON in its forms."""

import json

import pytest

from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.importing.feeds import read_feed
from agentic_search.mcp_servers.stories.importing.json_source import read_json
from agentic_search.mcp_servers.stories.importing.report import ImportReport, SourceError
from agentic_search.mcp_servers.stories.moments import parse_moment


def rss(*entries: str) -> bytes:
    items = "".join(f"<item>{entry}</item>" for entry in entries)
    return f"<rss version='2.0'><channel><title>Lamps</title><link>https://l.example/</link>{items}</channel></rss>".encode()


def imported(data: bytes) -> tuple[list[Item], list[str]]:
    report = ImportReport("source")
    read = read_feed if data.startswith(b"<") else read_json
    return [item for items in read(data, "source", report) for item in items], report.errors


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("0000-00-00 00:00:00", None),
        ("2024-02-30", None),
        ("2024-02-30T10:00:00Z", None),
        ("never", None),
        ("1700000000", 1_700_000_000),
        ("Thu, 01 Jan 1970 00:01:00 GMT", 60),
        ("1970-01-01T00:01:00Z", 60),
        ("1970-01-01 01:01:00 +0100", 60),
    ],
)
def test_a_date_is_read_as_written_or_not_at_all(written: str, moment: int | None) -> None:
    items, errors = imported(rss(f"<title>A</title><link>https://l.example/a</link><pubDate>{written}</pubDate>"))
    assert [item.created_at for item in items] == [moment]
    assert errors == []


@pytest.mark.parametrize(
    ("since", "moment"), [("2024", 1_704_067_200), ("2024-03", 1_709_251_200), ("20240101", 1_704_067_200)]
)
def test_a_year_or_a_month_is_its_first_day(since: str, moment: int) -> None:
    assert parse_moment(since) == moment


def test_entries_that_share_a_link_are_told_apart_by_their_own_ids() -> None:
    entries = [
        f"<title>{part}</title><link>https://l.example/{page}</link><guid isPermaLink='false'>{part}</guid>"
        for part, page in (("one", ""), ("two", "same"), ("three", "same"), ("four", "own"))
    ]
    items, _ = imported(rss(*entries))
    assert [item.id for item in items] == ["source#one", "source#two", "source#three", "https://l.example/own"]


def test_an_entry_without_a_title_is_called_by_its_first_words() -> None:
    link = "<link>https://l.example/p</link>"
    long = "word " * 50
    short = f"{link}<description>A &lt;b&gt;short&lt;/b&gt; post.</description>"
    items, errors = imported(rss(short, f"<title/><link>https://l.example/q</link><description>{long}</description>"))
    assert errors == []
    assert items[0].title == "A short post."
    assert items[1].title is not None
    assert len(items[1].title) <= 81
    assert items[1].title.endswith("word…")


def test_a_json_feed_becomes_stories() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Lamps",
        "items": [
            {"id": "1", "url": "https://l.example/1", "title": "Red", "content_text": "It is red.", "tags": ["lamp"],
             "date_published": "1970-01-01T00:01:00Z", "authors": [{"name": "Ada"}]},
            {"id": 2, "content_html": "<p>No title</p>", "date_published": "2024-02-30"},
            {"title": "no id"},
        ],
    }  # fmt: skip
    items, errors = imported(json.dumps(feed, indent=1).encode())
    assert [(item.id, item.title, item.created_at, item.author) for item in items] == [
        ("https://l.example/1", "Red", 60, "Ada"),
        ("source#2", "No title", None, None),
    ]
    assert len(errors) == 1


def test_an_array_of_stories_is_read_item_by_item() -> None:
    items, errors = imported(b'[\n {"id": 1,\n "title": "Red lamp"}, {"id": 2}, 5]')
    assert [(item.id, item.title) for item in items] == [("1", "Red lamp")]
    assert len(errors) == 2


def test_another_json_object_is_refused_once_with_the_forms_there_are() -> None:
    with pytest.raises(SourceError, match="JSON lines"):
        imported(json.dumps({"a": 1, "b": [2, 3]}, indent=1).encode())
