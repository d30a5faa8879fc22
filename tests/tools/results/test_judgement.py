"""A tool's data is parted into content and what it says of its own search, by its shape first."""

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.tools.results.judgement import judge
from agentic_search.tools.results.self_talk import CallWords

QUERY = "red lamps"
GIVEN = CallWords.of({"query": QUERY})


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "  ",
        [],
        {},
        [[]],
        [{}],
        {"results": []},
        {"results": None},
        {"results": [], "total": 0, "note": "Nothing found"},
        {"results": [], "searched": "75 packages", "missing": ["one", "two"], "note": "Ask with other words."},
        {"hits": [], "not_indexed": ["lamps.pdf"]},
        {"items": [], "skipped": [{"name": "lamps.pdf", "why": "it is locked with a password"}]},
        {"query": QUERY, "results": [], "status": "no_results", "count": 0, "language": "en"},
        {"query": QUERY, "results": [], "source": "wikipedia", "api": "v2"},
        {"query": QUERY, "lamps": []},
        {"lamps": [], "total": 0},
        {"data": {"items": [], "total": 0}},
        {"data": {"search": {"edges": [], "pageInfo": {"hasNextPage": False}}}},
        {"hits": {"total": {"value": 0}, "hits": []}, "took": 3, "timed_out": False},
        {"status": "not_found"},
        {"status": 404, "message": "Not Found"},
        {"found": False},
        {"found": False, "query": QUERY},
        {"message": "No results found."},
        {"content": "No results found."},
        {"text": 'No lamps found for "red lamps".'},
        {"result": "", "message": "Keine Ergebnisse gefunden."},
        {"title": QUERY, "text": "No results found."},
        [{"title": "Search", "text": "没有找到相关结果"}],
        ["No results found"],
        {"query": QUERY, "suggestions": ["blue lamps"], "results": []},
        {"search_term": QUERY, "matches": [], "pages": 0},
        {QUERY: []},
        {"results": {"red lamps": []}},
        {
            "answer": None,
            "results": [],
            "images": [],
            "follow_up_questions": None,
            "query": QUERY,
            "response_time": 0.7,
        },
        {"count": 0, "results": []},
        {"success": True, "data": []},
        {"ok": True, "items": []},
        {"jsonrpc": "2.0", "result": {"items": []}},
        {"features": [], "type": "FeatureCollection"},
        {"total_count": 0, "incomplete_results": False, "items": []},
        {"message": "m"},
        [{"message": "m"}, {"hint": "try another word"}],
    ],
)
def test_an_empty_search_is_told_as_nothing_found(value: JsonValue) -> None:
    judged = judge(value, GIVEN)
    assert judged.content is None
    assert judged.note and not judged.is_passing


@pytest.mark.parametrize(
    "value",
    [
        {"error": "quota"},
        {"error": {"code": 500, "message": "the index is closed"}},
        {"error": True, "message": "the index is closed"},
        {"errors": [{"message": "the index is closed"}], "data": None},
        {"success": False, "message": "the index is closed"},
        {"ok": False, "description": "the index is closed", "error_code": 400},
        {"success": False, "data": None, "code": "E42", "path": "/lamps"},
        {"status": "error", "message": "the index is closed"},
        {"isError": True, "content": []},
        {"response": {"status": "failed", "reason": "the index is closed"}},
        {"results": [], "error": "upstream timeout"},
        {"status": "error"},
        {"detail": "Request timed out after 30 seconds"},
        {"message": "Invalid API key provided."},
        {"content": "Error: ENOENT: no such file or directory, open 'lamps.md'"},
        "Error searching libraries: TypeError: fetch failed",
        ["Error: fetch failed"],
        [{"error": "fetch failed"}],
    ],
)
def test_a_failure_told_as_success_is_told_and_never_kept(value: JsonValue) -> None:
    judged = judge(value, GIVEN)
    assert judged.content is None
    assert judged.note.startswith("said") and judged.is_passing


