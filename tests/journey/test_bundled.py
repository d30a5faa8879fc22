"""The main job on real input: the bundled servers, no model, nothing prepared; the answer cites real documentation."""

import asyncio
import inspect
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from agentic_search.mcp_servers.stories.archive.items import Item
from agentic_search.mcp_servers.stories.archive.writing import upsert
from tests.support.service import ROOT, RunningService, running_service

QUESTION = "How do I run several coroutines at once in asyncio and wait for all of them?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service keeps its files."""
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
async def service(folder: Path) -> AsyncGenerator[RunningService, None]:
    """The service as `make run` starts it, with an empty cache."""
    settings = {"CACHE": str(folder / "cache"), "DOCUMENTS": str(ROOT / "docs")}
    async with running_service(folder, bundled=True, settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
async def run(service: RunningService) -> dict[str, Any]:
    """The question, asked as soon as its server is there: the index is still being built."""
    await service.ready_servers("python_docs")
    return await service.ask(QUESTION)


async def test_the_first_question_is_answered_from_the_standard_library(run: dict[str, Any]) -> None:
    assert run["status"] == "completed" and run["planner"] == "offline"
    cited = {source["title"] for source in run["sources"]}
    assert cited & {"asyncio.gather", "asyncio.TaskGroup", "asyncio.wait"}, cited
    assert {int(mark) for mark in re.findall(r"\[(\d+)\]", run["answer"])} >= {
        source["id"] for source in run["sources"]
    }
    assert "No language model wrote this answer" in run["answer"]


async def test_what_is_quoted_stands_in_the_source_of_the_standard_library(run: dict[str, Any]) -> None:
    sources = {source["title"]: source["snippet"] for source in run["sources"]}
    assert "asyncio.TaskGroup" in sources
    assert asyncio.TaskGroup.__doc__ is not None
    written = " ".join(inspect.cleandoc(asyncio.TaskGroup.__doc__).split())
    assert " ".join(sources["asyncio.TaskGroup"].split())[:60] in written


async def test_the_projects_own_documents_are_searched_too(service: RunningService) -> None:
    await service.ready_servers("documents")
    run = await service.ask("How is a bundled MCP server switched off in mcp.json?")
    assert any(source["url"].startswith("documents:configuration.md") for source in run["sources"])


async def test_what_no_source_answers_is_said_first_with_where_it_was_searched(service: RunningService) -> None:
    await service.ready_servers("python_docs", "documents")
    searches = [
        {"tool": tool, "arguments": {"query": "capital of France"}}
        for tool in ("search_python_docs", "search_documents")
    ]
    run = await service.ask("What is the capital of France?", plan={"tasks": searches})
    assert run["nothing_found"] is True and run["answer"].startswith(
        "**Nothing found.** Searched: Python documentation ("
    )
    assert re.search(r"Python documentation \(\d+ packages?\), documents \(\d+ files\)", run["answer"])
    assert len(run["sources"]) <= 3


async def test_a_list_is_answered_by_a_table_and_a_count_by_a_sentence(service: RunningService) -> None:
    await service.ready_servers("python_docs", "documents")
    run = await service.ask("list all packages installed", plan={"tasks": [{"tool": "list_packages"}]})
    assert re.match(r"\*\*\d+ packages\.\*\* \[1\]\n\n\| packages \| version \|", run["answer"])
    assert not run["nothing_found"] and [source["id"] for source in run["sources"]] == [1]
    run = await service.ask("how many documents do you have", plan={"tasks": [{"tool": "list_documents"}]})
    number = len(list((ROOT / "docs").rglob("*.md")))
    assert run["answer"].startswith(f"**{number} documents.** [1]")


async def why_stories_are_empty(service: RunningService) -> str:
    """What the service says of the stories server; empty where nothing is amiss."""
    servers = {server["name"]: server for server in (await service.client.get("/servers")).json()["servers"]}
    return servers["stories"]["error"] or ""


async def test_of_an_empty_archive_planners_are_offered_nothing_and_of_a_filled_one_all(
    service: RunningService, folder: Path
) -> None:
    await service.ready_servers("stories")
    assert "agentic_search.mcp_servers.stories import" in await why_stories_are_empty(service)
    run = await service.ask("Which stories are there about otters?")
    assert run["tasks"] and not any("stories" in task["tool"] for task in run["tasks"])
    given = {"tasks": [{"tool": "count_stories"}]}
    assert (await service.ask("How many stories?", plan=given))["tasks"][0]["status"] == "completed"
    upsert(folder / "stories.sqlite", [Item("1", title="Otters return to the river", text="They were seen.")])
    async with asyncio.timeout(30):
        while True:
            if not await why_stories_are_empty(service):
                break
            await asyncio.sleep(0.05)
    run = await service.ask("Which stories are there about otters?")
    assert "Otters return to the river" in {source["title"] for source in run["sources"]}
