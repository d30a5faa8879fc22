"""Reads spans of time as hosts write them: seconds, milliseconds, or text with a unit."""

import re
from typing import Literal

from pydantic import JsonValue

from agentic_search.tools.config.entry.keys import plain
from agentic_search.tools.config.entry.notes import EntryNotes
from agentic_search.tools.config.hosts.host import Host

_WITH_UNIT = re.compile(
    r"\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)?\s*", re.I
)
_SECONDS = {"ms": 0.001, "m": 60.0, "s": 1.0, "h": 3_600.0}
_FEWEST_MILLISECONDS = 100
"""What is less, and meant as milliseconds, leaves no time for any call."""
_LONGEST = 86_400.0

Unit = Literal["seconds", "milliseconds"]


class BadTime(ValueError):
    """What is wrong with a span of time."""


def read_time(written: JsonValue, *, unit: Unit | None, longest: float, exact: bool) -> tuple[float, str]:
    """Seconds, and a warning where the unit had to be guessed; raises BadTime.

    `unit`: the host's, None for seconds. `longest`: more is no number of seconds. `exact`: the key names the unit.
    """
    number, given = _number(written)
    if given is not None:
        return _bounded(number * given), ""
    _bounded(number, most=float("inf"))
    if unit == "milliseconds":
        if exact or number >= _FEWEST_MILLISECONDS:
            return _bounded(number / 1_000), ""
        return number, f"{number:g} ms is too short for any call: read as {number:g} s"
    if exact or number <= longest:
        return _bounded(number), ""
    seconds = _bounded(number / 1_000)
    return seconds, f"{number:g} is read as milliseconds, {seconds:g} s: write seconds"


def read_times(
    key: str, value: JsonValue, meaning: str, unit: str | None, host: Host, notes: EntryNotes
) -> dict[str, JsonValue]:
    """Seconds by our keys, `timeout` and `startupTimeout`; `unit` is the one in the key itself."""
    if isinstance(value, dict):  # opencode's {"startup": …, "request": …}
        seconds: dict[str, JsonValue] = {}
        for name, each in value.items():
            if ours := {"startup": "startupTimeout", "request": "timeout"}.get(name):
                seconds |= _read_one(f"{key}.{name}", each, ours, unit, host.unit, host, notes)
            else:
                notes.unknown(name, ("startup", "request"), within=key)
        return seconds
    usual = host.unit
    if meaning == "startupTimeout" and plain(key) != "startuptimeout":
        usual = "milliseconds"  # every host that has such a key without a unit counts them
    if host.starting and plain(key) == "timeout":
        meaning = "startupTimeout"
    return _read_one(key, value, meaning, unit, usual, host, notes)


def _read_one(
    key: str, value: JsonValue, meaning: str, named: str | None, usual: Unit | None, host: Host, notes: EntryNotes
) -> dict[str, JsonValue]:
    unit: Unit | None = "seconds" if named == "seconds" else "milliseconds" if named else usual
    try:
        seconds, warning = read_time(value, unit=unit, longest=host.longest, exact=named == "milliseconds")
    except BadTime as bad:
        notes.complain(key, str(bad))
        return {}
    if warning:
        notes.warn(key, warning)
    return {meaning: seconds}


def _number(written: JsonValue) -> tuple[float, float | None]:
    """The number, and how many seconds its unit has where it is written with one."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return float(min(written, 1e300)), None
    found = _WITH_UNIT.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise BadTime("must be a number of seconds")
    kind = (found[2] or "").lower()
    if not kind:
        return float(found[1]), None
    short = "ms" if kind == "ms" or kind.startswith("milli") else kind[0]
    return float(found[1]), _SECONDS[short]


def _bounded(seconds: float, *, most: float = _LONGEST) -> float:
    if not 0 < seconds <= most or seconds == float("inf"):
        raise BadTime("must be greater than 0, and at most a day")
    return seconds