@pytest.mark.parametrize(
    "value",
    [
        {"status": "indexing"},
        {"status": "in_progress", "progress": 0.4, "results": []},
        {"ready": False},
        {"message": "The index is not ready yet. Try again in a minute."},
        {"results": [], "partial": True},
        {"results": [], "note": "3 packages are not indexed yet"},
        "Still indexing, try again later.",
    ],
)
def test_what_is_not_ready_is_told_as_that(value: JsonValue) -> None:
    judged = judge(value, GIVEN)
    assert judged.content is None
    assert judged.note.startswith("said") and judged.is_passing


HIT: JsonObject = {"title": "Lamp", "url": "https://lamps.example/1", "text": "A red lamp costs four euros."}


@pytest.mark.parametrize(
    "value",
    [
        {"results": [HIT], "partial": True},
        {"results": [HIT], "isPartial": True},
        {"items": [HIT], "incomplete_results": True},
        {"results": [HIT], "status": "indexing"},
        {"results": [HIT], "note": "75 packages are not indexed yet."},
        {"results": [HIT], "complete": False},
        {"data": {"results": [HIT], "indexing": True}},
        "A red lamp costs four euros.\nNote: still indexing, results may be incomplete.",
    ],
)
def test_what_calls_itself_unfinished_is_content_that_may_change(value: JsonValue) -> None:
    judged = judge(value, GIVEN)
    assert judged.content is not None
    assert judged.is_passing and judged.note


@pytest.mark.parametrize(
    "value",
    [
        "A red lamp costs four euros.",
        "13",
        13,
        0,
        3.5,
        True,
        False,
        [1, 2, 3],
        ["red.md", "blue.md"],
        ["red lamps"],
        {"count": 13},
        {"count": 0},
        {"total": 7},
        {"version": "3.13"},
        {"temperature": 12},
        {"names": ["a", "b"]},
        {"name": "pydantic", "version": "2.14", "dependencies": []},
        {"id": 7, "name": "Ann", "tags": [], "manager": None},
        {"answer": "four euros", "results": []},
        {"text": "A red lamp costs four euros.", "results": []},
        {"message": "The red lamp costs four euros."},
        {"status": "ok", "message": "The red lamp costs four euros."},
        {"error": None, "data": {"price": 4}},
        {"error": "", "price": 4},
        {"errors": [], "data": [HIT]},
        {"success": True, "price": 4},
        {"results": [HIT], "error": "one of three engines failed"},
        {"results": [HIT], "total": 1, "note": "one"},
        {"results": [HIT, HIT, HIT, HIT]},
        {
            "title": "No results found",
            "url": "https://x.example",
            "text": "How to design a page that says that nothing was found.",
        },
        {"title": "Error: what to do", "text": "Errors are raised when a statement is correct but cannot be executed."},
        {"timezone": "Europe/Berlin", "datetime": "2026-11-28T13:00:00+01:00", "is_dst": False},
        {"state": "Texas", "capital": "Austin"},
        {"status": "running", "pid": 4711, "uptime": "3 days"},
        {"rows": [[1, "red"], [2, "blue"]]},
        [{"id": 1, "price": 4}, {"id": 2, "price": 5}],
        {"red lamps": 13},
        {"red lamps": {"price": 4}},
        {"path": "docs/red.md", "content": "The red lamp."},
        [{"title": "Lamp", "url": "https://lamps.example/1"}],
        {"exists": False},
        {"error": "±0.5 mm", "text": "The gauge measures length in millimetres."},
        {"branches": ["main", "next"], "current": "main"},
    ],
)
def test_content_stays_content_whatever_it_is_called(value: JsonValue) -> None:
    judged = judge(value, GIVEN)
    assert judged.content is not None
    assert not judged.is_passing


def test_a_note_beside_records_is_told() -> None:
    assert (
        judge({"results": [HIT], "note": "Only English is searched."}, GIVEN).note == "said: Only English is searched."
    )
    assert judge({"results": [HIT], "message": "Found 1 result for red lamps"}, GIVEN).note == ""


def test_of_many_texts_only_the_first_are_judged() -> None:
    texts: dict[str, JsonValue] = {f"field{n}": "No results found" for n in range(40)}
    content = judge(texts, GIVEN).content
    assert isinstance(content, dict) and "field0" not in content and "field39" in content


def test_a_long_list_is_not_looked_into() -> None:
    texts: list[JsonValue] = ["No results found"] * 50
    assert judge(texts, GIVEN).content == texts
