"""Feeds as they are found: dates of no calendar, entries without titles, shared links, JSON in its forms."""

import json
from pathlib import Path

import pytest

from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.archive.writing import upsert
from agentic_search.mcp_servers.stories.importing.command import main
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


def test_what_the_archive_cannot_hold_costs_its_field_only(tmp_path: Path) -> None:
    lines = [
        {"id": "large", "title": "Large", "points": 10**30, "num_comments": -(10**25)},
        {"id": "half\ud800", "title": "a\udfffb", "tags": ["\udc00"], "author": "\ud800"},
    ]
    items, errors = imported(json.dumps(lines).encode())
    path = tmp_path / "archive.sqlite"
    assert upsert(path, items).added == 2
    assert upsert(path, items).unchanged == 2
    assert errors == []


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 30, "-5", "\u00b2", "many"])
def test_a_number_of_comments_that_is_none_costs_nothing_else(number: str) -> None:
    slash = "http://purl.org/rss/1.0/modules/slash/"
    items, errors = imported(
        rss(f"<title>A</title><link>https://l.example/a</link><c:comments xmlns:c='{slash}'>{number}</c:comments>")
    )
    assert [(item.title, item.num_comments) for item in items] == [("A", None)]
    assert errors == []


@pytest.mark.parametrize("reference", ["&#xD800;", "&#57343;", "&#x110000;", "&#9999999999;", "&#0;"])
def test_a_reference_to_no_character_costs_itself(reference: str) -> None:
    entry = f"<title>A</title><link>https://l.example/a</link><description>&nbsp;{reference} text</description>"
    items, errors = imported(rss(entry, "<title>B</title><link>https://l.example/b</link>"))
    assert [item.title for item in items] == ["A", "B"]
    assert "text" in (items[0].text or "")
    assert errors == []


def test_a_declared_encoding_that_is_no_name_costs_its_source_only() -> None:
    with pytest.raises(SourceError, match="cannot be read as a feed"):
        imported(b'<?xml version="1.0" encoding="no\xed\xa0\x80"?><rss/>')


@pytest.mark.parametrize(
    ("fields", "author", "tags"),
    [
        ({"authors": None, "tags": None}, None, None),
        ({"author": {"name": "Ann"}}, "Ann", None),
        ({"authors": [{}, {"name": "Bea"}], "author": {"name": "Ann"}}, "Bea", None),
        ({"tags": ["a", 1, None]}, None, ("a",)),
    ],
)
def test_a_json_feed_may_leave_things_null_or_be_of_version_1(
    fields: dict[str, object], author: str | None, tags: tuple[str, ...] | None
) -> None:
    items, errors = imported(json.dumps({"items": [{"id": 7, "title": "A", **fields}]}).encode())
    assert [(item.id, item.author, item.tags) for item in items] == [("source#7", author, tags)]
    assert errors == []


def test_items_that_nothing_names_are_not_taken_for_one() -> None:
    feed = {"items": [{"id": None, "title": "A"}, {"title": "B"}, {"id": None, "url": "https://l.example/c"}]}
    items, errors = imported(json.dumps(feed).encode())
    assert [item.id for item in items] == ["https://l.example/c"]
    assert [error.partition(":")[0] for error in errors] == ["source, item 1", "source, item 2"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", ['{"items": [{"id": "a", "title": "Ä"}]}', '{"id": "a", "title": "Ä"}\n'])
def test_a_source_may_be_of_any_unicode_encoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, text: str
) -> None:
    monkeypatch.setenv("AGENTIC_SEARCH_STORIES", str(tmp_path / "archive.sqlite"))
    source = tmp_path / "source.json"
    source.write_bytes(text.encode(encoding))
    assert main([str(source)]) == 0
