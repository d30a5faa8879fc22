"""The stories server as an MCP host meets it: a process of its own, over standard input and output."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import mcp_types
import pytest
from mcp import Client

from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.archive.writing import upsert
from agentic_search.mcp_servers.stories.offering import HOLDS_NOTHING
from tests.mcp_servers.asking import ask, complaint
from tests.mcp_servers.stories.connection import MODULE, ROOT, stories

NOW = int(datetime.now(UTC).timestamp())
DAY = 86_400

ITEMS = [
    Item("1", title="Otters return to the river", url="https://example.org/otters", author="Ada", points=50,
         created_at=NOW - 2 * DAY, tags=("story", "nature"), text="Otters were seen. " * 200 + "The dam is gone.",
         num_comments=3, source="Hacker News"),
    Item("2", title="River levels", author="bob", points=5, created_at=NOW - 40 * DAY, tags=("story",),
         text="Water is high.", source="Feed"),
    Item("3", title="Ask: which otter book?", author="ada", points=7, created_at=NOW - 400 * DAY,
         tags=("story", "ask_hn"), source="Hacker News"),
    Item("4", title="Undated", author="cleo", source="Feed"),
    Item("11", type="comment", text="First!", author="bob", created_at=NOW - DAY - 30, parent="1", story="1"),
    Item("12", type="comment", text="Answer to the first", author="Ada", created_at=NOW - DAY - 20, parent="11"),
    Item("13", type="comment", text="Answer to the answer", author="bob", created_at=NOW - DAY - 10, parent="12"),
    Item("14", type="comment", text="Far down, parent unknown", author="dora", created_at=NOW - DAY, parent="99",
         story="1"),
    Item("15", type="comment", text="A circle", author="eve", parent="16"),
    Item("16", type="comment", text="A circle too", author="eve", parent="15"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Client]:
    """One server for all tests that change nothing."""
    archive = tmp_path_factory.mktemp("stories") / "stories.sqlite"
    upsert(archive, ITEMS)
    async with stories(archive) as client:
        yield client


async def ids(client: Client, **arguments: object) -> list[str]:
    return [story["id"] for story in (await ask(client, "search_stories", **arguments))["stories"]]


async def test_the_tools_only_read_and_have_schemas(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {
        "search_stories",
        "count_stories",
        "get_story",
        "get_user_profile",
        "get_user_posts",
        "get_user_comments",
    }
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.annotations.idempotent_hint
        assert tool.output_schema is not None
    assert tools["search_stories"].input_schema["required"] == ["query"]


async def test_a_search_gives_the_best_first_with_everything_known(client: Client) -> None:
    found = await ask(client, "search_stories", query="otters")
    first = found["stories"][0]
    assert {story["id"] for story in found["stories"]} == {"1", "3"}
    assert found["note"] is None
    only = (await ask(client, "search_stories", query="What became of the dam?"))["stories"][0]
    assert only["id"] == "1"
    assert only["text"].endswith("The dam is gone.")
    assert len(only["text"]) <= 1_200
    assert set(first) == {
        *("id", "title", "url", "author", "points", "created_at", "tags", "text", "num_comments", "source")
    }


async def test_a_story_without_a_page_is_cited_by_the_archive(client: Client) -> None:
    (story,) = (await ask(client, "search_stories", query="undated"))["stories"]
    assert story["url"] == "stories:4"
    assert (story["points"], story["created_at"], story["tags"]) == (None, None, [])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"query": ""}, ["1", "2", "3", "4"]),
        ({"query": "", "size": 2}, ["1", "2"]),
        ({"query": "", "tag": "ASK_HN"}, ["3"]),
        ({"query": "", "author": "ADA"}, ["1", "3"]),
        ({"query": "", "since": "7d"}, ["1"]),
        ({"query": "", "since": "3m"}, ["1", "2"]),
        ({"query": "river", "author": "bob"}, ["2"]),
        ({"query": "river", "tag": "nature", "since": "1w"}, ["1"]),
        ({"query": "nothing like it"}, []),
        ({"query": "", "tag": "na%"}, []),
        ({"query": "", "author": "' OR 1=1 --"}, []),
    ],
)
async def test_stories_are_narrowed_by_tag_author_and_time(
    client: Client, arguments: dict[str, object], expected: list[str]
) -> None:
    assert await ids(client, **arguments) == expected


async def test_counting_takes_every_word(client: Client) -> None:
    async def count(**arguments: object) -> int:
        return (await ask(client, "count_stories", **arguments))["count"]

    assert await count() == 4
    assert await count(query="river") == 2
    assert await count(query="otters in the river") == 1
    assert await count(query="river", since="7d") == 1
    assert await count(tag="story") == 3


async def test_a_query_without_a_word_to_search_for_is_reported(client: Client) -> None:
    found = await ask(client, "search_stories", query="the of and")
    assert found["stories"] == []
    assert "no words to search for" in found["note"]


@pytest.mark.parametrize("since", ["yesterday", "7x", "2025-99-99", "-1d"])
async def test_a_moment_that_is_none_is_refused_with_the_forms_there_are(client: Client, since: str) -> None:
    for tool in ("search_stories", "count_stories"):
        message = await complaint(client, tool, query="river", since=since)
        assert f"{since!r} is no moment" in message
        assert "7d" in message


async def test_a_story_comes_whole_with_all_its_comments_oldest_first(client: Client) -> None:
    for name in ("1", "https://example.org/otters"):
        story = await ask(client, "get_story", id=name)
        assert story["title"] == "Otters return to the river"
        assert len(story["text"]) > 3_000
        assert [comment["id"] for comment in story["comments"]] == ["11", "12", "13", "14"]
        assert story["comments_total"] == 4
    few = await ask(client, "get_story", id="1", max_comments=1)
    assert ([comment["text"] for comment in few["comments"]], few["comments_total"]) == (["First!"], 4)


async def test_a_story_that_is_not_there_is_reported(client: Client) -> None:
    assert "There is no story '99'" in await complaint(client, "get_story", id="99")
    assert "'11' is a comment; its story is '1'" in await complaint(client, "get_story", id="11")


async def test_a_profile_sums_up_what_the_archive_has(client: Client) -> None:
    profile = await ask(client, "get_user_profile", user="ADA")
    assert (profile["stories"], profile["comments"], profile["points"]) == (2, 1, 57)
    assert profile["tags"][0] == "story"
    assert profile["first_seen"] < profile["last_seen"]


async def test_an_authors_stories_and_comments_come_newest_first(client: Client) -> None:
    posts = await ask(client, "get_user_posts", user="ada")
    assert [story["id"] for story in posts["stories"]] == ["1", "3"]
    comments = await ask(client, "get_user_comments", user="bob", size=5)
    assert [comment["id"] for comment in comments["comments"]] == ["13", "11"]


async def test_a_stranger_is_no_error_but_a_note(client: Client) -> None:
    for tool in ("get_user_profile", "get_user_posts", "get_user_comments"):
        assert "nothing of this kind by 'zoe'" in (await ask(client, tool, user="zoe"))["note"]


async def test_the_profile_of_somebody_known_without_a_date_has_no_note(client: Client) -> None:
    profile = await ask(client, "get_user_profile", user="eve")
    assert (profile["comments"], profile["note"]) == (2, None)


@pytest.mark.parametrize("query", ['"', "AND OR NOT", "otter* NEAR(", "title:otters", "\0", "-", "a" * 8_000])
async def test_no_query_is_taken_for_search_syntax(client: Client, query: str) -> None:
    assert isinstance((await ask(client, "search_stories", query=query))["stories"], list)
    assert isinstance((await ask(client, "count_stories", query=query))["count"], int)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search_stories", {}),
        ("search_stories", {"query": "x", "size": 0}),
        ("search_stories", {"query": "x", "size": 201}),
        ("get_story", {"id": ""}),
        ("get_user_posts", {"user": "x", "size": "many"}),
    ],
)
async def test_arguments_that_break_the_schema_are_refused(
    client: Client, tool: str, arguments: dict[str, object]
) -> None:
    assert tool in await complaint(client, tool, **arguments)


async def test_an_empty_archive_is_no_error_and_says_how_to_fill_it(tmp_path: Path) -> None:
    archive = tmp_path / "nowhere" / "stories.sqlite"
    async with stories(archive) as client:
        for tool, arguments in (
            ("search_stories", {"query": "x"}),
            ("count_stories", {}),
            ("get_user_profile", {"user": "x"}),
            ("get_user_posts", {"user": "x"}),
            ("get_user_comments", {"user": "x"}),
        ):
            answer = await ask(client, tool, **arguments)
            assert f"python -m {MODULE} import hackernews" in answer["note"]
            assert not answer.get("stories")
        assert f"python -m {MODULE} import hackernews" in await complaint(client, "get_story", id="1")
        assert not archive.parent.exists()
        upsert(archive, ITEMS)
        assert await ids(client, query="otters") != []


@pytest.mark.parametrize("mode", ["auto", "legacy"], ids=["today's protocol", "an earlier one"])
async def test_tools_say_that_the_archive_is_empty_and_clients_are_told_when_that_changes(
    tmp_path: Path, mode: Literal["auto", "legacy"]
) -> None:
    archive, told = tmp_path / "stories.sqlite", asyncio.Event()

    async def on_message(message: object) -> None:
        if isinstance(message, mcp_types.ToolListChangedNotification):
            told.set()

    async with stories(archive, mode=mode, message_handler=on_message) as client, AsyncExitStack() as stack:
        empty = (await client.list_tools()).tools
        assert len(empty) == 6
        assert all("import hackernews" in (tool.meta or {})[HOLDS_NOTHING] for tool in empty)
        if mode == "auto":
            await stack.enter_async_context(client.listen(tools_list_changed=True))
        upsert(archive, ITEMS)
        async with asyncio.timeout(30):
            await told.wait()
        filled = (await client.list_tools()).tools
        assert len(filled) == 6 and not any(HOLDS_NOTHING in (tool.meta or {}) for tool in filled)


@pytest.mark.parametrize("content", ["this is no database" * 100, "another program's"])
async def test_a_file_that_is_no_archive_is_reported_and_ends_nothing(tmp_path: Path, content: str) -> None:
    archive = tmp_path / "stories.sqlite"
    if content == "another program's":
        with sqlite3.connect(archive) as connection:
            connection.execute("CREATE TABLE thing (name)")
        connection.close()
    else:
        archive.write_text(content)
    async with stories(archive) as client:
        for tool, arguments in (("search_stories", {"query": "x"}), ("count_stories", {}), ("get_story", {"id": "1"})):
            assert str(archive) in await complaint(client, tool, **arguments)
        assert len((await client.list_tools()).tools) == 6


async def test_an_import_at_the_same_time_is_seen_and_disturbs_no_question(tmp_path: Path) -> None:
    archive = tmp_path / "stories.sqlite"
    upsert(archive, ITEMS)

    def fill() -> None:
        for number in range(100, 140):
            upsert(archive, [Item(str(number), title=f"More otters {number}", created_at=NOW)])

    async with stories(archive) as client, asyncio.timeout(60), asyncio.TaskGroup() as group:
        filling = group.create_task(asyncio.to_thread(fill))
        counts: list[int] = []
        while not filling.done():
            counts.append((await ask(client, "count_stories"))["count"])
        counts.append((await ask(client, "count_stories"))["count"])
    assert counts == sorted(counts)
    assert counts[-1] == 44


async def test_the_end_of_standard_input_ends_the_server_at_once(tmp_path: Path) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", MODULE),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={"AGENTIC_SEARCH_STORIES": str(tmp_path / "x"), "PATH": ""},
    )
    assert server.stdin is not None and server.stdout is not None
    server.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
    async with asyncio.timeout(60):
        await server.stdout.readline()
        server.stdin.close()
        assert await server.wait() == 0


def test_the_server_starts_without_what_only_the_import_needs() -> None:
    check = """
import sys
import agentic_search.mcp_servers.stories.server
print(sorted({"httpx", "feedparser", "lxml"} & sys.modules.keys()))
"""
    ended = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    assert ended.stdout == "[]\n"
