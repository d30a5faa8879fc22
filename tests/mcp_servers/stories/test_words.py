"""How stories are found by the words of a question, over a server process of its own."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest
from mcp import Client

from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.archive.reading import Archive
from agentic_search.mcp_servers.stories.archive.selection import Selection
from agentic_search.mcp_servers.stories.archive.writing import upsert
from tests.mcp_servers.asking import ask
from tests.mcp_servers.stories.connection import stories

STORIES = (
    ("rust-old", "Rust 1 is out", 100),
    ("rust-new", "A kernel driver in Rust", 300),
    ("rust-mid", "Rust, Rust and Rust", 200),
    ("chief", "Aurora names a new chief executive", 400),
    ("layoffs", "Aurora lays off a third of its people", 150),
    ("hamlet", "To be or not to be", 10),
    ("band", "The Who", 11),
    ("istanbul", "İstanbul'da yağmur", 12),
    ("street", "Eine lange Straße", 13),
    ("beijing", "今天北京天气很好", 14),
    ("postgres", "How we cut our Postgres bill", 15),
    ("batteries", "Batteries in phones", 16),
)
ITEMS = [
    Item(name, title=title, created_at=moment, url=f"https://example.org/{name}") for name, title, moment in STORIES
]


@pytest.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Client]:
    archive = tmp_path_factory.mktemp("words") / "stories.sqlite"
    upsert(archive, ITEMS)
    async with stories(archive) as client:
        yield client


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("laid off", "layoffs"),
        ("to be or not to be", "hamlet"),
        ("the who", "band"),
        ("İSTANBUL", "istanbul"),
        ("istanbul", "istanbul"),
        ("strasse", "street"),
        ("北京", "beijing"),
        ("北京天气怎么样", "beijing"),
        ("postgress costs", "postgres"),
        ("Batterie", "batteries"),
        ("Latest news about Rust", "rust-new"),
    ],
)
async def test_a_story_is_found_by_what_is_meant(client: Client, query: str, first: str) -> None:
    assert (await ask(client, "search_stories", query=query))["stories"][0]["id"] == first


async def test_the_newest_come_first_where_asked(client: Client) -> None:
    for arguments in ({"query": "Rust", "sort": "newest"}, {"query": "latest Rust stories"}):
        found = await ask(client, "search_stories", **arguments)
        assert [story["id"] for story in found["stories"]] == ["rust-new", "rust-mid", "rust-old"]


@pytest.mark.parametrize(
    ("query", "count"),
    [("Rust", 3), ("stories that mention Rust", 3), ("Rsut", 3), ("Rust kernal", 1), ("?", 0), ("", 12)],
)
async def test_stories_are_counted_by_their_content(client: Client, query: str, count: int) -> None:
    assert (await ask(client, "count_stories", query=query))["count"] == count


@pytest.mark.parametrize("query", ["?", "🎉", "of the", "--"])
async def test_a_query_without_words_finds_nothing_and_says_so(client: Client, query: str) -> None:
    found = await ask(client, "search_stories", query=query)
    assert found["stories"] == []
    assert "no words to search for" in found["note"]


async def test_a_repaired_word_is_told(client: Client) -> None:
    assert (await ask(client, "search_stories", query="postgress"))["note"] == 'Searched "postgres" for "postgress".'


def test_an_archive_of_an_older_form_gets_new_words_and_keeps_its_stories(tmp_path: Path) -> None:
    path = tmp_path / "stories.sqlite"
    upsert(path, ITEMS)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "DROP TRIGGER item_added; DROP TRIGGER item_removed; DROP TABLE words;"
            " CREATE VIRTUAL TABLE words USING fts5 (title, text, content='item', content_rowid='number');"
            " CREATE TRIGGER item_added AFTER INSERT ON item BEGIN SELECT 1; END;"
            " PRAGMA user_version = 1"
        )
    found = Archive(path).search(Selection("laid off"), 5)
    assert [item.id for item in found] == ["layoffs"]
    upsert(path, [Item("rust-old", title="Go is out")])
    assert Archive(path).count(Selection("Rust")) == 2
    assert Archive(path).count(Selection()) == len(ITEMS)
