"""How long to wait before the next attempt: longer each time, or as the header Retry-After says."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.tools.mcp.waiting import LONGEST, Backoff, seconds_to_wait

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("86400", LONGEST),
        ("inf", LONGEST),
        ("1e300", LONGEST),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 13:00:30 +0100", 30.0),
        ("Sat, 21 Nov 2026 12:00:30 -0000", 30.0),
        ("Saturday, 21-Nov-26 12:00:30 GMT", 30.0),
        ("Sat Nov 21 12:00:30 2026", 30.0),
        ("Sat, 21 Nov 2026 11:59:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        (None, None),
        ("", None),
        ("nan", None),
        ("soon", None),
        ("Sat, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_seconds_and_dates_are_read_and_kept_within_reason(written: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(written, NOW) == seconds


@given(st.text() | st.from_regex(r"\w{3}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,5} [0-9:]{1,8} (GMT|[+-][0-9]{1,9})"))
def test_whatever_is_written_gives_nothing_or_something_between_now_and_an_hour(written: str) -> None:
    seconds = seconds_to_wait(written, NOW)
    assert seconds is None or 0.0 <= seconds <= LONGEST


def test_waits_double_up_to_half_a_minute() -> None:
    backoff = Backoff(jitter=lambda: 0.0)
    waits = [backoff.next() for _ in range(10)]
    assert waits[:4] == [0.2, 0.4, 0.8, 1.6]
    assert waits[-1] == 30.0


def test_jitter_shortens_a_wait_by_up_to_half() -> None:
    assert Backoff(jitter=lambda: 1.0).next() == 0.1


def test_after_a_reset_the_waits_begin_again() -> None:
    backoff = Backoff(jitter=lambda: 0.0)
    backoff.next()
    backoff.reset()
    assert backoff.next() == 0.2
