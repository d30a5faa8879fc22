"""Takes runs that wait for a process, or whose process died; ends those that cannot go on. Blocking."""

import logging
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from pydantic import JsonValue, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Connection, func, select, update

from agentic_search.database import notices, tables
from agentic_search.domain.query import ContinuedQuery, Query
from agentic_search.domain.run import Timings
from agentic_search.errors import Interrupted, StorageFailed
from agentic_search.events.event import Event
from agentic_search.events.facts import Fact, RunFailed
from agentic_search.events.record import RunRecord
from agentic_search.history.owner import NOBODY, living
from agentic_search.history.stored_runs import events_after, found, query_of, record_of, steps_of
from agentic_search.history.writing import RunDraft, pack, write
from agentic_search.text.counting import count

WHOLE_QUERY = "query"
"""The step that is the question itself, with the outcomes that it goes on from."""
_MOST_TIMES = 3
"""That a run is taken over from dead processes, and finishes no step: it may be what they die of."""
_WHOLE = TypeAdapter(ContinuedQuery)
_TOLD = "The service was stopped before this search had ended, and has been started again since: ask again."
_RUNS = tables.runs.c
_UNENDED = _RUNS.ended_at.is_(None), _RUNS.deleted_at.is_(None)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run that waited, or that another process began, as far as it has come."""

    draft: RunDraft
    query: Query
    events: Sequence[Event]
    steps: dict[str, JsonValue]


def dead_owners(connection: Connection, owner: str) -> set[str]:
    """The processes beside `owner` that have runs, and are dead."""
    owners = set(connection.execute(select(_RUNS.owner).where(*_UNENDED).distinct()).scalars())
    return owners - {owner, NOBODY} - living(connection)


def queue_again(connection: Connection, owners: Collection[str]) -> None:
    """Have the runs of dead processes wait for another one."""
    _give_back(connection, owners, taken_over=_RUNS.taken_over + 1)


def hand_over(connection: Connection, owner: str) -> None:
    """Have the runs of `owner` wait for another process."""
    _give_back(connection, [owner], taken_over=_RUNS.taken_over)


def take(connection: Connection, owner: str, now: float, most: int) -> list[UnfinishedRun]:
    """Make `most` runs that wait those of `owner`: those that people wait for first, then the oldest.

    Ends those that cannot go on.
    """
    going_on: list[UnfinishedRun] = []
    waiting = select(_RUNS.id).where(*_UNENDED, _RUNS.owner == NOBODY).order_by(_RUNS.batch, _RUNS.position)
    ids = connection.execute(waiting.limit(most).with_for_update(skip_locked=True)).scalars().all()
    if not ids:
        return []
    connection.execute(update(tables.runs).where(_RUNS.id.in_(ids)).values(owner=owner))
    chosen = select(_RUNS.id, _RUNS.position, _RUNS.taken_over, _RUNS.attended, _RUNS.asked_by).where(_RUNS.id.in_(ids))
    rows = connection.execute(chosen.order_by(_RUNS.batch, _RUNS.position)).all()
    for row in rows:
        draft = RunDraft(_record(connection, row.id), row.position, owner, attended=row.attended, begun=True)
        draft.asked_by = row.asked_by
        draft.was_taken_over = row.taken_over > 0
        try:
            if row.taken_over <= _MOST_TIMES:
                going_on.append(_unfinished(connection, draft))
                continue
        except StorageFailed:  # it was begun by another version of the service
            logger.exception("run %s cannot go on", row.id)
        end_run(connection, row.id, owner, now, _interrupted)
    if ended := len(rows) - len(going_on):
        logger.warning("interrupted when the service was stopped last: %s", count(ended, "run"))
    if again := sum(bool(run.steps) or len(run.events) > 1 for run in going_on):
        logger.info("going on after a process of the service ended: %s", count(again, "run"))
    return going_on


def end_run(connection: Connection, run_id: str, owner: str, now: float, last_fact: Callable[[Timings], Fact]) -> None:
    """End a run of `owner` that is not under way, with a fact that is given what it has spent."""
    try:
        record, last = record_of(connection, run_id)
        seq, at = (last.seq, last.at) if last is not None else (0, 0.0)
    except StorageFailed:  # it was begun by another version of the service
        logger.exception("the events of run %s cannot be read", run_id)
        run, c, record = found(connection, run_id), tables.events.c, _record(connection, run_id)
        seq, at = connection.execute(select(func.max(c.last)).where(c.run == run.number)).scalar() or 0, 0.0
    tools = record.tool_seconds
    timings = Timings(total=round(at, 4), serial_tools=round(tools.serial, 4), tools=round(tools.together, 4))
    event = Event(seq + 1, run_id, at, last_fact(timings))
    record.apply(event)
    draft = RunDraft(record, 0, owner, ended_at=now, begun=True)
    pack(draft, [event])
    write(connection, [draft], ending=[run_id])
    notices.tell(connection, [notices.of_run(run_id)])


def _give_back(connection: Connection, owners: Collection[str], *, taken_over: ColumnElement[int]) -> None:
    theirs = update(tables.runs).where(*_UNENDED, _RUNS.owner.in_(owners))
    if connection.execute(theirs.values(owner=NOBODY, taken_over=taken_over)).rowcount:
        notices.tell(connection, [notices.QUEUE])


def _interrupted(timings: Timings) -> RunFailed:
    return RunFailed(error=_TOLD, code=Interrupted.code, timings=timings)


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
