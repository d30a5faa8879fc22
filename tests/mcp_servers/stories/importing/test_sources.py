"""What the readers of feeds and of JSON lines make of bytes: items, and one error for each bad piece."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.mcp_servers.stories.archive.items import Item, merged
from agentic_search.mcp_servers.stories.importing.feeds import read_feed
from agentic_search.mcp_servers.stories.importing.jsonl import BATCH, read_jsonl
from agentic_search.mcp_servers.stories.importing.report import ImportReport, SourceError
from agentic_search.mcp_servers.stories.moments import iso
from tests.mcp_servers.stories.importing.samples import ATOM, RSS, lines


def from_feed(data: bytes) -> tuple[list[Item], ImportReport]:
    report = ImportReport("feed")
    return [item for batch in read_feed(data, "feed.xml", report) for item in batch], report


def from_lines(data: bytes) -> tuple[list[Item], ImportReport]:
    report = ImportReport("lines")
    return [item for batch in read_jsonl(data, "a.jsonl", report) for item in batch], report


def test_rss_becomes_stories_with_plain_text() -> None:
    (otters, undated), report = from_feed(RSS)
    assert otters == Item(
        id="https://example.org/otters",
        title="Otters & rivers",
        url="https://example.org/otters",
        author="Cleo",
        created_at=1748851200,
        tags=("nature", "water"),
        text="Otters swim.\n\nThey float.",
        num_comments=4,
        source="The Daily Feed",
    )
    assert (undated.id, undated.created_at, undated.tags) == ("https://example.org/undated", None, None)
    assert report.errors == ["feed.xml, entry 3: it needs a title or a text, and an id or a link"]


def test_atom_becomes_stories() -> None:
    ((quarks,), report) = from_feed(ATOM)
    assert (quarks.id, quarks.title, quarks.author) == ("tag:example.org,2025:quarks", "Quarks explained", "Dora")
    assert iso(quarks.created_at) == "2025-06-03T08:00:00Z"
    assert report.errors == []


@pytest.mark.parametrize("data", [b"<html><body>no feed</body></html>", b"<", b"<rss", b""])
def test_what_is_no_feed_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"feed\.xml is no RSS or Atom feed"):
        from_feed(data)


def test_a_feed_that_breaks_off_gives_what_came_before() -> None:
    items, report = from_feed(RSS[: RSS.index(b"<item><title>No date")])
    assert [item.title for item in items] == ["Otters & rivers"]
    assert "not well formed" in report.remarks[0]


def test_a_feed_without_entries_is_no_error() -> None:
    assert from_feed(b"<rss version='2.0'><channel><title>Quiet</title></channel></rss>")[0] == []


def test_json_lines_are_read_under_either_name_of_a_field() -> None:
    (first, second, comment), report = from_lines(
        lines(
            {"id": 1, "title": "A", "by": "ada", "score": 3, "created_at": "2025-06-01", "tags": "x, y", "other": 1},
            {"objectID": "2", "title": "B", "author": "bob", "points": 4, "created_at": 1748779200, "tags": ["z"]},
            {"id": "3", "type": "comment", "parent": 1, "story_id": 1, "text": "It&#x27;s<p>so\n"},
        )
    )
    assert (first.id, first.author, first.points, first.tags) == ("1", "ada", 3, ("x", "y"))
    assert (second.id, second.author, iso(second.created_at)) == ("2", "bob", "2025-06-01T12:00:00Z")
    assert (comment.type, comment.parent, comment.story) == ("comment", "1", "1")
    assert comment.text == "It's\n\nso"
    assert first.source == "a.jsonl"
    assert report.errors == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "Invalid JSON"),
        (b"[]", "should be an object"),
        (b'{"id": "\xff"}', "Invalid JSON"),
        ({"title": "no id"}, "id: Field required"),
        ({"id": "", "title": "x"}, "id"),
        ({"id": True, "title": "x"}, "id"),
        ({"id": 1}, "a story needs a title"),
        ({"id": 1, "title": " "}, "a story needs a title"),
        ({"id": 1, "type": "comment"}, "a comment needs a parent"),
        ({"id": 1, "type": "poll", "title": "x"}, "type"),
        ({"id": 1, "title": "x", "created_at": "soon"}, "created_at"),
        ({"id": 1, "title": "x", "created_at": 1e30}, "created_at"),
        ({"id": 1, "title": "x", "points": "many"}, "points"),
        ({"id": 1, "title": "x", "tags": 5}, "tags"),
    ],
)
def test_a_bad_line_is_reported_by_its_number_and_the_good_ones_are_kept(line: object, message: str) -> None:
    good = {"id": "good", "title": "Good"}
    items, report = from_lines(lines(good, b"", line, {**good, "id": "good too"}))
    assert [item.id for item in items] == ["good", "good too"]
    (error,) = report.errors
    assert error.startswith("a.jsonl, line 3: ")
    assert message in error


def test_a_large_file_comes_in_batches() -> None:
    data = lines(*({"id": number, "title": "x"} for number in range(BATCH + 1)))
    assert [len(batch) for batch in read_jsonl(data, "a.jsonl", ImportReport(""))] == [BATCH, 1]


@given(st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line and bool(line.strip())), max_size=8))
def test_every_line_ends_as_an_item_or_as_an_error(written: list[bytes]) -> None:
    items, report = from_lines(b"\n".join(written))
    assert len(items) + len(report.errors) == len(written)


@given(
    st.dictionaries(
        st.sampled_from(["id", "title", "created_at", "tags", "points", "type", "parent"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=9)
        | st.lists(st.text(max_size=3), max_size=2),
    )
)
def test_no_json_object_makes_the_reader_fail(record: dict[str, object]) -> None:
    items, report = from_lines(json.dumps(record).encode())
    assert len(items) + len(report.errors) == 1


def test_a_later_import_forgets_nothing_that_it_does_not_say() -> None:
    known = Item("1", title="A", points=3, text="long")
    assert merged(known, Item("1", title="B", points=4)) == Item("1", title="B", points=4, text="long")
    assert merged(None, known) == known
