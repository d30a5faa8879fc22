"""Ends the runs that a process left unfinished when it died: each with one terminal fact, which says so. Blocking."""

import logging

from sqlalchemy import Connection, func, select

from agentic_search.database import tables
from agentic_search.database.database import Database
from agentic_search.domain.run import Timings
from agentic_search.errors import Interrupted, StorageFailed
from agentic_search.events.event import Event
from agentic_search.events.facts import RunFailed
from agentic_search.events.record import RunRecord
from agentic_search.history.owner import is_dead
from agentic_search.history.stored_runs import RunDraft, found, pack, record_of, write

_TOLD = "The service was stopped before this search had ended, and has been started again since: ask again."

logger = logging.getLogger(__name__)


def end_interrupted(database: Database, now: float) -> None:
    """End every run whose process is dead. Raises StorageFailed."""
    c = tables.runs.c
    with database.transaction() as connection:
        unfinished = connection.execute(
            select(c.id, c.owner, c.position).where(c.ended_at.is_(None), c.deleted_at.is_(None)).order_by(c.position)
        ).all()
        dead = {owner for owner in {run.owner for run in unfinished} if is_dead(connection, owner)}
    interrupted = [run for run in unfinished if run.owner in dead]
    for run in interrupted:
        with database.transaction() as connection:
            _end(connection, run.id, run.position, now)
    if interrupted:
        logger.warning("%d searches were interrupted when the service was stopped last", len(interrupted))


def _end(connection: Connection, run_id: str, position: int, now: float) -> None:
    try:
        record, last = record_of(connection, run_id)
        seq, at = (last.seq, last.at) if last is not None else (0, 0.0)
    except StorageFailed:  # it was begun by another version of the service
        logger.exception("the events of run %s cannot be read", run_id)
        run, c = found(connection, run_id), tables.events.c
        record = RunRecord(run.id, thread_id=run.thread_id, query=run.query, created_at=run.created_at)
        seq, at = connection.execute(select(func.max(c.last)).where(c.run == run.number)).scalar() or 0, 0.0
    tools = record.tool_seconds
    timings = Timings(total=round(at, 4), serial_tools=round(tools.serial, 4), tools=round(tools.together, 4))
    event = Event(seq + 1, run_id, at, RunFailed(error=_TOLD, code=Interrupted.code, timings=timings))
    record.apply(event)
    draft = RunDraft(record, position, "", ended_at=now, begun=True)
    pack(draft, [event])
    write(connection, draft, ends=True)
