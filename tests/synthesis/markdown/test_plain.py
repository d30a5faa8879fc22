"""A source's own markup is taken off, its words stay."""

import pytest

from agentic_search.synthesis.markdown.plain import plain_text
from agentic_search.synthesis.markdown.tables import cells_of, table


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("[![Version](https://img.example/v.svg)](https://pypi.example/x) A library.", "A library."),
        ("![Logo](logo.png) Text", "Text"),
        ("See [the guide](guide.md#install).", "See the guide."),
        ("See [`code`](https://x.example).", "See `code`."),
        ("It is **very** good.", "It is very good."),
        ("**Very good**, *so* **it\nis**.", "Very good, so it is."),
        ("**Use `x` now** and _never once_ `**y**`.", "Use `x` now and never once `**y**`."),
        ("**Red apples are sweet.", "Red apples are sweet."),
        ("They grow in the south**, and here.", "They grow in the south, and here."),
        ("__init__, _x_, 2 ** 3, 2**3*4 and *.py,*.md", "__init__, _x_, 2 ** 3, 2**3*4 and *.py,*.md"),
        ("f(*args, **kwargs) or src/*, src/*", "f(*args, **kwargs) or src/*, src/*"),
        ("Use :func:`asyncio.gather` and :py:class:`~a.B`.", "Use `asyncio.gather` and `a.B`."),
        ("One\\\ntwo", "One two"),
        ("<p align='center'>Hi <b>you</b><br/></p>", "Hi you"),
        ("A <!-- hidden --> word", "A word"),
        ("items[key](argument) and **kwargs", "items[key](argument) and **kwargs"),
        ("if a < b: `**x**`", "if a < b: `**x**`"),
    ],
)
def test_only_words_stay(marked: str, plain: str) -> None:
    assert plain_text(marked) == plain


def test_cells() -> None:
    assert cells_of("| a | `b` | c \\| d |") == ["a", "`b`", "c | d"]
    assert cells_of("") == []


def test_what_a_cell_holds_ends_no_cell() -> None:
    assert table(["a"], [["x | y"], ["`p|q`", "<b>"]]) == "| a |  |\n| --- | --- |\n| x \\| y |  |\n| `p\\|q` |  |"


@pytest.mark.parametrize(
    "hostile",
    ["[" * 50_000, "**a" * 30_000, "![" * 30_000, "<!--" * 30_000, "`" * 50_000, "_a " * 50_000, "*a" * 50_000],
)
def test_a_hostile_text_costs_no_time(hostile: str) -> None:
    assert isinstance(plain_text(hostile), str)
