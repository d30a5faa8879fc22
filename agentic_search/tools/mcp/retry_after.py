"""The HTTP header Retry-After flows in, as seconds or as a date; seconds to wait flow out."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isnan

LONGEST = 3_600.0
"""Seconds: who asks for more is asked again after this."""


def seconds_to_wait(written: str | None, now: datetime) -> float | None:
    """Between nothing and an hour; none where the header is missing or says nothing that can be read."""
    if written is None:
        return None
    seconds = _number(written)
    if seconds is None:
        seconds = _until(written, now)
    return None if seconds is None else min(max(seconds, 0.0), LONGEST)


def _number(written: str) -> float | None:
    try:
        seconds = float(written)
    except ValueError:
        return None
    return None if isnan(seconds) else seconds


def _until(written: str, now: datetime) -> float | None:
    try:
        date = parsedate_to_datetime(written)
        return ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
