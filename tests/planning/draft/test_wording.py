"""Words for people: which name was probably meant, what a JSON value is called, what a task is for."""

import pytest

from agentic_search.domain.data import JsonObject
from agentic_search.planning.draft.wording import purpose
from agentic_search.text.naming import did_you_mean, json_kind
from tests.planning.schemas import tool


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("serch", ["search", "read"], "; did you mean 'search'?"),
        ("search", ["web.search", "docs.search", "read"], "; did you mean 'docs.search' or 'web.search'?"),
        ("web.search", ["search", "docs.search", "read"], "; did you mean 'docs.search' or 'search'?"),
        (
            "search",
            [f"s{number}.search" for number in range(5)],
            "; did you mean 's0.search' or 's1.search' or 's2.search'?",
        ),
        ("serch", ["search", "serchx"], "; did you mean 'serchx'?"),
        ("x", ["search"], ""),
        ("search", ["search"], ""),
        ("search", [], ""),
        ("web.", ["docs."], ""),
        ("abcdefghij", ["abcdefxxxx"], "; did you mean 'abcdefxxxx'?"),
        ("abcdefghij", ["abcdexxxxx"], ""),
        ("a" * 100_000, ["a" * 200], f"; did you mean '{'a' * 200}'?"),
    ],
)
def test_the_nearest_name_or_the_same_tool_elsewhere_was_meant(name: str, known: list[str], said: str) -> None:
    assert did_you_mean(name, known) == said


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (False, "true or false"),
        (1, "a whole number"),
        (1.5, "a number"),
        ("", "text"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_each_kind_of_value_has_a_name(value: object, kind: str) -> None:
    assert json_kind(value) == kind


@pytest.mark.parametrize(
    ("name", "fields", "arguments", "line"),
    [
        ("search_stories", {}, {}, "Search stories"),
        ("search_stories", {"title": "Find stories"}, {}, "Find stories"),
        ("search_stories", {}, {"size": 3, "query": " up\n stream ", "sort": "date"}, "Search stories: up stream"),
        ("test.search-stories", {"remote_name": "search-stories"}, {}, "Search stories (test)"),
        ("test.search", {"title": "Find", "remote_name": "search"}, {"q": "up"}, "Find (test): up"),
        ("a", {}, {"q": "x" * 60}, f"A: {'x' * 60}"),
        ("a", {}, {"q": "x" * 61}, f"A: {'x' * 59}…"),
    ],
)
def test_a_task_s_purpose_is_what_its_tool_does_with_the_first_text(
    name: str, fields: dict[str, str], arguments: JsonObject, line: str
) -> None:
    assert purpose(tool(name).model_copy(update=fields), arguments) == line
