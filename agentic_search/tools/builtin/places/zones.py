"""Finds the time zone that a place is in: by the IANA database's names, and by CLDR's names of countries and cities."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

from agentic_search.errors import ToolFailed
from agentic_search.text.folding import fold
from agentic_search.tools.builtin.places.names import (
    AMBIGUOUS,
    COUNTRIES,
    MAIN_ZONES,
    zones_by_name,
)

_OTHER_LANGUAGES = ("de", "fr", "es", "it", "pt", "nl")
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?::?([0-5]\d))?$", re.ASCII)
_AROUND = re.compile(
    r"^(?:(?:the|local|current|now|time|zone)\s+)*(?:in|of|at)\s+(?:the\s+)?|^the\s+"
    r"|\s+(?:(?:local\s+)?time(?:\s?zone)?|city)$"
)
_REGIONS = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Europe/", "Indian/", "Pacific/")
"""Names of zones in these end with a city; those of others with a region, which may be called West."""
_MOST_NAMED = 8
_WORST_MATCH = 0.75
_FURTHEST = timedelta(hours=14)
_MONTHS = range(1, 13)
"""Of this year; zones that agree at the beginning of each are taken for one."""


def zone_of(place: str) -> tzinfo:
    """The zone of an IANA name, a city, a country, an abbreviation or an offset such as UTC+2.

    Raises ToolFailed for what is unknown or in several zones, with names to choose from.
    """
    asked = folded(place)
    if offset := _OFFSET.match(asked):
        return _fixed(offset, place)
    for name in dict.fromkeys((asked, _AROUND.sub("", asked))):
        if found := _zone_named(name):
            return ZoneInfo(found)
    raise ToolFailed(_unknown(place, asked))


def folded(name: str) -> str:
    """In small letters without accents; `_` and `-` between letters are spaces: how names are compared."""
    return " ".join(re.sub(r"_|(?<=[^\W\d])-(?=[^\W\d])", " ", fold(name)).strip(" ?.!,").split())


def _zone_named(name: str) -> str | None:
    """The zone of a name as a whole, else of a part of it at a comma: Paris, France."""
    if name in AMBIGUOUS:
        raise _several(name, AMBIGUOUS[name])
    for known, countries in ((_names, _countries), (_names_abroad, _countries_abroad)):
        if zone := known().get(name):
            return zone
        if code := countries().get(name):
            return _of_country(name, code)
    parts = [part.strip() for part in name.split(",")]
    return next(filter(None, map(_zone_named, parts)), None) if 1 < len(parts) <= _MOST_NAMED else None


@cache
def _there() -> frozenset[str]:
    """The zones of the database, without those that stand for the machine's own or for none."""
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


@cache
def _names() -> Mapping[str, str]:
    """Zones by their names, by the cities in them, and by other names; of two of one name the country's own zone."""
    zones = sorted(_there(), key=lambda zone: (zone in _territories(), zone))
    own = {folded(zone): zone for zone in zones}
    cities = {
        folded(zone.rpartition("/")[2]): zone for zone in zones if zone.startswith(_REGIONS) or zone in _territories()
    }
    return {**cities, **own, **{folded(name): zone for name, zone in zones_by_name().items()}}


@cache
def _names_abroad() -> Mapping[str, str]:
    return {folded(city): zone for language in _OTHER_LANGUAGES for city, zone in _cities(language) if zone in _there()}


def _cities(language: str) -> Iterator[tuple[str, str]]:
    zones = cast("Mapping[str, Mapping[str, object]]", Locale(language).time_zones)
    for zone, said in zones.items():
        if isinstance(city := said.get("city"), str):
            yield city, zone


@cache
def _countries() -> Mapping[str, str]:
    return {**_countries_in("en"), **COUNTRIES}


@cache
def _countries_abroad() -> Mapping[str, str]:
    return {name: code for language in _OTHER_LANGUAGES for name, code in _countries_in(language).items()}


def _countries_in(language: str) -> dict[str, str]:
    territories = cast("Mapping[str, str]", Locale(language).territories)
    return {folded(name): code for code, name in territories.items() if code.isalpha()}


@cache
def _territories() -> Mapping[str, str]:
    """The country, by its code, that each zone is in."""
    found: Mapping[str, str] = get_global("zone_territories")
    return found


def _of_country(name: str, code: str) -> str | None:
    zones = [zone for zone, territory in _territories().items() if territory == code and zone in _there()]
    large = {*zones_by_name().values()}
    zones.sort(key=lambda zone: zone not in large)  # the rest as it was: CLDR has the capital's first as a rule
    different: dict[tuple[timedelta | None, ...], str] = {}
    for zone in zones:
        different.setdefault(_offsets(zone), zone)
    if len(different) > 1 and code not in MAIN_ZONES:
        raise _several(name, [*different.values()])
    return MAIN_ZONES.get(code) or next(iter(zones), None)


def _offsets(zone: str) -> tuple[timedelta | None, ...]:
    year = datetime.now(UTC).year
    return tuple(datetime(year, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in _MONTHS)


def _fixed(offset: re.Match[str], place: str) -> tzinfo:
    sign, hours, minutes = offset.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if ahead > _FURTHEST:
        raise ToolFailed(f"no place is {place.strip()!r} from UTC: offsets go from -12:00 to +14:00")
    return timezone(-ahead if sign == "-" else ahead)


def _several(name: str, zones: Sequence[str]) -> ToolFailed:
    more = f" and {len(zones) - _MOST_NAMED} more" if len(zones) > _MOST_NAMED else ""
    return ToolFailed(f"{name!r} has several time zones: name one of {', '.join(zones[:_MOST_NAMED])}{more}, or a city")


def _unknown(place: str, asked: str) -> str:
    known = {**_countries(), **_names()}
    near = get_close_matches(asked, known, n=3, cutoff=_WORST_MATCH)
    hint = " or ".join(repr(name) for name in near)
    return f"no time zone is known for {place.strip()!r}; " + (
        f"did you mean {hint}?" if near else "give the nearest large city, or an IANA name such as Europe/Berlin"
    )
