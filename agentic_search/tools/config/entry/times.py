"""Reads spans of time as hosts write them: seconds, milliseconds, or text with a unit."""

import re
from typing import Literal

from pydantic import JsonValue

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
