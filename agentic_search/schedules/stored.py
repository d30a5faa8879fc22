"""The rows of standing questions. Blocking; each function works in the transaction that it is given.

Several processes may look at the same rows: whoever changes one first has it, and the others are told so.
"""

import logging
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, select, update

from agentic_search.database.schedule_tables import schedule_runs, schedules
from agentic_search.database.tables import storable
from agentic_search.domain.query import Query
from agentic_search.errors import NotFound, WrongState
from agentic_search.plain_json import json_bytes
from agentic_search.schedules.comparing import Known
from agentic_search.schedules.schedule import Delivery, News, ScheduledRun, ScheduleReport, ScheduleSummary
from agentic_search.schedules.telling import answer_of
from agentic_search.schedules.times import iso_time

MOST_SHOWN = 50
"""Runs of a standing question that are shown."""
_MOST_KEPT = 500
"""Of one of them."""

_Model = TypeVar("_Model", bound=BaseModel)

logger = logging.getLogger(__name__)


class StoredSchedule(NamedTuple):
    """A standing question's row."""

    number: int
    id: str
    title: str
    query: str
    search: bytes
    cron: str
    zone: str
    thread_id: str
    created_at: str
    next_at: float | None
    paused: bool
    asking: str | None
    webhook: str | None
    secret: str | None
    asked_by: str | None


class OpenRun(NamedTuple):
    """A run of a standing question that has not ended, as far as its row knows."""

    schedule: StoredSchedule
    run_id: str
    asked_at: float


class OpenDelivery(NamedTuple):
    """What is new, on its way to a webhook."""

    schedule: StoredSchedule
    run: ScheduledRun
    attempts: int


class Ahead(NamedTuple):
    """What there is to do."""

    due: Sequence[StoredSchedule]
    open: Sequence[OpenRun]
    deliveries: Sequence[OpenDelivery]
    next_at: float | None
    """When there is more."""


_OF_SCHEDULE = [schedules.c[name] for name in StoredSchedule._fields]
_NEWEST = schedule_runs.c.number.desc()


def pack(value: BaseModel) -> bytes:
    """As it is kept."""
    return zlib.compress(json_bytes(value))


def search_of(schedule: StoredSchedule) -> Query:
    """What is asked. Raises WrongState where another version has kept it in a form of its own."""
    search = _unpack(Query, schedule.search)
    if search is None:
        raise WrongState(
            f"What the standing question {schedule.title!r} asks was kept by another version of this service, and"
            f" cannot be read: write it anew as `search` by PATCH /schedules/{schedule.id}."
        )
    return search


def _unpack(kind: type[_Model], packed: bytes | None) -> _Model | None:
    """What was packed; None for nothing, and for what another version has kept in a form of its own."""
    if packed is None:
        return None
    try:
        return kind.model_validate_json(zlib.decompress(packed))
    except (zlib.error, ValidationError):
        logger.warning("a %s was kept by another version and cannot be read", kind.__name__)
        return None


def add(connection: Connection, values: dict[str, Any], most: int) -> bool:
    """Add a standing question; False where there are `most` already."""
    if (connection.execute(select(func.count()).select_from(schedules)).scalar() or 0) >= most:
        return False
    connection.execute(insert(schedules), [_storable(values)])
    return True


def found(connection: Connection, schedule_id: str, asked_by: str | None = None) -> StoredSchedule:
    """A standing question, of a caller; None: of anybody. Raises NotFound."""
    chosen = select(*_OF_SCHEDULE).where(schedules.c.id == storable(schedule_id), *_of(asked_by))
    for row in connection.execute(chosen):
        return StoredSchedule(*row)
    raise NotFound(f"There is no standing question {schedule_id!r}: GET /schedules lists those that there are.")


def change(connection: Connection, schedule_id: str, values: dict[str, Any]) -> None:
    """Write other values. Raises NotFound."""
    number = found(connection, schedule_id).number
    if values:
        connection.execute(update(schedules).where(schedules.c.number == number).values(_storable(values)))
    if "webhook" in values:  # what was for the old one is not for the new one
        waiting = (schedule_runs.c.schedule == number, schedule_runs.c.delivery == "waiting")
        connection.execute(update(schedule_runs).where(*waiting).values(delivery=None, attempt_at=None))


