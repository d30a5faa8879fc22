"""Dates and times as people write them become seconds since 1970; anything else is refused with the forms there are."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.mcp_servers.stories.moments import iso, parse_moment, parse_since

NOW = datetime(2025, 6, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-06-01", "2025-06-01T00:00:00Z"),
        ("2025-06-01T10:00:00+02:00", "2025-06-01T08:00:00Z"),
        (" 2025-06-01T10:00:00Z ", "2025-06-01T10:00:00Z"),
        ("24h", "2025-06-29T12:00:00Z"),
        ("7d", "2025-06-23T12:00:00Z"),
        ("2 W", "2025-06-16T12:00:00Z"),
        ("1m", "2025-05-31T12:00:00Z"),
        ("1y", "2024-06-30T12:00:00Z"),
        ("1748779200", "2025-06-01T12:00:00Z"),
    ],
)
def test_dates_and_times_back_are_understood(text: str, moment: str) -> None:
    assert iso(parse_since(text, NOW)) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "7x", "-7d", "2025-13-01", "99999y", "1e9", "7", "20250", "9" * 30])
def test_what_is_no_moment_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="2025-06-30"):
        parse_since(text, NOW)


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    try:
        assert iso(parse_since(text, NOW))
    except ValueError as error:
        assert "no moment" in str(error)


@given(st.integers() | st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_is_a_moment_or_refused(number: float) -> None:
    try:
        assert iso(parse_moment(number))
    except ValueError as error:
        assert str(error)
