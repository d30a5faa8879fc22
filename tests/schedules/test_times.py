"""When standing questions are asked: cron in a time zone, over changes of the clock, and not too often."""

from datetime import datetime

import pytest

from agentic_search.errors import RequestError
from agentic_search.schedules.times import (
    MOST_MISSED,
    checked_cron,
    checked_zone,
    iso_time,
    local_time,
    next_time,
    refuse_too_often,
    times_until,
)

BERLIN = "Europe/Berlin"


def at(text: str) -> float:
    """Seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("0 9 * * 1-5", "UTC", "2026-01-02T09:00:00+00:00", "2026-01-05T09:00:00+00:00"),
        ("0 9 * * *", BERLIN, "2026-03-28T12:00:00+00:00", "2026-03-29T07:00:00+00:00"),  # summer time has begun
        ("30 2 * * *", BERLIN, "2026-03-29T00:00:00+00:00", "2026-03-29T01:00:00+00:00"),  # 02:30 is not there: 03:00
        ("30 2 * * *", BERLIN, "2026-10-24T22:30:00+00:00", "2026-10-25T00:30:00+00:00"),  # twice there: the first
        ("30 2 * * *", BERLIN, "2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"),
        ("0 12 29 2 *", "UTC", "2026-01-01T00:00:00+00:00", "2028-02-29T12:00:00+00:00"),
    ],
)
def test_the_next_time(cron: str, zone: str, after: str, expected: str) -> None:
    moment = next_time(cron, zone, at(after))
    assert moment is not None
    assert iso_time(moment) == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("* * * *", "has 4 fields: write five"),
        ("0 0 9 * * 1", "has 6 fields"),
        ("@daily", "has 1 fields"),
        ("61 * * * *", "Bad minute"),
        ("R * * * *", "Bad minute"),
        ("0 0 30 2 *", "Bad day-of-month"),
        ("0 0 31 4,6 *", "Bad day-of-month|never comes"),
    ],
)
def test_what_is_no_schedule_is_refused_with_what_to_write(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        checked_cron(text)


def test_spaces_in_a_schedule_are_of_no_account() -> None:
    assert checked_cron("  0  9 * *   mon-fri ") == "0 9 * * mon-fri"


@pytest.mark.parametrize(
    "name", ["Mars/Base", "../etc/passwd", "/etc/localtime", "Europe", "", "a\0b", "Europe/Berlin "]
)
def test_a_time_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        checked_zone(name)


@pytest.mark.parametrize("cron", ["* * * * *", "*/4 * * * *", "0,1 9 * * *", "59 23 31 12 *"])
def test_what_asks_too_often_is_refused(cron: str) -> None:
    least = 300 if cron != "59 23 31 12 *" else 400 * 86_400
    with pytest.raises(RequestError, match=r"ask less often, or lower AGENTIC_SEARCH_SCHEDULE_INTERVAL"):
        refuse_too_often(cron, BERLIN, now=at("2026-01-01T00:00:00+00:00"), least=least)


def test_what_asks_seldom_enough_is_not_refused() -> None:
    for cron in ("*/5 * * * *", "0 * * * *", "0 9 * * 1-5", "0 0 29 2 *"):
        refuse_too_often(cron, BERLIN, now=at("2026-10-24T00:00:00+00:00"), least=300)


def test_missed_times_are_counted_up_to_now() -> None:
    first = at("2026-01-01T09:00:00+00:00")
    assert times_until("0 * * * *", "UTC", first, first - 1) == 0
    assert times_until("0 * * * *", "UTC", first, first) == 1
    assert times_until("0 * * * *", "UTC", first, at("2026-01-01T11:59:00+00:00")) == 3
    assert times_until("* * * * *", "UTC", first, first + 1e9) == MOST_MISSED


def test_times_are_told_where_they_are_asked_for() -> None:
    assert local_time(at("2026-07-01T07:00:00+00:00"), BERLIN) == "2026-07-01 09:00 (Europe/Berlin)"
