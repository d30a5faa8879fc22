"""The tool `current_time`, called as the pool calls it, at a time that the tests set."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.errors import ToolFailed
from agentic_search.tools.builtin.current_time import CurrentTime
from tests.support.effort import cases
from tests.support.mcp_processes import unheard

SUMMER = datetime(2026, 7, 1, 21, 30, 5, tzinfo=UTC)


class StoppedClock(SystemClock):
    """A clock whose time of day stands still."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def wall(self) -> datetime:
        return self._at


async def told(place: str | None, at: datetime = SUMMER) -> JsonObject:
    arguments: JsonObject = {} if place is None else {"timezone": place}
    result = await CurrentTime(StoppedClock(at)).call(arguments, unheard)
    assert isinstance(result.value, dict) and len(result.passages) == 1 and result.note == ""
    assert result.passages[0].text == result.value["text"]
    return result.value


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("America/New York", "America/New_York"),
        ("Tokyo", "Asia/Tokyo"),
        ("new york", "America/New_York"),
        ("New York City", "America/New_York"),
        ("Beijing", "Asia/Shanghai"),
        ("San Francisco", "America/Los_Angeles"),
        ("Paris, France", "Europe/Paris"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Zürich", "Europe/Zurich"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("Kiev", "Europe/Kiev"),
        ("Tokio", "Asia/Tokyo"),
        ("Londres", "Europe/London"),
        ("Japan", "Japan"),
        ("Germany", "Europe/Berlin"),
        ("Deutschland", "Europe/Berlin"),
        ("Spain", "Europe/Madrid"),
        ("the Netherlands", "Europe/Amsterdam"),
        ("South Korea", "Asia/Seoul"),
        ("India", "Asia/Kolkata"),
        ("UK", "Europe/London"),
        ("local time in Lagos", "Africa/Lagos"),
        ("Eastern Time", "America/New_York"),
        ("PST", "America/Los_Angeles"),
        ("CET", "Europe/Paris"),
        ("Hawaii", "Pacific/Honolulu"),
        ("UTC", "UTC"),
        ("UTC+2", "UTC+02:00"),
        ("GMT-3:30", "UTC-03:30"),
        ("+05:30", "UTC+05:30"),
    ],
)
async def test_a_place_is_found_by_the_names_that_people_use(place: str, zone: str) -> None:
    assert (await told(place))["timezone"] == zone


async def test_the_time_is_told_in_a_sentence_and_in_parts() -> None:
    assert await told("Tokyo") == {
        "text": (
            "The current time in Tokyo (Asia/Tokyo) is 06:30:05 on Thursday, 2 July 2026, UTC+09:00, ISO week 27."
        ),
        "time": "2026-07-02T06:30:05+09:00",
        "timezone": "Asia/Tokyo",
        "utc_offset": "+09:00",
        "weekday": "Thursday",
        "week": "2026-W27",
        "daylight_saving": False,
    }


async def test_the_offset_is_that_of_the_day() -> None:
    assert (await told("Berlin"))["utc_offset"] == "+02:00"
    winter = await told("Berlin", at=datetime(2027, 1, 1, 12, tzinfo=UTC))
    assert (winter["utc_offset"], winter["week"], winter["daylight_saving"]) == ("+01:00", "2026-W53", False)


async def test_without_a_place_it_is_the_machines_own_time() -> None:
    for place in (None, "", " "):
        value = await told(place)
        assert str(value["text"]).startswith("The current time here (")
        assert datetime.fromisoformat(str(value["time"])) == SUMMER


@pytest.mark.parametrize(
    ("place", "causes"),
    [
        ("USA", ["'usa' has several time zones", "America/New_York", "America/Los_Angeles"]),
        ("Australia", ["has several time zones", "Australia/Perth"]),
        ("Russia", ["Europe/Moscow", "more, or a city"]),
        ("CST", ["America/Chicago", "Asia/Shanghai"]),
        ("Berln", ["no time zone is known for 'Berln'", "did you mean 'berlin'"]),
        ("Narnia", ["no time zone is known for 'Narnia'"]),
        ("qqq", ["give the nearest large city, or an IANA name"]),
        ("../../etc/passwd", ["no time zone is known"]),
        ("localtime", ["no time zone is known"]),
        ("UTC+25", ["offsets go from -12:00 to +14:00"]),
        ("x" * 101, ["longer than 100 characters"]),
    ],
)
async def test_what_is_unknown_or_ambiguous_fails_with_names_to_choose_from(place: str, causes: list[str]) -> None:
    with pytest.raises(ToolFailed) as failed:
        await told(place)
    assert all(cause in str(failed.value) for cause in causes), failed.value


@settings(max_examples=cases(150), deadline=None)
@given(st.text(max_size=100))
async def test_any_text_is_a_place_or_refused(place: str) -> None:
    try:
        await told(place)
    except ToolFailed as refused:
        assert str(refused)
