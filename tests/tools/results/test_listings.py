"""Counts become sentences, lists are known as lists, and a search says where it searched."""

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Listing, ToolResult
from agentic_search.domain.tool import Tool
from agentic_search.tools.results.content import read_value

PACKAGES: list[JsonValue] = [
    {"name": "attrs", "version": "26.1", "summary": "Classes", "indexed": True, "problem": None},
    {"name": "httpx", "version": "0.28", "summary": "HTTP", "indexed": False, "problem": None},
]


def result(name: str, value: JsonValue, title: str = "", arguments: JsonObject | None = None) -> ToolResult:
    """What a call of the tool `name` becomes."""
    tool = Tool(name=name, remote_name=name, server="s", title=title, description="Says it. And more.", input_schema={})
    return read_value(value, tool, arguments or {})


@pytest.mark.parametrize(
    ("name", "value", "arguments", "sentence"),
    [
        ("count_stories", {"count": 13}, {"query": "Kubernetes"}, '13 stories hold "Kubernetes".'),
        ("count_stories", {"count": 13, "note": None}, {}, "13 stories."),
        ("count_stories", {"count": 1}, {"query": "x"}, '1 story holds "x".'),
        ("count_stories", {"total": 2}, {"author": "mara_k"}, "2 stories (author: mara_k)."),
        ("countOpenIssues", 7, {}, "7 open issues."),
        ("get_number_of_users", {"count": 12_000}, {}, "12,000 users."),
        ("increment", {"count": 3}, {}, "count: 3"),
    ],
)
def test_a_count_is_a_sentence(name: str, value: JsonValue, arguments: JsonObject, sentence: str) -> None:
    assert [passage.text for passage in result(name, value, arguments=arguments).passages] == [sentence]


def test_of_nothing_counted_the_number_and_the_tools_own_remark_are_kept() -> None:
    value: JsonValue = {"count": 0, "note": "The archive is empty. Fill it with: stories import"}
    found = result("count_stories", value, arguments={"query": "upstream"})

    assert found.passages[0].text == '0 stories hold "upstream".'
    assert "Fill it with: stories import" in found.note


@pytest.mark.parametrize("value", [{"packages": PACKAGES, "missing": [], "without_source": ["a", "b"]}, PACKAGES])
def test_records_of_a_list_know_it_and_keep_their_facts(value: JsonValue) -> None:
    first, second = result("list_packages", value, "List packages").passages

    assert (
        first.listing
        == second.listing
        == Listing(things="packages", title="List packages", address="tool:s/list_packages")
    )
    assert (first.title, first.text, first.facts) == ("attrs", "Classes", (("version", "26.1"),))
    assert "Says it." in first.fact_of


@pytest.mark.parametrize("name", ["search_packages", "find_packages"])
def test_what_a_search_found_is_no_list(name: str) -> None:
    assert all(passage.listing is None for passage in result(name, {"packages": PACKAGES}).passages)


def test_what_was_asked_for_by_words_is_no_list() -> None:
    assert all(
        passage.listing is None
        for passage in result("packages", {"packages": PACKAGES}, arguments={"query": "x"}).passages
    )


def test_a_long_list_of_texts_in_a_record_is_a_passage_of_its_own() -> None:
    members: list[JsonValue] = [f"method_{n}(self): does the thing number {n}" for n in range(30)]
    whole, listed = result("read", {"title": "Path", "url": "doc:Path", "text": "A path.", "members": members}).passages

    assert whole.text == "A path." and whole.listing is None
    assert (listed.title, listed.url) == ("Path: members", "doc:Path#members")
    assert listed.text.split("\n")[0] == "- method_0(self): does the thing number 0"


@pytest.mark.parametrize(
    ("name", "title", "value", "place"),
    [
        (
            "search_docs",
            "Search Python documentation",
            {"searched": "75 packages"},
            "Python documentation (75 packages)",
        ),
        ("search_stories", "", {"searched": "234 stories"}, "stories (234 stories)"),
        ("search_stories", "", {}, "stories"),
        ("read_story", "", {}, ""),
    ],
)
def test_where_it_was_searched(name: str, title: str, value: JsonObject, place: str) -> None:
    hit: JsonValue = {**value, "results": [{"title": "T", "text": "A text."}]}
    assert result(name, hit, title, {"query": "x"}).searched == place


def test_how_much_was_searched_is_no_content() -> None:
    assert result("search_docs", {"searched": "75 packages", "results": []}, arguments={"query": "x"}).passages == ()


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"timeut": ["timeout"]}, (("timeut", ("timeout",)),)),
        ({"zeile": ["row", "line"], "x": []}, (("zeile", ("row", "line")),)),
        ({"a": "b", "c": [1, None, "d"], "": ["e"], "f": ["y" * 500], "g" * 500: ["h"]}, (("c", ("d",)),)),
        ("timeut", ()),
        (None, ()),
    ],
)
def test_what_a_search_read_words_as_is_kept(told: JsonValue, expected: tuple[object, ...]) -> None:
    value: JsonValue = {"results": [{"title": "a", "text": "b", "url": "c"}], "read_as": told}
    found = result("search_things", value, arguments={"query": "q"})

    assert found.read_as == expected
    assert [passage.title for passage in found.passages] == ["a"]


def test_no_more_is_kept_of_what_words_were_read_as_than_a_question_has() -> None:
    others: list[JsonValue] = ["x"] * 1_000
    words: JsonObject = {f"w{number}": others for number in range(1_000)}
    found = result("search_things", {"results": [], "read_as": words}, arguments={"query": "q"})

    assert len(found.read_as) == 24 and {len(meant) for _, meant in found.read_as} == {24}


def test_a_record_without_a_title_is_listed_by_its_path() -> None:
    value: JsonValue = {
        "documents": [
            {"path": "a/guide.md", "url": "documents:a/guide.md", "title": "Guide", "size": 3},
            {"path": "a/birds.csv", "url": "documents:a/birds.csv", "title": "", "size": 80},
            {"file": "keys.txt", "uri": "documents:keys.txt"},
        ]
    }
    found = result("list_documents", value, "List documents").passages

    assert [passage.title for passage in found] == ["Guide", "birds.csv", "keys.txt"]
    listing = Listing(things="documents", title="List documents", address="tool:s/list_documents")
    assert all(passage.listing == listing for passage in found)
