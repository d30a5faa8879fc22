"""What strangers call things can be shown anywhere: in a terminal, on a page, in a list of sources."""

import pytest

from agentic_search.domain.answer import LONGEST_SNIPPET, Source, Support
from agentic_search.domain.outcome import LONGEST_ADDRESS, LONGEST_TITLE, Listing, Passage


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("A plain title", "A plain title"),
        ("\x1b[31mRed\x1b[0m alarm", "Red alarm"),
        ("\x1b]0;new title\x07Bell", "Bell"),
        ("\u202efdp.exe", "fdp.exe"),
        ("nul\x00 and half a pair \ud800", "nul and half a pair "),
        ("שלום", "שלום"),
    ],
)
def test_titles_hold_nothing_that_steers_a_terminal_or_turns_a_line_around(given: str, shown: str) -> None:
    assert Passage(title=given, text="x").title == shown
    assert Listing(things=given, title=given, address="").title == shown
    assert Source(id=1, title="x", url="", snippet=given, task_id="t1").snippet == shown
    assert Support(sentence="x", source=1, verdict="weak", span=given).span == shown


def test_a_title_of_a_megabyte_is_cut_and_a_long_address_is_none() -> None:
    long = Passage(title="word " * 200_000, url="https://x.example/" + "a" * LONGEST_ADDRESS, text="x" * 5_000)
    assert len(long.title) <= LONGEST_TITLE and long.title.endswith("…")
    assert long.url == "", "a part of it would lead elsewhere"
    assert len(long.text) == 5_000, "the text itself is never cut"


def test_a_source_shows_no_more_than_can_be_read() -> None:
    source = Source(id=1, title="x", url="", snippet="y" * 200_000, task_id="t1")
    assert len(source.snippet) == LONGEST_SNIPPET
