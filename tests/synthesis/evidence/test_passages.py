"""Docstrings, Markdown and plain text are cut into what can be quoted whole."""

import pytest

from agentic_search.synthesis.evidence.passages import code_in, read_units
from agentic_search.text.sentences import is_whole, split_sentences


def kinds(text: str) -> list[tuple[str, str]]:
    return [(unit.kind, unit.text) for unit in read_units(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Use e.g. this. Dr. No came at 3.5 p.m. yesterday.", ["Use e.g. this.", "Dr. No came at 3.5 p.m. yesterday."]),
        ("Call asyncio.run(). It ends.", ["Call asyncio.run().", "It ends."]),
        ("Results (or errors!) come. Then rest.", ["Results (or errors!) come.", "Then rest."]),
        ('He said "no." She left.', ['He said "no."', "She left."]),
        ("東京です。大阪です。", ["東京です。", "大阪です。"]),
        ("هل هذا صحيح؟ نعم.", ["هل هذا صحيح؟", "نعم."]),
        ("Ends.\nNext line.", ["Ends.", "Next line."]),
        ("  ", []),
    ],
)
def test_sentences_end_where_people_end_them(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    ("sentence", "whole"), [("Done.", True), ("Like so:", True), ("本。", True), ("and then the", False)]
)
def test_a_sentence_that_was_cut_off_is_known(sentence: str, whole: bool) -> None:
    assert is_whole(sentence) is whole


def test_a_docstring_gives_its_signature_its_prose_and_its_example() -> None:
    text = """join(parts, *, sep=',') -> str

    Join the parts.

    Example::

        joined = join(["a", "b"])
        print(joined)

    The order is kept.
    """

    assert kinds(text) == [
        ("signature", "join(parts, *, sep=',') -> str"),
        ("sentence", "Join the parts."),
        ("sentence", "Example::"),
        ("code", 'joined = join(["a", "b"])\nprint(joined)'),
        ("sentence", "The order is kept."),
    ]


def test_a_doctest_is_one_example_with_its_output() -> None:
    text = "Add numbers.\n\n>>> add(1, 2)\n3\n>>> add(2, 2)\n4\n\nNever fails."

    assert kinds(text)[1] == ("code", ">>> add(1, 2)\n3\n>>> add(2, 2)\n4")


def test_googles_sections_are_lists_of_items() -> None:
    text = "Fetch rows.\n\nArgs:\n    table: The table to read. It must exist.\n    limit (int): At most so many."

    assert kinds(text) == [
        ("sentence", "Fetch rows."),
        ("sentence", "Args:"),
        ("item", "table: The table to read."),
        ("sentence", "It must exist."),
        ("item", "limit (int): At most so many."),
    ]


def test_fields_of_restructuredtext_are_items() -> None:
    assert [kind for kind, _ in kinds(":param x: The value.\n:returns: Nothing.")] == ["item", "item"]


def test_markdown_gives_code_without_its_fence_and_sections_without_their_headings() -> None:
    text = "# Install\n\nRun this:\n\n```sh\npip install it\n```\n\n## Use\n\nStart it."
    units = read_units(text)

    assert [(unit.kind, unit.text, unit.section) for unit in units] == [
        ("sentence", "Run this:", 1),
        ("code", "pip install it", 1),
        ("sentence", "Start it.", 2),
    ]


def test_an_example_may_follow_its_announcement_without_a_blank_line() -> None:
    assert kinds("For instance:\n    x = 1\n    print(x)")[1] == ("code", "x = 1\nprint(x)")


def test_indented_prose_is_no_code() -> None:
    assert kinds("Note:\n\n    This is said to people, and it goes on in a sentence.")[1][0] == "sentence"


def test_an_example_keeps_its_blank_lines_and_its_inner_indentation() -> None:
    text = "Usage:\n\n    def f():\n        return 1\n\n    print(f())\n\nEnd."

    assert kinds(text)[1] == ("code", "def f():\n    return 1\n\nprint(f())")


def test_a_table_is_read_row_by_row_each_with_its_header() -> None:
    text = "Settings:\n| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | `x | y` |"
    assert kinds(text) == [("sentence", "Settings:"), ("row", "| 1 | 2 |"), ("row", "| 3 | `x | y` |")]
    assert [unit.frame for unit in read_units(text)[1:]] == ["| a | b |"] * 2


def test_rows_whose_header_a_tool_has_cut_off_are_rows_too() -> None:
    assert kinds("| 1 | 2 |\n| 3 | 4 |") == [("row", "| 1 | 2 |"), ("row", "| 3 | 4 |")]


def test_an_example_keeps_the_language_that_its_fence_names() -> None:
    (unit,) = read_units("```javascript\nawait fetch(url)\n```")
    assert (unit.kind, unit.frame) == ("code", "javascript")


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u2066", "\x1b[31m", "\x1b[0m", "\x1b]8;;https://x.example\x07", "\x00", "\x9b1m"]
)
def test_what_steers_a_terminal_or_turns_a_line_around_is_removed_whole(sign: str) -> None:
    assert kinds(f"All {sign}is well.") == [("sentence", "All is well.")]


@pytest.mark.parametrize("text", ['{"a": 1}', '[{"a": 1}]', '{\n  "a": [1]\n}', "[1, 2]", "{}"])
def test_data_keeps_its_lines(text: str) -> None:
    assert kinds(text) == [("code", text)]


@pytest.mark.parametrize("text", ["[1] This is said.", "{x} is a set, says [2]"])
def test_prose_that_begins_with_a_bracket_is_prose(text: str) -> None:
    assert kinds(text) == [("sentence", text)]


def test_an_underlined_heading_begins_a_section() -> None:
    assert [unit.section for unit in read_units("One.\n\nTitle\n=====\n\nTwo.")] == [0, 1]


def test_what_cannot_be_sent_is_not_quoted() -> None:
    assert kinds("A\x00 b\ud800\r\nc.") == [("sentence", "A b\nc.")]


@pytest.mark.parametrize("text", ["", "\n\n", "```", "```\n```", "# only a heading", "\x00"])
def test_text_without_words_gives_nothing(text: str) -> None:
    assert read_units(text) == ()


@pytest.mark.parametrize("spaces", [" ", "\t", "\u00a0"])
@pytest.mark.parametrize("end", ["-", "|", ":", "x"])
def test_a_line_of_spaces_is_read_once(spaces: str, end: str) -> None:
    """Looked at as a table's line from each of them, it took minutes."""
    assert kinds(f"Birds\n{spaces * 190_000}{end}")[0][1].startswith("Birds")


@pytest.mark.parametrize(
    "text",
    [
        "Prose alone. No code here.",
        "Run it:\n\n    x = run(1)\n\nThen read on.",
        "# Title\n\n```python\nimport this\n```\n\nAnd:\n\n>>> 1 + 1\n2",
        "run(x) -> y\n\n    Runs x, as in:\n        y = run(x)\n\n| a | b |\n| - | - |\n| 1 | 2 |",
        '{"a": 1}',
        "```\n\n```",
        "",
    ],
)
def test_code_is_found_without_cutting_the_rest(text: str) -> None:
    assert code_in(text) == tuple((unit.frame, unit.text) for unit in read_units(text) if unit.kind == "code")
