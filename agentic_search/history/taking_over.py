"""Takes over the runs whose process died, to go on with them; ends those that cannot go on. Blocking."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue, TypeAdapter, ValidationError
from sqlalchemy import Connection, case, func, select, update

from agentic_search.database import tables
from agentic_search.database.database import Database
from agentic_search.domain.query import ContinuedQuery, Query
from agentic_search.domain.run import Timings
from agentic_search.errors import Interrupted, StorageFailed
from agentic_search.events.event import Event
from agentic_search.events.facts import RunFailed
from agentic_search.events.record import RunRecord
from agentic_search.history.owner import is_dead
from agentic_search.history.stored_runs import (
    RunDraft,
    events_after,
    found,
    pack,
    query_of,
    record_of,
    steps_of,
    write,
)
from agentic_search.text.counting import count

WHOLE_QUERY = "query"
"""The step that is the question itself, with the outcomes that it goes on from."""
NOBODY = ""
"""The owner of a run that was left to whoever takes it over."""
_MOST_TIMES = 3
"""That a run is taken over from dead processes, and finishes no step: it may be what they die of."""
_WHOLE = TypeAdapter(ContinuedQuery)
_TOLD = "The service was stopped before this search had ended, and has been started again since: ask again."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run that another process began, as far as it has come."""

    draft: RunDraft
    query: Query
    events: Sequence[Event]
    steps: dict[str, JsonValue]


def take_over(database: Database, owner: str, now: float) -> list[UnfinishedRun]:
    """Make every run whose process is dead one of `owner`, oldest first; ends those that cannot go on.

    Raises StorageFailed.
    """
    c = tables.runs.c
    with database.transaction() as connection:
        chosen = select(c.id, c.owner, c.position, c.taken_over, c.attended)
        unfinished = chosen.where(c.ended_at.is_(None), c.deleted_at.is_(None), c.owner != owner).order_by(c.position)
        rows = connection.execute(unfinished.with_for_update(skip_locked=True)).all()
        dead = {name for name in {row.owner for row in rows} if name == NOBODY or is_dead(connection, name)}
        rows = [row for row in rows if row.owner in dead]
        mine = update(tables.runs).where(c.id.in_([row.id for row in rows]))
        again = case((c.owner == NOBODY, c.taken_over), else_=c.taken_over + 1)
        connection.execute(mine.values(owner=owner, taken_over=again))
    going_on: list[UnfinishedRun] = []
    for row in rows:
        with database.transaction() as connection:
            try:
                if row.taken_over < _MOST_TIMES and database.is_lasting:
                    draft = RunDraft(
                        _record(connection, row.id), row.position, owner, attended=row.attended, begun=True
                    )
                    going_on.append(_unfinished(connection, draft))
                    continue
            except StorageFailed:  # it was begun by another version of the service
                logger.exception("run %s cannot go on", row.id)
            _end(connection, row.id, row.position, owner, now)
    if ended := len(rows) - len(going_on):
        logger.warning("interrupted when the service was stopped last: %s", count(ended, "run"))
    if going_on:
        logger.info("going on after a process of the service ended: %s", count(len(going_on), "run"))
    return going_on


def hand_over(database: Database, owner: str) -> None:
    """Leave the runs of `owner` to whoever takes them over next. Raises StorageFailed."""
    c = tables.runs.c
    with database.transaction() as connection:
        connection.execute(update(tables.runs).where(c.owner == owner, c.ended_at.is_(None)).values(owner=NOBODY))


def _record(connection: Connection, run_id: str) -> RunRecord:
    run = found(connection, run_id)
    return RunRecord(run.id, thread_id=run.thread_id, query=run.query, created_at=run.created_at)


def _unfinished(connection: Connection, draft: RunDraft) -> UnfinishedRun:
    run_id = draft.record.id
    events, steps = events_after(connection, run_id, 0, sys.maxsize), steps_of(connection, run_id)
    for event in events:
        draft.record.apply(event)
    draft.last = len(events)
    query = query_of(connection, run_id)
    if WHOLE_QUERY in steps:
        try:
            query = _WHOLE.validate_python(steps.pop(WHOLE_QUERY))
        except ValidationError as error:  # one such run must not keep the service from starting
            raise StorageFailed(
                f"The question of run {run_id!r} was kept by another version of this service."
            ) from error
    return UnfinishedRun(draft, query, events, steps)


def _end(connection: Connection, run_id: str, position: int, owner: str, now: float) -> None:
    try:
        record, last = record_of(connection, run_id)
        seq, at = (last.seq, last.at) if last is not None else (0, 0.0)
    except StorageFailed:  # it was begun by another version of the service
        logger.exception("the events of run %s cannot be read", run_id)
        run, c, record = found(connection, run_id), tables.events.c, _record(connection, run_id)
        seq, at = connection.execute(select(func.max(c.last)).where(c.run == run.number)).scalar() or 0, 0.0
    tools = record.tool_seconds
    timings = Timings(total=round(at, 4), serial_tools=round(tools.serial, 4), tools=round(tools.together, 4))
    event = Event(seq + 1, run_id, at, RunFailed(error=_TOLD, code=Interrupted.code, timings=timings))
    record.apply(event)
    draft = RunDraft(record, position, owner, ended_at=now, begun=True)
    pack(draft, [event])
    write(connection, draft, ends=True)
