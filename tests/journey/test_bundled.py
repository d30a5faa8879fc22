"""The main job on real input: the bundled servers, no model, nothing prepared; the answer cites real documentation."""

import asyncio
import inspect
import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.support.service import ROOT, RunningService, running_service

QUESTION = "How do I run several coroutines at once in asyncio and wait for all of them?"


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService, None]:
    """The service as `make run` starts it, with an empty cache."""
    folder = tmp_path_factory.mktemp("service")
    settings = {"CACHE": str(folder / "cache"), "DOCUMENTS": str(ROOT / "docs")}
    async with running_service(folder, bundled=True, settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
async def run(service: RunningService) -> dict[str, Any]:
    """The question, asked at once: the index is still being built."""
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


async def test_an_empty_archive_says_how_to_fill_it(service: RunningService) -> None:
    await service.ready_servers("stories")
    plan = {"tasks": [{"tool": "search_stories", "arguments": {"query": "databases"}}]}
    run = await service.ask("What stories are there about databases?", plan=plan)
    assert run["status"] == "completed"
    assert "agentic_search.mcp_servers.stories import" in str(run["tasks"][0]["result"])
