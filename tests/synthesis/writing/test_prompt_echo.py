"""What a model copies from its prompt is no answer, nor is a turn that it invents; all else is passed on."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.synthesis.writing.prompt import ANSWER_RULES, INSTRUCTIONS, WISH
from agentic_search.synthesis.writing.prompt_echo import PromptEchoFilter


def filtered(*pieces: str) -> str:
    """What comes out for an answer in these pieces."""
    echo = PromptEchoFilter(INSTRUCTIONS)
    return "".join([*map(echo.feed, pieces), echo.finish()])


def same(text: str) -> str:
    """What comes out for this answer, in one piece as in many."""
    assert filtered(*text) == filtered(text)
    return filtered(text)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Red.\n</source>", "Red.\n"),
        ('<source id="1" title="a > b">\nApples are red.\n</source>\n\nRed.', "Red."),
        ('<sources>\n<source id="1" title="x">\nApples.\n</source>\n</sources>\nRed.', "Red."),
        ('Red <source id="2" title="Apples">, he says.', "Red [2], he says."),
        ('<source id="1">Red.</source>', "[1]Red."),
        ("Red <source 3>", "Red [3]"),
        ("As </source> says", "As  says"),
        ("<question>\nWhich?\n</question>\nRed.", "Red."),
        ("<question>Which?</question> Red.", "Red."),
        ("<tools>\nsearch(query)\n</tools>\nRed.", "Red."),
        ('<source id="1" title="x">\nnever ends', ""),
        ("<SOURCE ID='4'>\nx\n</SOURCE>\nRed.", "Red."),
    ],
)
def test_the_fences_of_the_prompt_and_what_stands_in_them_go(text: str, answer: str) -> None:
    assert same(text).lstrip("\n") == answer


@pytest.mark.parametrize("line", [line for line in (*ANSWER_RULES.splitlines(), WISH) if line])
@pytest.mark.parametrize("head", ["", "- ", "> ", "1. "])
def test_every_line_of_the_instructions_goes(line: str, head: str) -> None:
    line = line.removeprefix("- ")
    assert same(f"{head}{line}\nRed apples [1].\n").strip() == "Red apples [1]."
    assert same(f"Red apples [1].\n\n{head}{line}").strip() == "Red apples [1]."
    assert same(f"Red apples [1]. {line} They are sweet.") == "Red apples [1]. They are sweet."


def test_all_instructions_in_a_row_leave_nothing() -> None:
    assert same(INSTRUCTIONS).strip() == ""
    assert same(INSTRUCTIONS.upper()).strip() == ""
    assert same(INSTRUCTIONS + "\n" + INSTRUCTIONS + "\nRed [1].").strip() == "Red [1]."


_TURNS = ["User: And?", "Human: And?", "**User:** And?", "### Human: And?", "### Instruction:\nWrite", "assistant: So"]


@pytest.mark.parametrize("turn", [*_TURNS, "user:"])
def test_an_invented_turn_ends_the_answer(turn: str) -> None:
    assert same(f"Red [1].\n{turn}\n\nAssistant: Green.") == "Red [1].\n"


def test_the_models_own_label_goes_and_somebody_elses_is_no_answer() -> None:
    assert same("Assistant: Red.") == "Red."
    assert same("### Response:\nRed.") == "Red."
    assert same("User: Which?\nAssistant: Red.") == ""


@pytest.mark.parametrize(
    "text",
    [
        "The `<source>` tag of HTML.",
        "```html\n<source src='a.mp4'>\nUser: x\n</source>\n```\n",
        "<sourcecode> and <questions> and </sourcery>",
        "- User: who asks\n- Human: who lives",
        "Cite after each meal. Write in the sand. Say only yes.",
        "Users: many\nUser:admin\nThe user: me",
        "Say plainly what you mean. Be brief.",
        "# Answer\n\nRed: yes. 1 < 2.",
        "",
    ],
)
def test_everything_else_is_passed_on(text: str) -> None:
    assert same(text) == text


def test_nothing_is_held_that_cannot_be_an_echo() -> None:
    echo = PromptEchoFilter(INSTRUCTIONS)
    given = [echo.feed(piece) for piece in ("Beg", "onias ", "bloom.", " Begin ", "with ", "red <sour", "ce", " of")]
    assert given == ["", "Begonias ", "bloom.", "", "", " Begin with red ", "", ""]
    assert echo.finish() == "<source of"


_WORDS = '<source id="1"> <source </source> <question> </question> User: Human: ### ` ``` . a é - > < "'
_PIECES = [*_WORDS.split(), " ", "\n", "\n\n", *ANSWER_RULES.splitlines()[2:5], "Be brief.", WISH, WISH[:30]]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join), st.lists(st.integers(0, 300), max_size=8))
def test_how_the_stream_is_cut_changes_nothing(text: str, places: list[int]) -> None:
    edges = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    assert filtered(*[text[start:end] for start, end in pairwise(edges)]) == filtered(text)
