"""What is known of an entry moves it up or down among those that hold the same words."""

import pytest

from agentic_search.mcp_servers.fulltext import Entry
from agentic_search.mcp_servers.python_docs.answers.ranking import rank, search_words
from agentic_search.mcp_servers.python_docs.answers.thesaurus import expansion

LONG = "A real docstring, with more to say than fits in a line. " * 4


def entry(title: str, kind: str = "function", *, listed: bool = True, body: str = LONG) -> Entry:
    return Entry(title, title, body, extra={"kind": kind, "listed": listed})


@pytest.mark.parametrize(
    ("question", "better", "worse"),
    [
        ("run things", (entry("asyncio.run"), "python/asyncio"), (entry("other.run"), "other")),
        ("what does other.run do", (entry("other.run"), "other"), (entry("asyncio.run"), "python/asyncio")),
        ("run with other_lib", (entry("other_lib.go"), "other-lib"), (entry("asyncio.go"), "python/asyncio")),
        ("run with extra", (entry("extra.go"), "extra"), (entry("third.go"), "third")),
        ("frobnicate it", (entry("a.frobnicate"), "a"), (entry("a.frob"), "a")),
        ("anything", (entry("a.f"), "a"), (entry("a.g", listed=False), "a")),
        ("anything", (entry("a.f"), "a"), (entry("a.g", body="One line."), "a")),
        ("anything", (entry("a.f", body="One line."), "a"), (entry("a.g", body=""), "a")),
        ("anything", (entry("a.f"), "a"), (entry("a.C.f", "method"), "a")),
        ("anything", (entry("json.f"), "python/json"), (entry("distutils.f"), "python/distutils")),
        ("set the level", (entry("a.Log.setLevel", "method"), "a"), (entry("a.Log.write", "method"), "a")),
        ("stop after 5 attempts", (entry("a.stop_after_attempt"), "a"), (entry("a.stop_all"), "a")),
        ("in pydantic", (entry("pydantic.f"), "pydantic"), (entry("pydantic.v1.f"), "pydantic")),
        ("in pydantic v1", (entry("pydantic.v1.f"), "pydantic"), (entry("pydantic.compat.f"), "pydantic")),
        ("a port", (entry("socket.f"), "python/socket"), (entry("nntplib.f"), "python/nntplib")),
    ],
)
def test_the_better_of_two_comes_first(question: str, better: tuple[Entry, str], worse: tuple[Entry, str]) -> None:
    ranked = rank(question, [(*worse, 1.0), (*better, 1.0)])
    assert [each.title for each in ranked] == [better[0].title, worse[0].title]


def test_words_decide_where_nothing_else_is_known() -> None:
    ranked = rank("anything", [(entry("a.f"), "a", 1.0), (entry("a.g"), "a", 2.0)])
    assert [each.title for each in ranked] == ["a.g", "a.f"]


def test_words_that_fit_everything_are_not_searched_for() -> None:
    assert search_words("Which Python function parses dates?") == "Which parses dates?"
    assert search_words("python function") == "python function"


def test_a_question_is_searched_with_the_names_that_python_has_for_it() -> None:
    assert {"gather", "taskgroup"} <= set(expansion(["run", "several", "coroutines"]))
    assert list(expansion(["several", "files"])) == []
    assert "dict" in search_words("merge two dictionary objects").split()
