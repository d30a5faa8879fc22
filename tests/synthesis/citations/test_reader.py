"""Fenced code is known from its first to its last line, and nothing in it is changed."""

import pytest

from tests.synthesis.citations.test_citations import filtered


@pytest.mark.parametrize(
    "text",
    [
        "````\n```\n[7]\n````",
        "```\na\n\n[7]\n```",
        "```\nx\n```X\n[7]\n```",
        "```X\n[7] `\n```",
        "~~~py`x\n[7]\n~~~",
        "~~~ [7]",
        "~~~\n```\n[7]\n~~~~",
        "> ```\n> a\n>\n> [7]\n> ```",
        "1. ```\n   [7]\n   ```",
    ],
)
def test_nothing_in_fenced_code_is_a_mark(text: str) -> None:
    assert filtered(text) == text
    assert filtered(*text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```\nx\n```  \n[7] y `z`", "```\nx\n```  \n y `z`"),
        ("```\nx\n`````\n[7] y `z`", "```\nx\n`````\n y `z`"),
        ("``\n[7] x", "``\n x"),
        ("```py`x\n[7] y", "```py`x\n y"),
        ("``` a`[7]", "``` a`"),
        ("aaa [7]\nXXX\n[7] b", "aaa\nXXX\n b"),
        ("> ```\n> x[7]\ny [7]", "> ```\n> x[7]\ny"),
        ("x ```\n[7] y", "x ```\n y"),
    ],
)
def test_what_opens_no_fence_or_comes_after_its_end_is_no_code(text: str, expected: str) -> None:
    assert filtered(text) == expected
    assert filtered(*text) == expected
