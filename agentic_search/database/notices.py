"""What the processes on one Postgres tell each other: that there is something new in the database, and of what.

A notice may be lost, with its connection: whoever waits for one looks again by itself after a while.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator, Iterable
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from psycopg import AsyncConnection, OperationalError
from sqlalchemy import ARRAY, Connection, Text, cast, func, select

from agentic_search.clock import Clock, happens
from agentic_search.database.address import DatabaseAddress
from agentic_search.database.postgres import APPLICATION

QUEUE = "queue"
"""Runs wait for a process."""
MESSAGES = "messages"
"""Something is asked of runs."""
SERVERS = "servers"
"""A process has found out something about MCP servers."""
APPROVALS = "approvals"
"""Something was said of a tool for good."""
SIGN_INS = "sign-ins"
"""A sign-in at an MCP server is kept, renewed or forgotten."""
_CHANNEL = "agentic_search"
_WITHOUT = 5.0
"""Seconds after which a process looks of which no notice told: one may be lost."""
_AGAIN = 1.0
"""Seconds from a lost connection to the next."""

logger = logging.getLogger(__name__)


def of_run(run_id: str) -> str:
    """The notice of new events of a run."""
    return f"run {run_id}"


def tell(connection: Connection, notices: Iterable[str]) -> None:
    """Give notices at the end of the transaction. SQLite has one process, and nobody to tell."""
    given = list(notices)
    if given and connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(_CHANNEL, func.unnest(cast(given, ARRAY(Text))))))


class Notices:
    """Those that come to this process; an async context manager."""

    def __init__(self, address: DatabaseAddress, *, clock: Clock) -> None:
        self._address = address
        self._clock = clock
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._group = asyncio.TaskGroup()
        self._listening: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Notices, {len(self._waiting)} waited for>"

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        if self._address.postgres is not None:
            self._listening = self._group.create_task(self._listen_on(), name="notices")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening is not None:
            self._listening.cancel()
        await self._group.__aexit__(None, None, None)

    @contextmanager
    def heard(self, *notices: str) -> Generator[asyncio.Event]:
        """An event that is set by each of the notices, and where some may have been lost."""
        event = asyncio.Event()
        for notice in notices:
            self._waiting[notice].add(event)
        try:
            yield event
        finally:
            for notice in notices:
                self._waiting[notice].discard(event)
                if not self._waiting[notice]:
                    del self._waiting[notice]

    async def _listen_on(self) -> None:
        while True:
            try:
                await self._listen()
            except (OperationalError, OSError) as error:
                logger.info("notices of %s are not heard for now: %s", self._address.name, type(error).__name__)
            await self._clock.sleep(_AGAIN)

    async def _listen(self) -> None:
        assert self._address.postgres is not None, "SQLite is not listened to"
        url = self._address.postgres.set(drivername="postgresql").render_as_string(hide_password=False)
        async with await AsyncConnection.connect(url, autocommit=True, application_name=APPLICATION) as connection:
            await connection.execute(f"LISTEN {_CHANNEL}")
            for notice in [*self._waiting]:  # until here some may have been lost
                self._set(notice)
            async for told in connection.notifies():
                self._set(told.payload)

    def _set(self, notice: str) -> None:
        for event in self._waiting.get(notice, ()):
            event.set()


class LookUponNotice:
    """Looks upon each notice, when it is asked to, and after a while without; an async context manager.

    It has looked once when it is entered.
    """

    def __init__(self, notices: Notices, *heard: str, look: Callable[[], Awaitable[object]], name: str) -> None:
        """`look` never raises; `name`: of the task that looks."""
        self._notices = notices
        self._heard = heard
        self._look = look
        self._name = name
        self._news = asyncio.Event()
        self._closing = False
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        await self._look()
        self._group.create_task(self._look_on(), name=self._name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._news.set()
        await self._group.__aexit__(None, None, None)

    def soon(self) -> None:
        """Look without a notice."""
        self._news.set()

    async def _look_on(self) -> None:
        with self._notices.heard(*self._heard) as news:
            self._news = news
            while not self._closing:
                self._news.clear()
                await self._look()  # at once as well: no notice was heard until now
                await happens(self._news, within=_WITHOUT)