def remove(connection: Connection, schedule_id: str) -> StoredSchedule:
    """Delete it, with what is kept of its runs here. Raises NotFound."""
    schedule = found(connection, schedule_id)
    connection.execute(delete(schedules).where(schedules.c.number == schedule.number))
    return schedule


def listed(connection: Connection, asked_by: str | None = None) -> list[ScheduleSummary]:
    """All of a caller, the newest first; None: of everybody."""
    rows = connection.execute(select(*_OF_SCHEDULE).where(*_of(asked_by)).order_by(schedules.c.number.desc())).all()
    return [_summary(connection, StoredSchedule(*row)) for row in rows]


def report(connection: Connection, schedule_id: str) -> ScheduleReport:
    """One with its last runs. Raises NotFound."""
    schedule = found(connection, schedule_id)
    summary = _summary(connection, schedule)
    return ScheduleReport(
        **dict(summary),
        search=search_of(schedule),
        runs=_runs(connection, schedule, most=MOST_SHOWN),
    )


def with_news(connection: Connection, schedule_id: str) -> tuple[ScheduleSummary, tuple[ScheduledRun, ...]]:
    """One with its last runs that found something new. Raises NotFound."""
    schedule = found(connection, schedule_id)
    runs = _runs(connection, schedule, schedule_runs.c.found.is_(True), most=MOST_SHOWN)
    return _summary(connection, schedule), runs


def known(connection: Connection, schedule_id: str) -> Known | None:
    """What the next run is compared with; None before one has given an answer. Raises NotFound."""
    number = found(connection, schedule_id).number
    packed = connection.execute(select(schedules.c.known).where(schedules.c.number == number)).scalar()
    return _unpack(Known, packed)


def begin(
    connection: Connection,
    schedule: StoredSchedule,
    run_id: str,
    *,
    why: str,
    now: float,
    due_at: float,
    missed: int,
    next_at: float | None,
) -> bool:
    """Have a run of it begin; False where another one is under way, or has begun since the row was read."""
    c = schedules.c
    unchanged = c.next_at == schedule.next_at if schedule.next_at is not None else c.next_at.is_(None)
    mine = update(schedules).where(c.number == schedule.number, c.asking.is_(None), unchanged)
    if connection.execute(mine.values(asking=run_id, next_at=next_at)).rowcount != 1:
        return False
    values = {"schedule": schedule.number, "run_id": run_id, "why": why, "due_at": due_at, "asked_at": now}
    connection.execute(
        insert(schedule_runs), [{**values, "missed": missed, "status": "queued", "found": False, "attempts": 0}]
    )
    return True


def end(
    connection: Connection,
    schedule: StoredSchedule,
    run_id: str,
    *,
    status: str,
    now: float,
    error: str | None = None,
    news: News | None = None,
    next_known: Known | None = None,
) -> None:
    """Write how a run of it ended, once, whoever else does."""
    c = schedule_runs.c
    webhook = connection.execute(select(schedules.c.webhook).where(schedules.c.number == schedule.number)).scalar()
    values: dict[str, Any] = {"status": status, "ended_at": now, "error": error and storable(error)}
    if news is not None:
        values |= {"news": pack(news), "found": news.found}
        values |= {"delivery": "waiting", "attempt_at": now} if news.found and webhook else {}
    open_run = update(schedule_runs).where(c.run_id == run_id, c.ended_at.is_(None))
    if connection.execute(open_run.values(values)).rowcount != 1:
        return
    changed: dict[str, Any] = {"asking": None} | ({"known": pack(next_known)} if next_known is not None else {})
    connection.execute(update(schedules).where(schedules.c.number == schedule.number).values(changed))
    kept = select(c.number).where(c.schedule == schedule.number).order_by(_NEWEST).limit(_MOST_KEPT)
    connection.execute(delete(schedule_runs).where(c.schedule == schedule.number, c.number.not_in(kept)))


