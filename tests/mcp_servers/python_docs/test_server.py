"""The tools, asked over MCP in process: over a small Python, and what they say when something is missing or wrong."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from agentic_search.mcp_servers.fulltext import Index
from agentic_search.mcp_servers.python_docs.index.builder import IndexBuilder
from agentic_search.mcp_servers.python_docs.installed.interpreter import Interpreter
from agentic_search.mcp_servers.python_docs.server import build_server
from tests.mcp_servers.asking import ask, complaint
from tests.mcp_servers.python_docs.small_pythons import install

PATIENCE = 30.0


@asynccontextmanager
async def serving(python: Interpreter, *, building: bool = True, wait: float = PATIENCE) -> AsyncGenerator[Client]:
    """A client of the small Python's server; without `building` nobody ever reads anything."""
    with Index(python.library.parent / "index.sqlite3") as index:
        builder = IndexBuilder(index, python.survey, workers=1, recheck=0)
        task = asyncio.ensure_future(builder.run() if building else asyncio.Event().wait())
        try:
            async with asyncio.timeout(PATIENCE), Client(build_server(builder, python, longest_wait=wait)) as client:
                yield client
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=PATIENCE)


async def test_the_tools_say_that_they_only_read_and_what_they_give(python: Interpreter) -> None:
    async with serving(python, building=False) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"search_python_docs", "read_python_doc", "list_packages"}
    for tool in tools.values():
        hints = tool.annotations
        assert hints is not None
        assert (hints.read_only_hint, hints.idempotent_hint, hints.open_world_hint) == (True, True, False)
        assert tool.output_schema is not None
        assert "Use this" in str(tool.description)
        assert "\n" not in str(tool.description)
    assert tools["search_python_docs"].input_schema["required"] == ["query"]
    assert set(tools["search_python_docs"].input_schema["properties"]) == {"query", "limit", "package"}


async def test_a_search_gives_results_that_can_be_cited(python: Interpreter) -> None:
    async with serving(python) as client:
        answer = await ask(
            client, "search_python_docs", query="run several coroutines and wait for all", package="stdlib"
        )
    assert answer["missing"] == []
    assert answer["results"][0] == {
        "title": "asyncio.gather",
        "kind": "function",
        "signature": "gather(*coros_or_futures, return_exceptions=False)",
        "package": "stdlib",
        "url": "pydoc:asyncio.gather",
        "text": "Return a future aggregating results from the given coroutines.",
        "defined_in": "asyncio.tasks.gather",
        "file": "asyncio/tasks.py",
        "line": 5,
    }


async def test_a_search_can_be_limited_and_narrowed_to_a_package(python: Interpreter) -> None:
    install(python.search_path[0], "thing", "1", {"thing.py": "def dumps():\n    '''Serialise, too.'''"})
    async with serving(python) as client:
        both = await ask(client, "search_python_docs", query="serialise", package="thing")
        assert [each["title"] for each in both["results"]] == ["thing.dumps"]
        assert both["results"][0]["package"] == "thing"
        one = await ask(client, "search_python_docs", query="serialise a coroutine", limit=1)
        assert len(one["results"]) == 1


async def test_a_question_asked_too_early_is_answered_with_what_is_missing(python: Interpreter) -> None:
    install(python.search_path[0], "thing", "1", {"thing.py": ""})
    told: list[str] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append(f"{progress:g}/{total:g} {message}")

    async with serving(python, building=False, wait=0.05) as client:
        result = await client.call_tool("search_python_docs", {"query": "gather"}, progress_callback=note)
        assert result.structured_content == {
            "results": [],
            "searched": "0 packages",
            "missing": ["stdlib", "thing"],
            "note": "Nothing fits: ask with other words, or name the module, class or function."
            " Not indexed yet: stdlib, thing. Ask again in a moment.",
            "read_as": None,
        }
        assert told == ["0/3 reading documentation: 0 of 3 packages"]
        assert "Not indexed yet: stdlib, thing." in await complaint(client, "read_python_doc", name="asyncio.gather")


@pytest.mark.parametrize(
    "name", ["asyncio.gather", "pydoc:asyncio.gather", "ASYNCIO.Gather", " asyncio.gather() ", "asyncio.tasks.gather"]
)
async def test_a_name_is_read_in_any_of_its_forms(python: Interpreter, name: str) -> None:
    async with serving(python) as client:
        assert (await ask(client, "read_python_doc", name=name))["url"] == "pydoc:asyncio.gather"


async def test_a_thing_is_read_by_any_of_its_public_names(python: Interpreter) -> None:
    source = "__all__ = ['error', 'NewError']\nclass NewError(Exception):\n    'It went wrong.'\nerror = NewError"
    install(python.search_path[0], "thing", "1", {"thing.py": source})
    async with serving(python) as client:
        await ask(client, "search_python_docs", query="wrong", package="thing")
        for name in ("thing.NewError", "thing.error"):
            assert (await ask(client, "read_python_doc", name=name))["url"] == "pydoc:thing.NewError"


