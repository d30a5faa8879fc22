"""Words in a form that makes their forms meet, in any script."""

import pytest

from agentic_search.text.lexicon import terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("coroutines", "coroutine"),
        ("running", "run"),
        ("waits waited waiting", "wait wait wait"),
        ("queries", "query"),
        ("classes", "class"),
        ("managed managing", "manage manage"),
        ("GROẞE", "große"),
        ("ﬁle", "file"),
        ("create_task", "create task"),
        ("東京タワー", "東京タワー"),
    ],
)
def test_forms_of_a_word_are_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


def test_a_name_in_camel_case_is_found_whole_and_by_its_parts() -> None:
    assert set(terms("TaskGroup")) == set(terms("taskgroup task group"))


def test_words_that_only_ask_are_no_terms() -> None:
    assert terms("What is the … and how can I do it?") == []


def test_a_script_without_spaces_is_taken_in_pairs() -> None:
    assert terms("北京天气") == ["北京", "京天", "天气"]