def ahead(connection: Connection, now: float) -> Ahead:
    """What is due, what is under way, what is to be delivered."""
    s, r = schedules.c, schedule_runs.c
    may_begin = (s.paused.is_(False), s.asking.is_(None), s.next_at.is_not(None))
    due = [
        StoredSchedule(*row) for row in connection.execute(select(*_OF_SCHEDULE).where(*may_begin, s.next_at <= now))
    ]
    of_run = _with_schedule(r.run_id, r.asked_at).where(r.ended_at.is_(None))
    open_runs = [OpenRun(StoredSchedule(*row[2:]), row[0], row[1]) for row in connection.execute(of_run)]
    waiting = (r.delivery == "waiting", s.webhook.is_not(None))
    to_send = _with_schedule(schedule_runs).where(*waiting, r.attempt_at <= now).order_by(r.attempt_at).limit(20)
    width = len(schedule_runs.c)
    deliveries = [_delivery(row, width) for row in connection.execute(to_send).all()]
    times = [
        connection.execute(select(func.min(s.next_at)).where(*may_begin, s.next_at > now)).scalar(),
        connection.execute(
            select(func.min(r.attempt_at)).join(schedules, s.number == r.schedule).where(*waiting, r.attempt_at > now)
        ).scalar(),
    ]
    return Ahead(due, open_runs, deliveries, min((time for time in times if time is not None), default=None))


def take(connection: Connection, delivery: OpenDelivery, until: float) -> bool:
    """Have one attempt for oneself until then; False where another process has it."""
    c = schedule_runs.c
    mine = update(schedule_runs).where(
        c.run_id == delivery.run.run_id, c.delivery == "waiting", c.attempts == delivery.attempts
    )
    return connection.execute(mine.values(attempts=delivery.attempts + 1, attempt_at=until)).rowcount == 1


def note(connection: Connection, run_id: str, state: str, *, next_at: float | None, error: str | None) -> None:
    """Write how an attempt ended."""
    values = {"delivery": state, "attempt_at": next_at, "delivery_error": error and storable(error)}
    connection.execute(update(schedule_runs).where(schedule_runs.c.run_id == run_id).values(values))


def _with_schedule(*columns: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns, *_OF_SCHEDULE).join(schedules, schedules.c.number == schedule_runs.c.schedule)


def _delivery(row: Row[*tuple[Any, ...]], width: int) -> OpenDelivery:
    schedule = StoredSchedule(*row[width:])
    of_run = dict(zip(schedule_runs.c.keys(), row[:width], strict=True))
    return OpenDelivery(schedule, _scheduled(of_run, schedule.zone), of_run["attempts"])


def _runs(
    connection: Connection, schedule: StoredSchedule, *where: ColumnElement[bool], most: int
) -> tuple[ScheduledRun, ...]:
    chosen = select(schedule_runs).where(schedule_runs.c.schedule == schedule.number, *where)
    rows = connection.execute(chosen.order_by(_NEWEST).limit(most)).mappings()
    return tuple(_scheduled(dict(row), schedule.zone) for row in rows)


def _summary(connection: Connection, schedule: StoredSchedule) -> ScheduleSummary:
    ended = _runs(connection, schedule, schedule_runs.c.ended_at.is_not(None), most=1)
    names = ("id", "title", "query", "cron", "zone", "paused", "asking", "thread_id", "created_at", "webhook")
    return ScheduleSummary(
        **{name: getattr(schedule, name) for name in names},
        next_at=iso_time(schedule.next_at) if schedule.next_at is not None and not schedule.paused else None,
        feed=f"/schedules/{schedule.id}/feed",
        last=ended[0] if ended else None,
    )


def _scheduled(row: dict[str, Any], zone: str) -> ScheduledRun:
    fields = {name: row[name] for name in ("run_id", "why", "missed", "status", "error")}
    moments = {name: row[name] for name in ("due_at", "asked_at", "ended_at")}
    fields |= {name: iso_time(moment) for name, moment in moments.items() if moment is not None}
    news = _unpack(News, row["news"])
    run = ScheduledRun(**fields, news=news, delivery=_state(row))
    return run.model_copy(update={"answer": answer_of(run, zone) or None})


def _state(row: dict[str, Any]) -> Delivery | None:
    if row["delivery"] is None:
        return None
    next_at = iso_time(row["attempt_at"]) if row["attempt_at"] is not None else None
    return Delivery(state=row["delivery"], attempts=row["attempts"], next_at=next_at, error=row["delivery_error"])


def _of(asked_by: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if asked_by is None else (schedules.c.asked_by == asked_by,)


def _storable(values: dict[str, Any]) -> dict[str, Any]:
    return {name: storable(value) if isinstance(value, str) else value for name, value in values.items()}