async def test_a_class_and_a_module_tell_what_they_contain(python: Interpreter) -> None:
    async with serving(python) as client:
        task = await ask(client, "read_python_doc", name="asyncio.Task")
        assert task["members"] == ["cancel(msg=None) -> bool - Request that this task cancel itself."]
        module = await ask(client, "read_python_doc", name="asyncio")
        assert sorted(module["members"]) == [
            "class Semaphore(value: int=1) - Limits how many coroutines enter at once.",
            "class Task - A coroutine wrapped in a future.",
            "gather(*coros_or_futures, return_exceptions=False)"
            " - Return a future aggregating results from the given coroutines.",
        ]
        semaphore = await ask(client, "read_python_doc", name="asyncio.Semaphore")
        assert semaphore["signature"] == "class Semaphore(value: int=1)"
        assert semaphore["text"] == "Limits how many coroutines enter at once.\n\nThe value says how many."


async def test_a_topic_of_the_language_is_found_and_read(python: Interpreter) -> None:
    async with serving(python) as client:
        answer = await ask(client, "search_python_docs", query="what does the pass statement do")
        assert answer["results"][0]["url"] == 'pydoc:topic:The "pass" statement'
        topic = await ask(client, "read_python_doc", name=answer["results"][0]["url"])
        assert topic["text"] == '"pass" is a null operation.'


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("asyncio.gahter", "The nearest names are asyncio.gather"),
        ("tasks.gather", "The nearest names are asyncio.gather"),
        ("math.sqrt", "Written in C, without documentation in source form: math."),
        ("''; DROP TABLE", "There is no documentation of"),
    ],
)
async def test_a_name_that_is_not_there_is_answered_with_the_nearest(python: Interpreter, name: str, hint: str) -> None:
    async with serving(python) as client:
        assert hint in await complaint(client, "read_python_doc", name=name)


async def test_a_question_about_a_module_in_c_is_told_that_it_cannot_be_covered(python: Interpreter) -> None:
    async with serving(python) as client:
        answer = await ask(client, "search_python_docs", query="square root with math and asyncio")
    assert answer["note"] == "Written in C, without documentation in source form: math."


@pytest.mark.parametrize("query", ["is it the", '"" OR *', "\x00", "zebra" * 1_000])
async def test_a_question_that_nothing_answers_is_told_so(python: Interpreter, query: str) -> None:
    async with serving(python) as client:
        answer = await ask(client, "search_python_docs", query=query)
    assert answer["results"] == []
    assert answer["note"].startswith("Nothing fits")


@pytest.mark.parametrize(
    "arguments",
    [{}, {"query": ""}, {"query": "x" * 8_001}, {"query": "x", "limit": 0}, {"query": "x", "limit": 51}, {"query": 1}],
)
async def test_arguments_out_of_bounds_are_refused(python: Interpreter, arguments: dict[str, Any]) -> None:
    async with serving(python, building=False) as client:
        assert "validation error" in await complaint(client, "search_python_docs", **arguments)


async def test_an_unknown_package_is_refused_with_the_nearest(python: Interpreter) -> None:
    async with serving(python) as client:
        assert "Did you mean 'json'" in await complaint(client, "search_python_docs", query="x", package="jsonn")


async def test_the_packages_are_listed_with_what_they_are(python: Interpreter) -> None:
    install(python.search_path[0], "thing", "1.5", {"thing.py": "'''A thing.'''"})
    async with serving(python) as client:
        for package in ("stdlib", "thing"):
            await ask(client, "search_python_docs", query="thing", package=package)
        listed = await ask(client, "list_packages")
    standard, thing = listed["packages"]
    assert (standard["name"], standard["version"], standard["indexed"]) == ("stdlib", "3.99.0", True)
    assert thing == {
        "name": "thing",
        "version": "1.5",
        "summary": "All about thing.",
        "entries": 2,
        "indexed": True,
        "problem": None,
    }
    assert listed["without_source"] == ["math"]
    assert listed["missing"] == []


async def test_an_index_that_cannot_be_written_is_told_with_the_remedy(python: Interpreter, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with Index(tmp_path / "file" / "index.sqlite3") as index:
        builder = IndexBuilder(index, python.survey, workers=1)
        async with asyncio.timeout(PATIENCE), Client(build_server(builder, python)) as client:
            for tool, arguments in (("search_python_docs", {"query": "x"}), ("list_packages", {})):
                assert "Set AGENTIC_SEARCH_CACHE" in await complaint(client, tool, **arguments)
