"""Reads dates and times as people and feeds write them, as seconds since 1970, and writes them in UTC."""

import re
from datetime import UTC, datetime, timedelta

AGO = re.compile(r"(\d{1,5})\s*(h|d|w|m|y)")
UNIT = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
    "y": timedelta(days=365),
}

YEAR, MONTH = re.compile(r"\d{4}"), re.compile(r"\d{4}-\d\d")

FORMS = (
    "a date such as 2025, 2025-06, 2025-06-30 or 2025-06-30T12:00:00Z,"
    " or a time back such as 24h, 7d, 2w, 3m (months) or 1y"
)


def parse_since(text: str, now: datetime) -> int:
    """A date, or how long before `now`. Raises ValueError, with the forms there are."""
    ago = AGO.fullmatch(text.strip().lower())
    try:
        return int((now - int(ago[1]) * UNIT[ago[2]]).timestamp()) if ago else parse_moment(text)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"since {text!r} is no moment; write {FORMS}") from error


def parse_moment(value: str | float) -> int:
    """An ISO date or moment, without a zone taken as UTC, or seconds since 1970; a year begins on its first day.

    Raises ValueError.
    """
    if not isinstance(value, str):
        return _seconds(value)
    text = value.strip()
    if re.fullmatch(r"-?\d+(\.\d+)?", text) and len(text) > 8:
        return _seconds(float(text))
    if YEAR.fullmatch(text):
        text = f"{text}-01"
    if MONTH.fullmatch(text):
        text = f"{text}-01"
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _seconds(value: float) -> int:
    """Only what a calendar has a date for."""
    try:
        return int(datetime.fromtimestamp(value, UTC).timestamp())
    except (OverflowError, OSError) as error:
        raise ValueError(f"{value!r} is no moment") from error


def iso(moment: int | None) -> str | None:
    """As in `2025-06-30T12:00:00Z`."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
