"""Sources that state different things for the same are said to disagree; others never are."""

import pytest

from agentic_search.synthesis.support.conflicts import conflict_in
from agentic_search.synthesis.support.matching import SourceText

QUESTION = "What is the default timeout of the client?"


def said(one: str, other: str, query: str = QUESTION, titles: tuple[str, str] = ("Client", "Client")) -> str:
    """What is told of two sources; empty where nothing is."""
    texts = {1: SourceText(one, titles[0]), 2: SourceText(other, titles[1])}
    conflict = conflict_in(query, texts, {1, 2})
    return conflict.sentence() if conflict else ""


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("The default timeout is 60 s.", "The default timeout is 30 seconds.", "[1] says 60 s, [2] says 30 seconds."),
        ("Default timeout: 1 minute", "Default timeout: 90 s", "[1] says 1 minute, [2] says 90 s."),
        ("The client timeout has a default.", "The client timeout does not have a default.", "[1] says “The client"),
        ("The default timeout is enabled.", "The default timeout is disabled.", "enabled”, [2] says “"),
    ],
)
def test_different_quantities_and_yes_and_no_are_a_conflict(one: str, other: str, shown: str) -> None:
    assert said(one, other).startswith("The sources disagree: [1] says ")
    assert shown in said(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The default timeout is 60 s.", "The default timeout is 60 seconds."),
        ("The default timeout is 60 s.", "The default timeout is 1 minute."),
        ("The default timeout is 60 s.", "The longest timeout is 30 s."),
        ("The default timeout is 60 s.", "The default timeout is 10 MB."),
        ("The default timeout of Alpha is 60 s.", "The default timeout of Beta is 30 s."),
        ("In 2019 the default timeout was 60 s.", "In 2021 the default timeout was 30 s."),
        ("The default timeout is 60 s.", "Apples are red."),
        ("", ""),
    ],
)
def test_what_agrees_or_is_about_something_else_is_none(one: str, other: str) -> None:
    assert said(one, other) == ""


def test_sources_about_another_subject_than_was_asked_do_not_conflict() -> None:
    pair = ("The default timeout is 60 s.", "The default timeout is 30 s.")
    assert said(*pair, query="default timeout of the parser", titles=("Parser", "Server")) == ""
    assert said(*pair, query="default timeout of the parser", titles=("Parser", "The parser")) != ""
