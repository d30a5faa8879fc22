"""A source is called what was read, and its address differs where that differs."""

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.tools.results.content import read_value
from agentic_search.tools.results.naming import last_part, read_thing

TOOL = Tool(name="web.read", server="web", remote_name="read", title="Read", input_schema={"type": "object"})


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        ({}, "Read"),
        ({"path": "red.md"}, "red.md"),
        ({"path": "/home/ann/notes/red.md"}, "red.md"),
        ({"filePath": "C:\\notes\\red.md"}, "red.md"),
        ({"file_name": "red.md", "encoding": "utf-8"}, "red.md"),
        ({"repo_path": "/home/ann/lamps"}, "lamps"),
        ({"paths": ["a/red.md", "b/blue.md"]}, "red.md, blue.md"),
        ({"paths": ["1.md", "2.md", "3.md", "4.md"]}, "1.md, 2.md, 3.md and 1 more"),
        ({"url": "https://lamps.example/shop/red%20lamp.html?size=2"}, "red lamp.html"),
        ({"url": "https://lamps.example/"}, "lamps.example"),
        ({"uri": "file:///home/ann/red.pdf"}, "red.pdf"),
        ({"title": "Alan Turing"}, "Alan Turing"),
        ({"name": "asyncio.gather"}, "asyncio.gather"),
        ({"repo": "octocat/lamps"}, "octocat/lamps"),
        ({"id": 42}, "42 (Read)"),
        ({"story_id": "s-7"}, "s-7 (Read)"),
        ({"query": "red lamps"}, "red lamps (Read)"),
        ({"sql": "select count(*) from lamps"}, "select count(*) from lamps (Read)"),
        ({"timezone": "Europe/Berlin"}, "Europe/Berlin (Read)"),
        ({"limit": 5}, "Read"),
    ],
)
def test_the_title_is_what_was_read(arguments: JsonObject, title: str) -> None:
    assert read_thing(TOOL, arguments, None).title == title


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ({"path": "docs/red.md", "lines": 7}, "red.md"),
        ({"title": "Red lamps", "price": 4}, "Red lamps"),
        ({"uri": "https://lamps.example/red"}, "red"),
        ({"price": 4}, "Read"),
    ],
)
def test_a_result_may_name_itself(value: JsonValue, title: str) -> None:
    assert read_thing(TOOL, {}, value).title == title


def test_addresses_differ_with_the_arguments_and_are_bounded() -> None:
    calls: list[JsonObject] = [
        {"path": "red.md"},
        {"path": "blue.md"},
        {"path": "red.md", "page": 2},
        {"id": 1},
        {"id": 2},
        {},
        {"query": "lamp " * 5_000},
        {"query": "lamp " * 5_000 + "!"},
    ]
    addresses = [read_thing(TOOL, arguments, None).address for arguments in calls]
    assert len(set(addresses)) == len(calls)
    assert all(address.startswith("tool:web/read") and len(address) < 500 for address in addresses)
    assert read_thing(TOOL, {"url": "https://lamps.example/red"}, None).address == "https://lamps.example/red"


def test_only_the_call_s_question_is_an_echo() -> None:
    assert read_thing(TOOL, {"query": "red lamps"}, None).echo
    assert not read_thing(TOOL, {"path": "red.md"}, None).echo


@pytest.mark.parametrize(
    ("title", "echo"),
    [
        ("who wrote the novel Dune", True),
        ("Results for: Who wrote the novel Dune?", True),
        ("Dune", False),
        ("Who wrote the novel Dune and what else did its author publish before", False),
    ],
)
def test_a_title_that_repeats_the_question_is_an_echo(title: str, *, echo: bool) -> None:
    record: JsonValue = [{"title": title, "url": "https://x.example", "text": "Bananas are yellow."}]
    (passage,) = read_value(record, TOOL, {"query": "Who wrote the novel Dune"}).passages
    assert passage.echo is echo


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"count": 13}, "count: 13"),
        ({"version": "3.13"}, "version: 3.13"),
        (13, "13"),
        (True, "yes"),
        ({"a": {"b": 1, "c": None}}, "a, b: 1"),
        (["red.md", "blue.md"], "red.md\nblue.md"),
        ({"names": ["a", "b"]}, "names: a, b"),
        ([{"id": 1, "price": 4}, {"id": 2, "price": 5.5}], "id: 1, price: 4\nid: 2, price: 5.5"),
        ({"rows": [{"id": 1}, {"id": 2}]}, "rows: id: 1\nrows: id: 2"),
        ({"rows": [[1, "red"], [2, "blue"]]}, "rows: 1, red\nrows: 2, blue"),
        ({"packages": {"a": "1.0", "b": "2.0"}}, "packages, a: 1.0\npackages, b: 2.0"),
    ],
)
def test_facts_without_prose_are_passages_that_can_be_read(value: JsonValue, text: str) -> None:
    (passage,) = read_value(value, TOOL, {}).passages
    assert passage.text == text
    assert passage.fact_of


@pytest.mark.parametrize("address", ["http://[", "https://[::1/a", "x://[a]b/c"])
def test_what_only_looks_like_an_address_is_named_all_the_same(address: str) -> None:
    assert last_part(address)
