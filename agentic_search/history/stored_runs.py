"""Reads runs from their rows. Blocking; each function works in the transaction that it is given."""

import logging
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Connection, select

from agentic_search.database import tables
from agentic_search.database.tables import storable
from agentic_search.domain.answer import Turn
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunReport
from agentic_search.errors import NotFound, StorageFailed
from agentic_search.events.event import Event
from agentic_search.events.record import RunRecord
from agentic_search.history.packing import (
    Unpacked,
    unpack_query,
    unpack_turn,
)

MOST_TURNS = 20
"""Turns of its conversation that a run is given."""
_BROKEN = (ValueError, KeyError, TypeError, AttributeError)
"""What is raised for something packed that is damaged, or of another form."""
_UNREADABLE = "Run {!r} was kept by another version of this service, and cannot be read."

logger = logging.getLogger(__name__)


class StoredRun(NamedTuple):
    """A run's row, as far as others need it."""

    number: int
    id: str
    thread_id: str
    query: str
    created_at: str
    ended_at: float | None
    last_seq: int


def found(connection: Connection, run_id: str) -> StoredRun:
    """A run that is there and not deleted. Raises NotFound."""
    chosen = stored(connection, tables.runs.c.id == storable(run_id), tables.runs.c.deleted_at.is_(None), most=1)
    if not chosen:
        raise no_run(run_id)
    return chosen[0]


def stored(connection: Connection, *where: ColumnElement[bool], most: int) -> list[StoredRun]:
    """Runs of which all that holds, those that ended first in front."""
    columns = [tables.runs.c[name] for name in StoredRun._fields]
    rows = connection.execute(select(*columns).where(*where).order_by(tables.runs.c.ended_at).limit(most))
    return [StoredRun(*row) for row in rows]


def events_after(connection: Connection, run_id: str, after: int, most: int) -> list[Event]:
    """Some of the run's events above number `after`, of `most` chunks; none at the end. Raises NotFound."""
    number = found(connection, run_id).number
    c = tables.events.c
    chosen = select(c.first, c.packed).where(c.run == number, c.last > after).order_by(c.first).limit(most)
    events: list[Event] = []
    try:
        for first, packed in connection.execute(chosen).all():
            unpacked = Unpacked(packed)
            events += unpacked.events(run_id, first, _results(connection, unpacked.hashes.values()))
    except (ValueError, KeyError) as error:
        raise StorageFailed(_UNREADABLE.format(run_id)) from error
    return [event for event in events if event.seq > after]


def briefs_of(connection: Connection, run_ids: Sequence[str]) -> dict[str, RunReport]:
    """The reports of runs without what their tasks returned, by their ids; not of those that are deleted."""
    briefs: dict[str, RunReport] = {}
    for run_id in run_ids:
        with suppress(NotFound):
            briefs[run_id] = report_of(connection, run_id, whole=False)
    return briefs


def report_of(connection: Connection, run_id: str, *, whole: bool = True) -> RunReport:
    """The run's report, with the results of its tasks where it is to be `whole`. Raises NotFound.

    Of a run that has not ended, it is as far as it is written.
    """
    run = found(connection, run_id)
    packed = connection.execute(select(tables.bodies.c.report).where(tables.bodies.c.run == run.number)).scalar()
    if packed is None:
        report = record_of(connection, run_id)[0].report()
        return report if whole else report.brief()
    try:
        unpacked = Unpacked(packed)
        if not whole:
            return unpacked.report({}).brief()
        return unpacked.report(_results(connection, unpacked.hashes.values()))
    except (ValueError, KeyError) as error:
        raise StorageFailed(_UNREADABLE.format(run_id)) from error


def record_of(connection: Connection, run_id: str) -> tuple[RunRecord, Event | None]:
    """What its events amount to, and the last of them. Raises NotFound."""
    run = found(connection, run_id)
    record, event = RunRecord(run.id, thread_id=run.thread_id, query=run.query, created_at=run.created_at), None
    for event in events_after(connection, run_id, 0, sys.maxsize):
        record.apply(event)
    return record, event


def query_of(connection: Connection, run_id: str) -> Query:
    """What was asked. Raises NotFound."""
    number = found(connection, run_id).number
    packed = connection.execute(select(tables.queries.c.packed).where(tables.queries.c.run == number)).scalar_one()
    try:
        return unpack_query(packed)
    except ValueError as error:
        raise StorageFailed(_UNREADABLE.format(run_id)) from error


def steps_of(connection: Connection, run_id: str) -> dict[str, JsonValue]:
    """The finished steps of a run that has not ended, by their names. Raises NotFound.

    Of one that is damaged, or was kept by another version, only the name is there: it is no reason to end the run.
    """
    number = found(connection, run_id).number
    c = tables.steps.c
    steps: dict[str, JsonValue] = {}
    for name, packed in connection.execute(select(c.name, c.packed).where(c.run == number)).all():
        try:
            unpacked = Unpacked(packed)
            steps[name] = unpacked.step(_results(connection, unpacked.hashes.values()))
        except _BROKEN:
            logger.exception("step %r of run %s cannot be read", name, run_id)
            steps[name] = None
    return steps


def no_run(run_id: str) -> NotFound:
    """The same words for a run that never was, and for one that is somebody else's."""
    return NotFound(f"There is no run {run_id!r}: it was deleted, or never was.")


def no_thread(thread_id: str) -> NotFound:
    """As above, for a conversation."""
    return NotFound(f"There is no conversation {thread_id!r}: it was deleted, or never was.")


def turns_before(connection: Connection, thread_id: str, position: int, asked_by: str | None) -> list[tuple[int, Turn]]:
    """The newest turns of somebody's conversation that were asked for before a position, oldest first, with theirs."""
    c = tables.runs.c
    chosen = (
        select(c.position, tables.bodies.c.turn)
        .join(tables.bodies, tables.bodies.c.run == c.number)
        .where(c.thread_id == thread_id, c.position < position, c.deleted_at.is_(None))
        .where(c.asked_by.is_not_distinct_from(asked_by))
        .order_by(c.position.desc())
        .limit(MOST_TURNS)
    )
    turns: list[tuple[int, Turn]] = []
    for place, packed in reversed(connection.execute(chosen).all()):
        with suppress(ValueError):  # another version has kept it
            turns.append((place, unpack_turn(packed)))
    return turns


def _results(connection: Connection, hashes: Iterable[bytes]) -> dict[bytes, bytes]:
    wanted = list(set(hashes))
    if not wanted:
        return {}
    c = tables.results.c
    rows = connection.execute(select(c.hash, c.packed).where(c.hash.in_(wanted)))
    return {row.hash: row.packed for row in rows}
