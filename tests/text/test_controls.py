"""What steers a terminal or turns a line around goes whole; everything that is read stays."""

import pytest

from agentic_search.text.controls import without_controls

ESCAPES = (
    "\x1b[31m",
    "\x1b[0m",
    "\x1b[38;5;196m",
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x1b]8;;https://x.example\x1b\\",
    "\x9b1m",
)
SIGNS = "\u202e\u202a\u2066\u2069\x00\x7f\ufeff\ud800"


@pytest.mark.parametrize("hidden", [*ESCAPES, *SIGNS])
def test_it_goes(hidden: str) -> None:
    assert without_controls(f"a{hidden}b") == "ab"


@pytest.mark.parametrize("text", ["a\tb\nc", "naïve 東京 שלום 👩‍👩‍👧", "[31m is a code", "a\u200eb", ""])
def test_it_stays(text: str) -> None:
    assert without_controls(text) == text
