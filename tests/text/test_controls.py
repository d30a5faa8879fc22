"""What steers a terminal or turns a line around goes whole; everything that is read stays."""

import pytest

from agentic_search.text.controls import MASK, without_controls, without_secrets

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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://ada:pass/w@rd@box/a?key=1 and b", f"http://{MASK}@box/a?{MASK} and b"),
        ("'http://box?key=1','http://box/a'", f"'http://box?{MASK}','http://box/a'"),
        ("http://box/a? 1@2", "http://box/a? 1@2"),
    ],
)
def test_an_address_shows_no_user_and_no_query(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.parametrize("piece", ["://", "://a?", "://@"])
def test_a_text_of_many_addresses_is_looked_through_once(piece: str) -> None:
    """In a time that grows with the square of its length this would not end."""
    assert without_secrets(piece * 200_000).startswith("://")
