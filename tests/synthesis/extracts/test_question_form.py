"""What a question's form says of the answer that it wants."""

import pytest

from agentic_search.synthesis.extracts.question_form import (
    asks_for_count,
    asks_for_list,
    asks_for_newest,
    holds,
    need,
    sides,
    wanted,
)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("When was the bridge opened?", "moment"),
        ("In which year did the war end?", "moment"),
        ("Wann wurde die Brücke eröffnet?", "moment"),
        ("How many points did they score?", "number"),
        ("What percentage of people agreed?", "number"),
        ("Who opened the bridge?", "name"),
        ("Which company bought it?", "name"),
        ("Explain the bridge", ""),
    ],
)
def test_what_the_answering_sentence_must_hold(query: str, kind: str) -> None:
    assert wanted(query) == kind


@pytest.mark.parametrize(
    ("query", "sentence", "fits"),
    [
        ("When was it opened?", "It was opened in 1932.", True),
        ("When was it opened?", "It was opened by the premier.", False),
        ("How many points?", "They scored eleven points.", True),
        ("Who opened the Harbour Bridge?", "The Harbour Bridge is long.", False),
        ("Who opened the Harbour Bridge?", "It was opened by Jack Lang.", True),
        ("Explain it", "It was opened in 1932 by Jack Lang.", False),
    ],
)
def test_whether_a_sentence_has_it(query: str, sentence: str, fits: bool) -> None:
    assert holds(wanted(query), sentence, query) is fits


@pytest.mark.parametrize(
    ("query", "both"),
    [
        ("What's the difference between threading.Lock and asyncio.Lock?", ("threading.Lock", "asyncio.Lock")),
        ("asyncio.wait vs asyncio.gather", ("asyncio.wait", "asyncio.gather")),
        ("lists.sort vs. sorted()", ("lists.sort", "sorted()")),
        ("compare Postgres with SQLite", ("Postgres", "SQLite")),
        ("How does a tuple differ from a list?", ("a tuple", "a list")),
        ("Was ist der Unterschied zwischen Liste und Tupel?", ("Liste", "Tupel")),
        ("difference between os.path.join and pathlib", ("os.path.join", "pathlib")),
        ("How do I read and write files?", None),
        ("What is the time difference?", None),
    ],
)
def test_the_sides_of_a_comparison(query: str, both: tuple[str, str] | None) -> None:
    assert sides(query) == both


@pytest.mark.parametrize("query", ["how many stories mention Kubernetes", "Number of files", "Wie viele Dateien?"])
def test_counts(query: str) -> None:
    assert asks_for_count(query)


@pytest.mark.parametrize(
    "query", ["list all packages installed", "show my documents", "Which documents do you have?", "all my files"]
)
def test_lists(query: str) -> None:
    assert asks_for_list(query)


@pytest.mark.parametrize("query", ["How do I read a list?", "What is a file?", "count on me"])
def test_neither(query: str) -> None:
    assert not asks_for_count(query) and not asks_for_list(query)


def test_the_newest() -> None:
    assert asks_for_newest("Latest news about Rust") and not asks_for_newest("news about Rust")


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        ("hello", "greeting"),
        ("Good morning!", "greeting"),
        ("Hi there, how are you?", "greeting"),
        ("What is 17 times 23?", "calculation"),
        ("(3 + 4) * 2 =", "calculation"),
        ("Translate 'good morning' into Japanese", "translation"),
        ("hello world in Python", ""),
        ("What happened on 2024-05-01?", ""),
        ("Who wrote 17 books?", ""),
        ("Who translates Murakami?", ""),
    ],
)
def test_what_no_text_answers(query: str, needed: str) -> None:
    assert need(query) == needed


def test_a_long_question_costs_no_time() -> None:
    for text in (
        "hello " * 100_000,
        "1 + " * 100_000,
        "difference between " * 50_000,
        "(" * 100_000,
        "what is 1" * 50_000,
    ):
        assert (need(text), sides(text)) is not None
