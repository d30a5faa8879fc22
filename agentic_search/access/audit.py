"""The audit log: who did what, when, and how it was answered; written beside the requests, and never changed.

It holds no key, no question, no argument and no result: of a request its method, its path, and who sent it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from http import HTTPStatus

from agentic_search.access.rates import Meter
from agentic_search.clock import Clock, happens
from agentic_search.domain.data import Frozen
from agentic_search.errors import StorageFailed

_BOUNDED = 60
"""Requests a minute that are written down one by one of strangers, and of those that come too often: they are free."""
_MOST_WAITING = 10_000
"""Entries that wait to be written; more are in the log alone."""
LONGEST = 300
"""Characters of a path that are kept."""
_RETRY = 2.0
"""Seconds from a failed attempt to write to the next."""

logger = logging.getLogger(__name__)


class AuditEntry(Frozen):
    """Something that somebody did, or tried to do."""

    number: int = 0
    at: str
    """ISO 8601, UTC."""
    who: str
    """The key's id, or somebody of a provider of identities; empty for a stranger."""
    name: str
    """What the key is called."""
    what: str
    """Method and route: `POST /runs/{run_id}/cancel`."""
    target: str
    """The path that was asked for."""
    status: int
    """The HTTP status that it was answered with."""
    address: str
    """Where the request came from."""


class AuditPage(Frozen):
    """Some of the audit log, newest first."""

    entries: tuple[AuditEntry, ...]
    next_cursor: str | None
    """Give it as `cursor` for the earlier ones; null at the end."""


class AuditLog:
    """Takes entries at once, and has them written soon."""

    def __init__(self, write: Callable[[Sequence[AuditEntry]], Awaitable[None]], *, clock: Clock) -> None:
        """`write` keeps some; raises StorageFailed."""
        self._write = write
        self._clock = clock
        self._waiting: list[AuditEntry] = []
        self._news, self._closing = asyncio.Event(), asyncio.Event()
        self._of_strangers, self._too_many = Meter(), Meter()
        self._left_out = 0

    def note(self, entry: AuditEntry) -> None:
        """Somebody did something; never blocks or raises."""
        meter = self._too_many if entry.status == HTTPStatus.TOO_MANY_REQUESTS else self._of_strangers
        if (not entry.who or meter is self._too_many) and meter.wait(_BOUNDED, self._clock.now()):
            self._left_out += 1
            return
        more = f" ({self._left_out} more were left out)" if self._left_out else ""
        self._left_out = 0
        logger.info(
            "%s %s at %s: %s, from %s%s",
            f"{entry.name} ({entry.who})" if entry.who else "a stranger",
            entry.what,
            entry.target,
            entry.status,
            entry.address,
            more,
            extra={"who": entry.who, "status": entry.status},
        )
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(entry)
        self._news.set()

    async def written(self) -> None:
        """Write what waits, as far as that is possible now."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            try:
                await self._write(waiting)
            except StorageFailed:
                self._waiting = waiting + self._waiting
                raise

    async def write_on(self) -> None:
        """Write what comes, until it is closed."""
        while not self._closing.is_set():
            await self._news.wait()
            self._news.clear()
            try:
                await self.written()
            except StorageFailed as error:
                logger.warning("the audit log cannot be written for now: %s", error)
                self._news.set()
                await happens(self._closing, within=_RETRY)
        with suppress(StorageFailed):
            await self.written()

    def close(self) -> None:
        """Have `write_on` end."""
        self._closing.set()
        self._news.set()
