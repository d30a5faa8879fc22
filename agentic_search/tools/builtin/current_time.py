"""The tool `current_time`: the date and the time of day, here or at a place, which no model knows by itself."""

import asyncio
import calendar
from datetime import datetime, timedelta

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import BUILT_IN, Tool
from agentic_search.errors import ToolFailed
from agentic_search.tools.builtin.places.zones import folded, zone_of
from agentic_search.tools.results.content import read_value

_LONGEST = 100
_TOOL = Tool(
    name="current_time",
    server=BUILT_IN,
    remote_name="current_time",
    title="Current time",
    description="Tell the current time and date, weekday and week: here, or in a city, country or time zone.",
    input_schema={
        "type": "object",
        "properties": {
            "timezone": {
                "type": "string",
                "maxLength": _LONGEST,
                "description": "City, country, IANA time zone or offset, such as Asia/Tokyo; left out: here.",
            }
        },
        "additionalProperties": False,
    },
    output_schema={
        "type": "object",
        "properties": {
            "text": {"type": "string", "description": "All of it in a sentence."},
            "time": {"type": "string", "format": "date-time"},
            "timezone": {"type": "string"},
            "utc_offset": {"type": "string", "description": "+09:00"},
            "weekday": {"type": "string"},
            "week": {"type": "string", "description": "ISO week: 2026-W48"},
            "daylight_saving": {"type": "boolean"},
        },
        "required": ["text", "time", "timezone", "utc_offset", "weekday", "week", "daylight_saving"],
    },
    read_only=True,
    open_world=False,
)


class CurrentTime:
    """Reads the machine's clock, in any zone."""

    tool = _TOOL

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def call(self, arguments: JsonObject, on_progress: OnProgress) -> ToolResult:
        """Tell the time; raises ToolFailed for a place that is unknown or has several zones."""
        place = str(arguments.get("timezone") or "").strip()
        if len(place) > _LONGEST:
            raise ToolFailed(f"'timezone' is longer than {_LONGEST} characters: give a city or a zone's name")
        # Reads files of the time zone database.
        value = await asyncio.to_thread(_told, self._clock.wall(), place)
        return read_value(value, self.tool, arguments)


def _told(now: datetime, place: str) -> JsonObject:
    zone = zone_of(place) if place else None
    there = now.astimezone(zone)
    name = str(zone) if zone else there.tzname() or "local time"
    offset = there.strftime("%z")
    offset = f"{offset[:3]}:{offset[3:5]}"
    year, week, _ = there.isocalendar()
    weekday = calendar.day_name[there.weekday()]
    date = f"{weekday}, {there.day} {calendar.month_name[there.month]} {there.year}"
    return {
        "text": f"The current time {_where(place, name)} is {there:%H:%M:%S} on {date}, UTC{offset}, ISO week {week}.",
        "time": there.isoformat(timespec="seconds"),
        "timezone": name,
        "utc_offset": offset,
        "weekday": weekday,
        "week": f"{year}-W{week:02}",
        "daylight_saving": there.dst() not in (None, timedelta(0)),
    }


def _where(place: str, zone: str) -> str:
    if not place:
        return f"here ({zone})"
    is_name = folded(place) != folded(zone) and "time" not in folded(place).split()
    return f"in {place} ({zone})" if is_name else f"in {zone}"
