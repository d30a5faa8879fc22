"""The rows of runs: begun, added to, ended, read. Blocking; each function works in the transaction that it is given."""

import logging
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from agentic_search.database import tables
from agentic_search.database.tables import storable
from agentic_search.domain.answer import Turn
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunReport
from agentic_search.errors import NotFound, StorageFailed
from agentic_search.events.event import Event
from agentic_search.events.record import RunRecord
from agentic_search.history import words
from agentic_search.history.packing import (
    ResultsApart,
    Unpacked,
    pack_events,
    pack_query,
    pack_report,
    pack_step,
    pack_turn,
    unpack_query,
    unpack_turn,
)

MOST_TURNS = 20
"""Turns of its conversation that a run is given."""
_TITLE = 200
"""Characters of a question that a conversation is called by."""
_BROKEN = (ValueError, KeyError, TypeError, AttributeError)
"""What is raised for something packed that is damaged, or of another form."""
_UNREADABLE = "Run {!r} was kept by another version of this service, and cannot be read."

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class RunDraft:
    """One run, and what of it is not in the database yet."""

    record: RunRecord
    position: int
    owner: str
    query: Query | None = None
    """What was asked, until that is written."""
    attended: bool = False
    """Somebody can be asked."""
    events: list[Event] = field(default_factory=list[Event])
    """Not packed yet."""
    chunks: list[tuple[int, int, bytes]] = field(default_factory=list["tuple[int, int, bytes]"])
    """Packed events that are not written yet: the numbers of the first and of the last one."""
    steps: list[tuple[str, object]] = field(default_factory=list[tuple[str, object]])
    """Finished steps by their names, not packed yet."""
    packed_steps: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Not written yet."""
    apart: ResultsApart = field(default_factory=ResultsApart)
    last: int = 0
    """The number of the last event."""
    ended_at: float | None = None
    begun: bool = False
    """It has its row."""
    opens_thread: bool = False
    """It is the first of its conversation."""
    asked_by: str | None = None
    """The caller whose it is."""

    @property
    def unwritten_bytes(self) -> int:
        """What is packed and not written, beside what is not packed yet."""
        apart = sum(map(len, self.apart.packed.values())) + sum(map(len, self.packed_steps.values()))
        return sum(len(packed) for _, _, packed in self.chunks) + apart


def pack(draft: RunDraft, events: Sequence[Event], steps: Sequence[tuple[str, object]] = ()) -> None:
    """Pack the first events and steps of the draft; needs no database."""
    if events:
        draft.chunks.append((events[0].seq, events[-1].seq, pack_events(events, draft.apart)))
    draft.packed_steps |= {name: pack_step(step, draft.apart) for name, step in steps}


def write(connection: Connection, draft: RunDraft, *, ends: bool) -> bool:
    """Write what is packed, and where the run `ends` with it all that is kept of a run that has ended.

    Gives false, and writes nothing, where the run was deleted or another process goes on with it.
    """
    number = _begin(connection, draft) if not draft.begun else _own_number(connection, draft)
    if number is None:
        return False
    report = pack_report(draft.record.report(), draft.apart) if ends else None
    _write_results(connection, number, draft)
    if draft.chunks:
        rows = [{"run": number, "first": first, "last": last, "packed": packed} for first, last, packed in draft.chunks]
        connection.execute(_ignoring(connection, tables.events), rows)
    if draft.packed_steps and report is None:
        rows = [{"run": number, "name": name, "packed": packed} for name, packed in draft.packed_steps.items()]
        insert = _insert(connection, tables.steps)
        changed = {"packed": insert.excluded.packed}
        connection.execute(insert.on_conflict_do_update(index_elements=["run", "name"], set_=changed), rows)
    if report is not None:
        _end(connection, number, draft, report)
    elif draft.chunks or draft.packed_steps:
        # What goes on well is not what its processes die of.
        again = {"taken_over": 0} if draft.packed_steps else {}
        values = {"status": draft.record.status, **again}
        connection.execute(update(tables.runs).where(tables.runs.c.number == number).values(values))
    return True


def _begin(connection: Connection, draft: RunDraft) -> int | None:
    record = draft.record
    query = storable(record.query)
    thread = {
        "id": record.thread_id,
        "title": " ".join(query.split())[:_TITLE],
        "folded": words.folded(query)[:_TITLE],
        "created_at": record.created_at,
        "asked_by": draft.asked_by,
    }
    newest = {"changed_at": record.created_at, "position": draft.position, "deleted_at": None}
    opened = connection.execute(_ignoring(connection, tables.threads), {**thread, **newest})
    draft.opens_thread = opened.rowcount == 1
    if not draft.opens_thread:
        connection.execute(update(tables.threads).where(tables.threads.c.id == record.thread_id).values(newest))
    connection.execute(
        _ignoring(connection, tables.runs),
        {
            "id": record.id,
            "thread_id": record.thread_id,
            "position": draft.position,
            "query": query,
            "folded": words.folded(query),
            "status": record.status,
            "created_at": record.created_at,
            "owner": draft.owner,
            "attended": draft.attended,
            "batch": draft.query is not None and draft.query.batch,
            "asked_by": draft.asked_by,
            "taken_over": 0,
            "last_seq": 0,
            "bytes": 0,
        },
    )
    number = _own_number(connection, draft)
    if number is not None and draft.query is not None:
        row = {"run": number, "packed": pack_query(draft.query)}
        connection.execute(_ignoring(connection, tables.queries), row)
    return number


def _write_results(connection: Connection, number: int, draft: RunDraft) -> None:
    if packed := draft.apart.packed:
        rows = [{"hash": key, "packed": value} for key, value in packed.items()]
        connection.execute(_ignoring(connection, tables.results), rows)
        uses = [{"run": number, "hash": key} for key in packed]
        connection.execute(_ignoring(connection, tables.result_uses), uses)


def _end(connection: Connection, number: int, draft: RunDraft, report: bytes) -> None:
    record, summary = draft.record, draft.record.summary()
    turn = pack_turn(record.turn())
    connection.execute(_ignoring(connection, tables.bodies), {"run": number, "report": report, "turn": turn})
    size = func.coalesce(func.sum(func.length(tables.events.c.packed)), 0) + len(report) + len(turn)
    last = func.coalesce(func.max(tables.events.c.last), 0)
    taken, last_seq = connection.execute(select(size, last).where(tables.events.c.run == number)).one()
    connection.execute(
        update(tables.runs)
        .where(tables.runs.c.number == number)
        .values(
            status=summary.status,
            model=summary.model and storable(summary.model),
            duration=summary.duration,
            created_at=summary.created_at,
            ended_at=draft.ended_at,
            last_seq=last_seq,
            bytes=taken,
        )
    )
    for of_living in (tables.steps, tables.messages):
        connection.execute(delete(of_living).where(of_living.c.run == number))
    words.add(connection, number, record.query, record.turn().answer)


def _ignoring(connection: Connection, table: tables.Table):  # noqa: ANN202 - SQLAlchemy's two classes have no common name
    """An INSERT that leaves rows as they are that are there already: what is written again after a failure."""
    return _insert(connection, table).on_conflict_do_nothing()


def _insert(connection: Connection, table: tables.Table):  # noqa: ANN202 - as above
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    return make(table)


def _own_number(connection: Connection, draft: RunDraft) -> int | None:
    """The run's, while this process carries it out; nobody takes it over until the transaction ends."""
    c = tables.runs.c
    own = select(c.number).where(c.id == storable(draft.record.id), c.owner == draft.owner)
    if not draft.begun:  # else its row was there before it
        own = own.where(c.ended_at.is_(None), c.deleted_at.is_(None))
    return connection.execute(own.with_for_update()).scalar()


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
