"""Leading thinking is taken out of a stream however it is cut into pieces; nothing else is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.models.thinking import ThinkFilter


def filtered(*pieces: str) -> str:
    """What comes out of a filter for a stream of these pieces."""
    answer = ThinkFilter()
    return "".join([answer.feed(piece) for piece in pieces] + [answer.end()])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", ""),
        ("plain", "plain"),
        ("  plain ", "  plain "),
        ("<think>hm</think>yes", "yes"),
        ("\n<think>\nhm\n</think>\n\nyes\n", "yes\n"),
        ("<think></think>yes", "yes"),
        ("<think>a</think> <think>b</think>yes", "yes"),
        ("<think>a < b </ think></think>yes", "yes"),
        ("<think>never ends", ""),
        ("<thin", "<thin"),
        ("<thing>", "<thing>"),
        ("Models write <think>x</think> first.", "Models write <think>x</think> first."),
        ("<think>a</think>Then <think> is a tag.", "Then <think> is a tag."),
        ("</think>yes", "</think>yes"),
        ('<think>plan</think>{"tasks": []}', '{"tasks": []}'),
    ],
)
def test_only_leading_thinking_is_removed(text: str, answer: str) -> None:
    assert filtered(text) == answer
    assert filtered(*text) == answer


_TEXTS = st.lists(st.sampled_from(["<think>", "</think>", "<", "think>", "</", " ", "\n", "a", "é", "{"]), max_size=12)


@given(_TEXTS.map("".join), st.lists(st.integers(min_value=0, max_value=60), max_size=8))
def test_how_the_stream_is_cut_changes_nothing(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(edges)]
    assert filtered(*pieces) == filtered(text)


@given(st.text(alphabet=st.characters(exclude_characters="<")), st.text(alphabet=st.characters(exclude_characters="<")))
def test_an_answer_after_thinking_arrives_whole(thinking: str, answer: str) -> None:
    assert filtered(f"<think>{thinking}</think>{answer}") == answer.lstrip()


def test_an_answer_is_not_held_back() -> None:
    answer = ThinkFilter()
    given = [answer.feed(piece) for piece in ("<", "b>bold", "</b", "> text <think")]
    assert given == ["", "<b>bold", "</b", "> text <think"]


def test_thinking_is_not_hoarded() -> None:
    answer = ThinkFilter()
    answer.feed("<think>")
    for _ in range(1000):
        assert answer.feed("and so on ") == ""
    assert answer.feed("</think>done") == "done"
