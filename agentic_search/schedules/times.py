"""When a standing question is asked: cron's five fields in a time zone → moments, as seconds since 1970."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from agentic_search.errors import RequestError

_LOOKED_AT = 200
"""Moments between which the shortest time is looked for."""
MOST_MISSED = 1_000
"""That are counted."""
_FIELDS = 5
_FORM = "write five fields: minute, hour, day of the month, month and day of the week, as in `0 9 * * 1-5`"


def checked_cron(text: str) -> str:
    """The text with single spaces. Raises ValueError, which says what to write."""
    fields = text.split()
    if len(fields) != _FIELDS:
        raise ValueError(f"{text!r} has {len(fields)} fields: {_FORM}")
    cron = " ".join(fields)
    try:
        next(_moments(cron, "UTC", 0.0))
    except CronSimError as error:
        raise ValueError(f"{text!r} is no schedule ({error}): {_FORM}") from error
    except StopIteration as error:
        raise ValueError(f"{text!r} names a date that never comes: {_FORM}") from error
    return cron


def checked_zone(name: str) -> str:
    """The name of a time zone that there is. Raises ValueError."""
    try:
        _zone(name)
    except (KeyError, ValueError, OSError) as error:  # as zoneinfo raises them, by what stands in the name
        raise ValueError(f"there is no time zone {name!r}: write one as in Europe/Berlin, or UTC") from error
    return name


def refuse_too_often(cron: str, zone: str, *, now: float, least: float) -> None:
    """Raises RequestError where two moments are less than `least` seconds apart."""
    times = list(islice(_moments(cron, zone, now), _LOOKED_AT))
    shortest = min((after - before for before, after in pairwise(times)), default=least)
    if shortest < least:
        raise RequestError(
            f"`{cron}` asks again after {shortest:g} s, and {least:g} s is the least: ask less often, or lower"
            " AGENTIC_SEARCH_SCHEDULE_INTERVAL."
        )


def next_time(cron: str, zone: str, after: float) -> float | None:
    """The first moment after that; None where there is none for fifty years."""
    return next(_moments(cron, zone, after), None)


def times_until(cron: str, zone: str, first: float, now: float) -> int:
    """How many moments there were from `first`, which is one, to `now`; at most MOST_MISSED are counted."""
    count = 0
    if first <= now:
        count = 1
        for moment in islice(_moments(cron, zone, first), MOST_MISSED - 1):
            if moment > now:
                break
            count += 1
    return count


def local_time(moment: float, zone: str) -> str:
    """For people: date, time and zone."""
    return f"{datetime.fromtimestamp(moment, _zone(zone)):%Y-%m-%d %H:%M} ({zone})"


def iso_time(moment: float) -> str:
    """ISO 8601, UTC, in seconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _moments(cron: str, zone: str, after: float) -> Iterator[float]:
    return (moment.timestamp() for moment in CronSim(cron, datetime.fromtimestamp(after, _zone(zone))))


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)
