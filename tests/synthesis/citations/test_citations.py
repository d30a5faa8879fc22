"""A model can cite what it was shown, and nothing else."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.synthesis.citations.citations import CitationFilter, snippet
from agentic_search.synthesis.markdown.html import AnswerHtml
from tests.synthesis.evidence.samples import numbered

SHOWN = numbered("One. See https://inside.example/page for more.", "Two.", "Three.")

_MARKS = "[1]|[3]|[7]|[1, 9]|[2-3]|[^1]|[^1]: |【2】|【9†L1】|(source 2)|(sources 1 and 9)|[1](x)|[see [2]](y)"
_LINKS = (
    "https://docs.example/2|https://evil.example|www.evil.example|[a](https://docs.example/1)|<https://evil.example>"
)
_MORE_LINKS = "[b](https://evil.example)|![i](https://evil.example)|h|ht|http"
_SIGNS = "[|]|(|)|`|``|```|~~~|\n|\n\n|> |- |1. |word| |  |\\|!|<|.|,|é|】"
_MORE_MARKS = "\\[1\\]|［2］|<sup>1</sup>|<sup>"
PARTS = st.sampled_from("|".join((_MARKS, _MORE_MARKS, _LINKS, _MORE_LINKS, _SIGNS)).split("|"))
TEXTS = st.lists(PARTS, max_size=12).map("".join)


def filtered(*pieces: str) -> str:
    citations = CitationFilter(SHOWN)
    return "".join(citations.feed(piece) for piece in pieces) + citations.finish()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One [1].", "One [1]."),
        ("Third [3], then first [1], third [3].", "Third [1], then first [2], third [1]."),
        ("None [7].", "None."),
        ("Zero and years: x[0], [2024].", "Zero and years: x[0], [2024]."),
        ("Both [1, 9] and [2; 3].", "Both [1] and [2][3]."),
        ("A range [1-3].", "A range [1][2][3]."),
        ("A footnote [^1].\n\n[^1]: what it says", "A footnote [1].\n\n what it says"),
        ("Other brackets 【2】, 【3†L4-L9】 and 【8】.", "Other brackets [1], [2] and."),
        (
            "In words (source 2), (Sources: 1 and 3), (source 5), (source code).",
            "In words [1], [2][3],, (source code).",
        ),
        ("[source 2] [Source: 3] [#1]", "[1] [2] [3]"),
        ("A mark as a link [1](https://evil.example).", "A mark as a link [1]."),
        ("[docs](https://evil.example/a_(b)) say", "docs say"),
        ("[docs](javascript:alert(1)) say", "docs say"),
        ('[docs](https://evil.example "title") say', "docs say"),
        ("[docs](https://docs.example/2) say", "[docs](https://docs.example/2) [1] say"),
        ("see https://evil.example/x. Then", "see. Then"),
        ("see <https://evil.example/x> then", "see then"),
        ("see www.evil.example, then", "see, then"),
        ("see https://docs.example/3.", "see [1]."),
        ("see https://inside.example/page.", "see https://inside.example/page."),
        ("![chart](https://docs.example/1) shows", "chart shows"),
        ("`a[7]` and ``b ` [8]``", "`a[7]` and ``b ` [8]``"),
        ("`open [7]", "`open"),
        ("```\nx[7] = https://evil.example\n```\n[7] after", "```\nx[7] = https://evil.example\n```\n after"),
        ("- ~~~py\n  x[7]\n  ~~~\n- y [7]", "- ~~~py\n  x[7]\n  ~~~\n- y"),
        ("> ```\n> x[7]\n\ny [7]", "> ```\n> x[7]\n\ny"),
        ("``` not [7] a fence ```", "``` not [7] a fence ```"),
        ("Of its own [^note] and [^9].\n\n[^note]: x", "Of its own and.\n\n x"),
        (r"\[a\] \[7\] \\[7]", r"\[a\] \\"),
        (r"Escaped \[3\], \[1, 2\].", "Escaped [1], [2][3]."),
        (
            "Wide ［2］, raised<sup>1</sup> and <sup>[3]</sup>, not x<sup>2n</sup>.",
            "Wide [1], raised[2] and [3], not x\\<sup>2n\\</sup>.",
        ),
        ("- [ ] to do [1]", "- [ ] to do [1]"),
        ("[an [inner] label](https://evil.example)", r"[an [inner] label]\()"),
        ("cut [1", "cut [1"),
        ("`not one\n\nparagraph` [7]", "`not one\n\nparagraph`"),
        ("Oh! ![no image [1]", r"Oh! \![no image [1]"),
        ("[label](no end [1]", r"[label]\(no end [1]"),
        ("(source unknown) 【see】 <https://evil.example", "(source unknown) 【see】 <"),
        ("", ""),
    ],
)
def test_marks_are_those_of_sources_in_order_of_appearance(text: str, expected: str) -> None:
    assert filtered(text) == expected
    assert filtered(*text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Last [3], one more [4].", "Last [1], one more."),
        ("A range over the end [2-4].", "A range over the end [1][2]."),
        ("A list [4, 3].", "A list [1]."),
        ("Other forms 【4】 (source 4) [4](x) [#4] [source 4].", "Other forms."),
        ("Huge [999].", "Huge."),
        ("A range of too many [1-99].", "A range of too many [1]."),
    ],
)
def test_a_mark_above_the_number_of_sources_is_removed(text: str, expected: str) -> None:
    citations = CitationFilter(SHOWN)

    assert citations.feed(text) + citations.finish() == expected
    assert max(citations.numbers, default=0) <= len(SHOWN)


@pytest.mark.parametrize("mark", ["[0]", "[00]", "[-1]", "[-3]", "[1000]", "[99999999999999999999]", "[1.5]", "[+1]"])
def test_what_is_no_number_of_a_source_cites_nothing(mark: str) -> None:
    citations = CitationFilter(SHOWN)
    answer = f"See {mark}."

    assert citations.feed(answer) + citations.finish() == answer
    assert citations.sources("question", answer) == ()
    assert "<a" not in AnswerHtml(citations.numbers).render(answer)


def test_without_any_source_every_mark_goes() -> None:
    citations = CitationFilter(())

    assert citations.feed("One [1], zero [0].") + citations.finish() == "One, zero [0]."
    assert citations.numbers == set()


@given(TEXTS, st.lists(st.integers(0, 80), max_size=8))
@settings(deadline=None)
def test_the_text_in_any_pieces_gives_the_same(text: str, cuts: list[int]) -> None:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[begin:end] for begin, end in pairwise(places)]

    assert filtered(*pieces) == filtered(text) == filtered(*text)


def test_plain_text_is_not_kept_waiting() -> None:
    citations = CitationFilter(SHOWN)

    assert [citations.feed(piece) for piece in ("A wor", "d and ", "[", "2", "]", " more")] == [
        "A wor",
        "d and",
        "",
        "",
        "",
        " [1] more",
    ]


def test_a_bracket_that_nothing_closes_is_let_go_after_a_while() -> None:
    citations = CitationFilter(SHOWN)

    assert citations.feed("[" + "x" * 1_000).startswith("[xxx")


def test_sources_are_exactly_those_cited_numbered_as_in_the_text() -> None:
    shown = [*numbered("One.", "Two.", task="t1"), *numbered("1", "2", "Three.", task="t2")[2:]]
    citations = CitationFilter(shown)
    answer = citations.feed("Three [3] and one [1] and nine [9].") + citations.finish()

    sources = citations.sources("question", answer)

    assert [(source.id, source.title, source.url, source.task_id) for source in sources] == [
        (1, "Title 3", "https://docs.example/3", "t2"),
        (2, "Title 1", "https://docs.example/1", "t1"),
    ]
    assert citations.numbers == {1, 2}


def test_a_snippet_is_the_part_that_the_citing_sentence_rests_on() -> None:
    filler = " ".join(f"Sentence {n} is about other things." for n in range(60))
    passage = Passage(title="Bridge", text=f"{filler} The premier opened the bridge. {filler}")
    citations = CitationFilter([Evidence(1, passage, "t1")])
    answer = citations.feed("It was the premier who opened it [1].") + citations.finish()

    (source,) = citations.sources("When was that?", answer)

    assert "The premier opened the bridge." in source.snippet
    assert len(source.snippet) <= 400


@pytest.mark.parametrize(
    ("query", "answer", "snippet"),
    [
        ("When?", "It was the premier who opened it [1].", "The premier opened the bridge."),
        (
            "When?",
            "It was the premier [1].\n\nA dragon ate it. Yes, a dragon.",
            "The premier opened the bridge.",
        ),
        ("The dragon", "", "A dragon ate the bridge."),
        ("When?", "A dragon ate the bridge.\nIt was the premier [1].", "The premier opened the bridge."),
    ],
)
def test_a_snippet_fits_the_question_and_the_line_up_to_the_first_mark(query: str, answer: str, snippet: str) -> None:
    filler = " ".join(f"Sentence {n} is about other things." for n in range(60))
    text = f"{filler} The premier opened the bridge. {filler} A dragon ate the bridge. {filler}"
    citations = CitationFilter([Evidence(1, Passage(title="Bridge", text=text), "t1")])
    citations.feed(answer or "[1]")
    citations.finish()

    (source,) = citations.sources(query, answer)

    assert snippet in source.snippet


def test_a_source_whose_address_cannot_stand_in_a_link_is_cited_without_one() -> None:
    passage = Passage(title="A", url="https://docs.example/a(b)", text="One.")
    citations = CitationFilter([Evidence(1, passage, "t1")])

    assert citations.feed("[docs](https://docs.example/a(b)) end") == "docs [1] end"


@pytest.mark.parametrize("text", ["", "   ", "```", "# Heading"])
def test_a_passage_without_sentences_has_an_empty_snippet(text: str) -> None:
    assert snippet(text, "anything") == ""


def test_control_characters_are_not_passed_on() -> None:
    assert filtered("a\x00b\ud83d\r\nc") == "ab\nc"
