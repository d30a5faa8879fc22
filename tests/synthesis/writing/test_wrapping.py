"""An answer is taken out of what a model put around the whole of it, in one piece as in many; all else stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.synthesis.writing.wrapping import WrappingFilter

PARTS = ("```", "markdown", "json", "md", "\n", "{", "}", '"answer": ', '"Red [1]."', "Red", " ", "`", "[1]", ",")
TEXTS = st.lists(st.sampled_from(PARTS), max_size=12).map("".join)


def filtered(*pieces: str) -> str:
    wrapping = WrappingFilter()
    return "".join([*map(wrapping.feed, pieces), wrapping.finish()])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("```markdown\nRed [1].\n```", "Red [1].\n"),
        ("\n```md\n# Red\n\nIt is [1].\n```\n", "# Red\n\nIt is [1].\n"),
        (
            "```markdown\nRed:\n```python\nx = 1\n```\nDone [1].\n```\nMore.",
            "Red:\n```python\nx = 1\n```\nDone [1].\nMore.",
        ),
        ("```markdown\nRed [1].", "Red [1]."),
        ('{"answer": "Red [1]."}', "Red [1]."),
        (
            '```json\n{"answer": "Red.", "citations": [1, "2", "[3]", {"id": 4}, null, "x", 1]}\n```',
            "Red. [1][2][3][4]",
        ),
        ('{"answer": "Red [2].", "sources": [1]}', "Red [2]."),
        ('{"final_answer": "Red\nand blue.", "source": 1}', "Red\nand blue. [1]"),
        ('{"answer": 5}', '{"answer": 5}'),
        ('{"colour": "red"}', '{"colour": "red"}'),
        ('{"answer": "Red', '{"answer": "Red'),
        ("{" * 20_000, "{" * 20_000),
        ("```python\nx = [1]\n```\nSo it is [1].", "```python\nx = [1]\n```\nSo it is [1]."),
        ("`x` is red [1].", "`x` is red [1]."),
        ("Red [1].\n```markdown\nx\n```", "Red [1].\n```markdown\nx\n```"),
        ("", ""),
        (" \n", " \n"),
        ("```", "```"),
    ],
)
def test_what_is_around_the_whole_goes(text: str, answer: str) -> None:
    assert filtered(text) == filtered(*text) == answer


@given(TEXTS)
def test_however_it_comes_it_is_the_same(text: str) -> None:
    assert filtered(*text) == filtered(text)


def test_what_needs_no_second_look_is_given_at_once() -> None:
    wrapping = WrappingFilter()
    assert [wrapping.feed(piece) for piece in ("R", "ed ", "[1].\n```", "\n")] == ["R", "ed ", "[1].\n```", "\n"]
    wrapping = WrappingFilter()
    assert [wrapping.feed(piece) for piece in ("```mark", "down\nRe", "d\n``", "`\n")] == ["", "Re", "d\n", ""]
