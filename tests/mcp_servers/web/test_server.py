"""The real server in a process of its own, over MCP: its tools, their schemas, and what they refuse."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

import agentic_search
from tests.mcp_servers.asking import ask, complaint
from tests.support.web_double.site import WebDouble, web_double

ROOT = Path(agentic_search.__file__).parent.parent


@asynccontextmanager
async def web(site: WebDouble, **env: str) -> AsyncGenerator[Client]:
    """A client of the server, whose SearXNG and Wikipedia are the site's."""
    known = {"AGENTIC_SEARCH_WEB": site.url(), "AGENTIC_SEARCH_WEB_WIKIPEDIA": site.url(""), **env}
    args = ["-m", "agentic_search.mcp_servers.web"]
    async with Client(StdioServerParameters(command=sys.executable, args=args, env=known, cwd=ROOT)) as client:
        yield client


@pytest.fixture(scope="module")
async def site() -> AsyncGenerator[WebDouble]:
    async with web_double() as site:
        yield site


@pytest.fixture(scope="module")
async def client(site: WebDouble) -> AsyncGenerator[Client]:
    async with web(site, AGENTIC_SEARCH_WEB_ALLOW="127.0.0.1") as client:
        yield client


async def test_its_tools_only_read_and_say_that_they_leave_the_machine(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"web_search", "read_page", "wikipedia"}
    for tool in tools.values():
        assert tool.annotations and tool.output_schema
        assert tool.annotations.read_only_hint and tool.annotations.open_world_hint
        assert not tool.annotations.destructive_hint


async def test_a_search_gives_records_to_cite(client: Client, site: WebDouble) -> None:
    site.searxng = {"results": [{"title": "Otters", "url": "https://example.org/", "content": "Back.", "engine": "x"}]}
    found = await ask(client, "web_search", query="otters")
    assert found["results"] == [
        {"title": "Otters", "url": "https://example.org/", "text": "Back.", "date": None, "engine": "x"}
    ]
    site.searxng = {"results": []}
    assert (await ask(client, "web_search", query="xyzzy"))["note"] == "No page was found."
    site.searxng = {"results": [], "unresponsive_engines": [["brave", "CAPTCHA"]]}
    assert "brave CAPTCHA" in await complaint(client, "web_search", query="otters")


async def test_a_page_is_read_part_by_part(client: Client, site: WebDouble) -> None:
    url = site.url("/article")
    first = await ask(client, "read_page", url=url, limit=100)
    assert first["title"] == "Otters return to the river" and first["author"] == "Ann Lee"
    assert first["next_offset"] == 100 and len(first["text"]) == 100
    rest = await ask(client, "read_page", url=url, offset=100, limit=200_000)
    assert rest["next_offset"] is None and len(rest["text"]) == first["total"] - 100


async def test_wikipedia_gives_records_to_cite(client: Client, site: WebDouble) -> None:
    page = {"index": 1, "title": "Otter", "extract": "A mammal.", "fullurl": "https://en.wikipedia.org/wiki/Otter"}
    site.wikipedia = {"query": {"pages": [page]}}
    found = await ask(client, "wikipedia", query="otter", language="en")
    assert found["results"][0]["url"] == "https://en.wikipedia.org/wiki/Otter"
    for language in ("../x", "en.evil", "EN", "e"):
        assert "language" in await complaint(client, "wikipedia", query="otter", language=language)


async def test_the_searxng_of_the_setting_may_be_searched_but_not_read(site: WebDouble) -> None:
    site.searxng = {"results": []}
    async with web(site) as client:
        assert (await ask(client, "web_search", query="otters"))["results"] == []
        asked = len(site.requests)
        told = await complaint(client, "read_page", url=site.url("/article"))
        assert "this machine" in told and "AGENTIC_SEARCH_WEB_ALLOW" in told
        assert len(site.requests) == asked
