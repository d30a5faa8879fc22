"""Words in a form that makes their forms meet, in any script."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from agentic_search.text.lexicon import stems, terms


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
        ("GPUs PDFs", "gpu pdf"),
        ("Café İstanbul'da", "cafe istanbul'da"),
        ("the company's", "company"),
        ("l’Europe", "Europe"),
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


@pytest.mark.parametrize(("one", "other"), [("news", "new"), ("organism", "organization"), ("vitamin D", "vitamin")])
def test_words_that_mean_something_else_are_other_terms(one: str, other: str) -> None:
    assert terms(one) != terms(other)


def test_words_with_an_apostrophe_are_taken_without_their_endings() -> None:
    assert stems("don't can't it's O'Brien's") == ["do", "can", "it", "o", "brien"]
    assert terms("don't can't it's") == []


def test_stems_are_those_of_every_word_in_order() -> None:
    assert stems("To be, or_not TO Be?") == ["to", "be", "or", "not", "to", "be"]
    assert stems("Fragen über Häuser") == ["fragen", "uber", "hauser"]
    assert stems("abc北京天气x") == ["abc", "北京", "京天", "天气", "x"]


def test_threads_that_meet_new_words_at_once_get_the_same_stems() -> None:
    texts = [" ".join(f"{letter}{other}nationalities" for other in "bcdfghjklmnp") for letter in "bcdfghjklmnp"] * 20
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(stems, texts))
    assert found == [[word.removesuffix("alities") for word in text.split()] for text in texts]
