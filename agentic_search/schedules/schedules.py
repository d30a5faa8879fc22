"""Standing questions: made, changed and asked for by people, and asked when their time has come.

Any number of processes may look at the same database: a row is changed by the one that is first, and that one asks.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeAlias

from agentic_search.access.caller import ANYBODY, Caller
from agentic_search.clock import Clock
from agentic_search.database.database import Database
from agentic_search.database.rows import Rows
from agentic_search.domain.query import Query
from agentic_search.domain.run import Started
from agentic_search.errors import AgenticSearchError, StorageFailed, WrongState
from agentic_search.network.addresses import AllowedPlaces
from agentic_search.schedules import stored, webhook
from agentic_search.schedules.asking import Asking, Searching
from agentic_search.schedules.schedule import (
    DeletedSchedule,
    ScheduleChange,
    ScheduledRun,
    ScheduleReport,
    ScheduleRequest,
    ScheduleSummary,
)
from agentic_search.schedules.stored import OpenDelivery, OpenRun, StoredSchedule
from agentic_search.schedules.times import iso_time, next_time, refuse_too_often, times_until

_LOOK = 15.0
"""Seconds at most between two looks: another process may have changed rows, or somebody the clock."""
_ON_TIME = 60.0
"""Seconds after its time in which a question is asked on time."""
_STARTING = 60.0
"""Seconds that the process which has a run may take to begin it, before another one does."""
_LEASE = 60.0
"""Seconds for which a process has an attempt at a delivery for itself."""

logger = logging.getLogger(__name__)

MayAsk: TypeAlias = Callable[[str | None], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class ScheduleLimits:
    """What holds for all standing questions."""

    interval: float
    """Seconds between two times at least."""
    most: int
    """Standing questions."""
    webhooks: AllowedPlaces
    """Where webhooks may be, beside the public internet."""


class Schedules:
    """The standing questions; asked while it is entered; an async context manager."""

    def __init__(
        self, database: Database, searches: Searching, *, clock: Clock, limits: ScheduleLimits, may_ask: MayAsk
    ) -> None:
        """`may_ask`: whether somebody may still ask, by their id; the questions of who may not rest."""
        self._may_ask = may_ask
        self._rows = Rows(database, name="schedules")
        self._alone = database.is_sqlite
        self._clock = clock
        self._caller = ANYBODY
        self._limits = limits
        self._news = asyncio.Event()
        self._searches = searches
        self._asking = Asking(self._rows, searches, clock=clock, ended=self._news.set)
        self._group = asyncio.TaskGroup()
        self._tasks: set[asyncio.Task[None]] = set()
        self._watched: set[str] = set()
        """The ids of runs whose end somebody here waits for."""

    def __repr__(self) -> str:
        return f"<Schedules {len(self._watched)} asked>"

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._spawn(self._look_on(), "schedules")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in [*self._tasks]:
            task.cancel()
        await self._group.__aexit__(None, None, None)
        await self._rows.close()

    def of(self, caller: Caller) -> "Schedules":
        """The same for a caller: what is not theirs is not there."""
        theirs = copy(self)
        theirs._caller = caller
        return theirs

    async def list(self) -> tuple[ScheduleSummary, ...]:
        """All, the newest first."""
        return tuple(await self._rows.do(stored.listed, self._caller.sees_only))

    async def get(self, schedule_id: str) -> ScheduleReport:
        """One with its last runs; raises NotFound."""
        await self._found(schedule_id)
        return await self._rows.do(stored.report, schedule_id)

    async def with_news(self, schedule_id: str) -> tuple[ScheduleSummary, tuple[ScheduledRun, ...]]:
        """One with its last runs that found something new; raises NotFound."""
        await self._found(schedule_id)
        return await self._rows.do(stored.with_news, schedule_id)

    async def create(self, asked: ScheduleRequest) -> ScheduleReport:
        """Have a question asked again and again; raises RequestError, or WrongState where there are too many."""
        now = self._now()
        refuse_too_often(asked.cron, asked.zone, now=now, least=self._limits.interval)
        schedule_id = uuid.uuid4().hex
        hook = self._webhook(asked.webhook)
        values: dict[str, Any] = {
            "id": schedule_id,
            "title": asked.title or _title(asked.search),
            "query": asked.search.query,
            "search": stored.pack(asked.search),
            "cron": asked.cron,
            "zone": asked.zone,
            "thread_id": uuid.uuid4().hex,
            "created_at": iso_time(now),
            "next_at": next_time(asked.cron, asked.zone, now),
            "paused": asked.paused,
            "asked_by": self._caller.id,
        }
        if not await self._rows.do(stored.add, values | hook, self._limits.most):
            raise WrongState(
                f"There are {self._limits.most} standing questions already: delete one by DELETE /schedules/{{id}}, or"
                " raise AGENTIC_SEARCH_MAX_SCHEDULES."
            )
        self._news.set()
        return (await self.get(schedule_id)).model_copy(update={"secret": hook["secret"]})

    async def change(self, schedule_id: str, asked: ScheduleChange) -> ScheduleReport:
        """Change it; raises NotFound or RequestError."""
        schedule = await self._found(schedule_id)
        given = asked.model_fields_set
        values: dict[str, Any] = {
            name: value for name in ("cron", "zone", "title", "paused") if (value := getattr(asked, name)) is not None
        }
        if asked.search is not None:
            values |= {"query": asked.search.query, "search": stored.pack(asked.search)}
        if "webhook" in given:
            values |= self._webhook(asked.webhook)
        cron, zone = values.get("cron", schedule.cron), values.get("zone", schedule.zone)
        goes_on = schedule.paused and asked.paused is False
        if goes_on or (cron, zone) != (schedule.cron, schedule.zone):
            now = self._now()
            refuse_too_often(cron, zone, now=now, least=self._limits.interval)
            values["next_at"] = next_time(cron, zone, now)
        await self._rows.do(stored.change, schedule_id, values)
        self._news.set()
        return (await self.get(schedule_id)).model_copy(update={"secret": values.get("secret")})

    async def delete(self, schedule_id: str) -> DeletedSchedule:
        """Ask it no more; raises NotFound."""
        await self._found(schedule_id)
        schedule = await self._rows.do(stored.remove, schedule_id)
        return DeletedSchedule(id=schedule.id, thread_id=schedule.thread_id)

    async def ask(self, schedule_id: str) -> Started:
        """Ask it now; raises NotFound, Overloaded, TooManyRequests, or WrongState where a run of it is under way."""
        async with self._searches.room_for(self._caller):
            return await self._ask_now(schedule_id)

    async def _ask_now(self, schedule_id: str) -> Started:
        schedule, now = await self._found(schedule_id), self._now()
        run = await self._begin(schedule, why="user", now=now, due_at=now, missed=0, next_at=schedule.next_at)
        if run is None:
            raise WrongState("It is being asked: wait for that run's end, or stop it (GET /schedules/{id} names it).")
        try:
            started = await self._asking.start(run)
        except BaseException:
            self._watched.discard(run.run_id)
            raise
        self._watch(run, begins_at=now)
        return started

    async def _found(self, schedule_id: str) -> StoredSchedule:
        return await self._rows.do(stored.found, schedule_id, self._caller.sees_only)

    def _webhook(self, address: str | None) -> dict[str, str | None]:
        if address is None:
            return {"webhook": None, "secret": None}
        return {"webhook": webhook.checked_webhook(address, self._limits.webhooks), "secret": webhook.new_secret()}

    async def _look_on(self) -> None:
        while True:
            self._news.clear()
            pause = _LOOK
            try:
                pause = await self._look()
            except StorageFailed as error:
                logger.warning("standing questions cannot be asked for now: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._news.wait()

    async def _look(self) -> float:
        """Do what there is to do; gives the seconds until there may be more."""
        now = self._now()
        ahead = await self._rows.do(stored.ahead, now)
        for run in ahead.open:
            if run.run_id not in self._watched:
                self._watch(run, begins_at=now if self._alone else run.asked_at + _STARTING)
        for schedule in ahead.due:
            await self._ask_in_time(schedule, now)
        for delivery in ahead.deliveries:
            if await self._rows.do(stored.take, delivery, now + _LEASE):
                self._spawn(self._deliver(delivery), f"webhook of {delivery.run.run_id}")
        return min(_LOOK, max(0.0, ahead.next_at - self._now())) if ahead.next_at is not None else _LOOK

    async def _ask_in_time(self, schedule: StoredSchedule, now: float) -> None:
        due_at = schedule.next_at
        assert due_at is not None, "it is due"
        if not await self._may_ask(schedule.asked_by):
            logger.warning("the standing question %s rests: whoever made it may no longer ask", schedule.id)
            await self._rows.do(stored.change, schedule.id, {"paused": True})
            return
        missed = times_until(schedule.cron, schedule.zone, due_at, now - _ON_TIME)
        next_at = next_time(schedule.cron, schedule.zone, now)
        run = await self._begin(schedule, why="time", now=now, due_at=due_at, missed=missed, next_at=next_at)
        if run is not None:
            self._watch(run, begins_at=now)

    async def _begin(
        self, schedule: StoredSchedule, *, why: str, now: float, due_at: float, missed: int, next_at: float | None
    ) -> OpenRun | None:
        run = OpenRun(schedule, uuid.uuid4().hex, now)
        self._watched.add(run.run_id)  # before its row is there, which the next look finds
        begun = False
        try:
            begun = await self._rows.do(
                stored.begin, schedule, run.run_id, why=why, now=now, due_at=due_at, missed=missed, next_at=next_at
            )
        finally:
            if not begun:
                self._watched.discard(run.run_id)
        return run if begun else None

    def _watch(self, run: OpenRun, *, begins_at: float) -> None:
        self._watched.add(run.run_id)
        self._spawn(self._carry_through(run, begins_at), f"asking {run.run_id}")

    async def _carry_through(self, run: OpenRun, begins_at: float) -> None:
        try:
            await self._asking.carry_through(run, begins_at=begins_at)
        except AgenticSearchError:  # such as StorageFailed while its end is written: the next look finds it
            logger.warning("the end of run %s is not noted yet", run.run_id, exc_info=True)
        except Exception as error:
            logger.exception("the standing question %s broke down", run.schedule.id)
            with suppress(StorageFailed):
                await self._asking.give_up(run, error)
        finally:
            self._watched.discard(run.run_id)

    async def _deliver(self, delivery: OpenDelivery) -> None:
        attempt = await webhook.send(delivery, self._limits.webhooks, self._now())
        now, error, state, next_at = self._now(), attempt.error, "delivered", None
        if not attempt.delivered:
            next_at = None if attempt.final else webhook.next_attempt(delivery.attempts + 1, now)
            state = "waiting" if next_at is not None else "given_up"
            error = error if next_at is not None else webhook.given_up(error or "", now)
        try:
            await self._rows.do(stored.note, delivery.run.run_id, state, next_at=next_at, error=error)
        except StorageFailed as failure:  # it is sent again when the lease is over
            logger.warning("whether the webhook of %s has it is not noted: %s", delivery.schedule.id, failure)
        self._news.set()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = self._group.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _now(self) -> float:
        return self._clock.wall().timestamp()


def _title(search: Query) -> str:
    return " ".join(search.query.split())[:200]
