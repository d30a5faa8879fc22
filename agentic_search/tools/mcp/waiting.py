"""How long to wait before the next attempt: longer after each failure, or as long as the server's Retry-After says."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isnan

from agentic_search.clock import Clock

LONGEST = 3_600.0
"""Seconds: a server that asks for more is asked again after this."""
_FIRST_BACKOFF = 0.2
_LONGEST_BACKOFF = 30.0


class Backoff:
    """Doubling waits from 0.2 to 30 seconds, each shortened by up to half so that many do not return at once."""

    def __init__(self, jitter: Callable[[], float] = random.random) -> None:
        self._jitter = jitter
        self._next = _FIRST_BACKOFF

    def next(self) -> float:
        """Seconds to wait now."""
        seconds = self._next * (1 - self._jitter() / 2)
        self._next = min(self._next * 2, _LONGEST_BACKOFF)
        return seconds

    def reset(self) -> None:
        """Begin again with the shortest."""
        self._next = _FIRST_BACKOFF


async def set_or_after(event: asyncio.Event, seconds: float | None, clock: Clock) -> None:
    """Return when the event is set, or so many seconds have passed; None: only then."""
    if seconds is None:
        await event.wait()
        return
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(event.wait())
        timer = group.create_task(clock.sleep(seconds))
        await asyncio.wait((waiting, timer), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        timer.cancel()


def seconds_to_wait(written: str | None, now: datetime) -> float | None:
    """What the header Retry-After says, as seconds or as a date: between nothing and an hour.

    None where the header is missing or says nothing that can be read.
    """
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
