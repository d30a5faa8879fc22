"""There is one statement for each mark that readers see, in its order, and none for what only looks like one."""

import random
import re

import pytest

from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.synthesis.citations.citations import CitationFilter
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.synthesis.support.statements import MOST, Statement, cited_statements

ALPHABETS = ("abcdefgh .", "абвг .", "אבגד ", "这是一个。", "🍎🍏 ", "\u202e\u2066\u200b a")
PIECES = (
    *("[1]", "[2]", "[3]", "[99]", "[[1]]", "[1][2]", "[1, 2]", "［1］", "[１]", "[\u0661]", "[0]", "[-1]", "1] ["),
    *("`[1]`", "\n```\n[1]\n```\n", "\n    [2]\n", "\n~~~\n[1]", "【1†L2】", "(source 2)", "[^1]", "\\[1\\]"),
    *("[1](javascript:alert(1))", "[text [1]](https://a.b)", "![1](x)", "https://example.org/[1]", "[1]: https://a.b"),
    *('<a class="citation" href="#source-1">1</a>', "<script>[1]</script>", "<p>", "</p>", "&lt;a class=citation&gt;1"),
    *("\n- item [1]\n", "\n| a [1] | b |\n|---|---|\n| c | d [2] |\n", "\n# head [2]\n", "\n> quote [1]\n", "\n\n"),
    *("**[1]**", "*a [2]*", "[" * 50, "]" * 50),
)


def statements(markdown: str, marks: int = 3) -> list[Statement]:
    """Of an answer that may cite so many sources."""
    return cited_statements(AnswerHtml(range(1, marks + 1)).render(markdown))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("One is so [1]. Two is not [2].", [("One is so.", 1), ("Two is not.", 2)]),
        ("One is so. [1] Two is not. [2]", [("One is so.", 1), ("Two is not.", 2)]),
        ("Both say so [1][2].", [("Both say so.", 1), ("Both say so.", 2)]),
        ("- first [1]\n- second [2]", [("first", 1), ("second", 2)]),
        ("> A quotation.\n> [1]", [("A quotation.", 1)]),
        ("```\ncode [1]\n```\n[2]", [("code [1]", 2)]),
        ("| name | wait |\n|---|---|\n| client | 60 s [1] |", [("client: 60 s", 1)]),
        ("| name | pears [2] |\n|---|---|\n| client | 60 s [1] |", [("pears", 2), ("client: 60 s", 1)]),
        ("## Heading [3]", [("Heading", 3)]),
        ("Not cited [7], `[1]`, \\[2\\].", []),
        ("[1]", [("", 1)]),
    ],
)
def test_each_mark_is_for_its_sentence_item_cell_or_example(markdown: str, expected: list[tuple[str, int]]) -> None:
    assert [(each.text, each.source) for each in statements(markdown)] == expected


def test_a_mark_inside_a_sentence_is_for_the_words_before_it_too() -> None:
    one, two = statements("Apples are red [1] and pears are green [2].")
    assert one.text == two.text == "Apples are red and pears are green."
    assert (one.clause, two.clause) == ("Apples are red", "and pears are green")


def test_a_thousand_hostile_answers_give_no_false_mark() -> None:
    chance = random.Random(10)
    shown = [Evidence(n, Passage(title=f"S{n}", url=f"https://a.b/{n}", text="Apples are red."), "t1") for n in (1, 2)]
    for _ in range(1_000):
        text = "".join(
            chance.choice(PIECES)
            if chance.random() < 0.5
            else "".join(chance.choices(chance.choice(ALPHABETS), k=chance.randrange(1, 30)))
            for _ in range(chance.randrange(1, 25))
        )
        citations = CitationFilter(shown)
        html = AnswerHtml(citations.numbers, ["https://a.b/1"]).render(citations.feed(text) + citations.finish())
        found = [each.source for each in cited_statements(html)]
        assert found == [int(n) for n in re.findall(r'<a href="#source-\d+" class="citation">(\d+)</a>', html)], text
        assert set(found) <= citations.numbers <= {1, 2}, text


def test_a_huge_answer_is_bounded() -> None:
    assert len(statements("Apples are red [1]. " * 5_000)) == MOST
