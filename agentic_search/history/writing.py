"""Writes runs into their rows: begun, added to, ended. Blocking; each function works in the transaction it is given."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from agentic_search.database import tables
from agentic_search.database.tables import storable
from agentic_search.domain.query import Query
from agentic_search.events.event import Event
from agentic_search.events.record import RunRecord
from agentic_search.history import words
from agentic_search.history.packing import ResultsApart, pack_events, pack_query, pack_report, pack_step, pack_turn

_TITLE = 200
"""Characters of a question that a conversation is called by."""
_STATUS = update(tables.runs).where(tables.runs.c.number == bindparam("of")).values(status=bindparam("now"))


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
    number: int | None = None
    """That of its row, where it is known."""
    row_status: str | None = None
    """The status in its row, where it is known."""
    was_taken_over: bool = False
    """A process died with it, and it has finished no step since."""
    opens_thread: bool = False
    """It is the first of its conversation."""
    asked_by: str | None = None
    """The caller whose it is."""

    @property
    def unwritten_bytes(self) -> int:
        """What is packed and not written, beside what is not packed yet."""
        apart = sum(map(len, self.apart.packed.values())) + sum(map(len, self.packed_steps.values()))
        return sum(len(packed) for _, _, packed in self.chunks) + apart

    def note_written(self) -> None:
        """All that was packed is in the database."""
        self.begun, self.query = True, None
        self.was_taken_over &= not self.packed_steps
        self.chunks.clear()
        self.packed_steps.clear()
        self.apart.packed.clear()


def pack(draft: RunDraft, events: Sequence[Event], steps: Sequence[tuple[str, object]] = ()) -> None:
    """Pack the first events and steps of the draft; needs no database."""
    if events:
        draft.chunks.append((events[0].seq, events[-1].seq, pack_events(events, draft.apart)))
    draft.packed_steps |= {name: pack_step(step, draft.apart) for name, step in steps}


def write(connection: Connection, drafts: Sequence[RunDraft], *, ending: Collection[str] = ()) -> list[RunDraft]:
    """Write what is packed, and of the runs whose ids are `ending` all that is kept of one that has ended.

    One statement a table, however many runs. Gives those of which it wrote nothing: they were deleted, or another
    process goes on with them.
    """
    numbers = _numbers(connection, drafts)
    own = {number: draft for draft in drafts if (number := numbers.get(draft.record.id)) is not None}
    ended = {number: draft for number, draft in own.items() if draft.record.id in ending}
    living = {number: draft for number, draft in own.items() if number not in ended}
    reports = {number: pack_report(draft.record.report(), draft.apart) for number, draft in ended.items()}
    _write_results(connection, own)
    events = [
        {"run": number, "first": first, "last": last, "packed": packed}
        for number, draft in own.items()
        for first, last, packed in draft.chunks
    ]
    if events:
        connection.execute(_ignoring(connection.dialect.name, tables.events), events)
    steps = [
        {"run": number, "name": name, "packed": packed}
        for number, draft in living.items()
        for name, packed in draft.packed_steps.items()
    ]
    if steps:
        connection.execute(_replacing_steps(connection.dialect.name), steps)
    _write_status(connection, living)
    for number, draft in ended.items():
        _end(connection, number, draft, reports[number])
    return [draft for draft in drafts if draft.record.id not in numbers]


def _numbers(connection: Connection, drafts: Sequence[RunDraft]) -> dict[str, int]:
    """The rows of the runs that are this process's, by their ids; nobody takes one over until the transaction ends."""
    numbers: dict[str, int] = {}
    begun: list[RunDraft] = []
    for draft in drafts:
        if not draft.begun:
            draft.number = _begin(connection, draft)
        elif draft.number is None or connection.dialect.name != "sqlite":  # SQLite's file has one process
            begun.append(draft)
            continue
        if draft.number is not None:
            numbers[draft.record.id] = draft.number
    if begun:
        c = tables.runs.c
        ids, owners = [storable(draft.record.id) for draft in begun], {draft.owner for draft in begun}
        chosen = select(c.id, c.number).where(c.id.in_(ids), c.owner.in_(owners)).order_by(c.number).with_for_update()
        found = {row.id: row.number for row in connection.execute(chosen)}
        for draft in begun:
            draft.number = found.get(storable(draft.record.id))
            if draft.number is not None:
                numbers[draft.record.id] = draft.number
    return numbers


def _write_status(connection: Connection, living: Mapping[int, RunDraft]) -> None:
    changed: list[dict[str, int | str]] = []
    for number, draft in living.items():
        if draft.row_status != (status := draft.record.status):
            draft.row_status = status
            changed.append({"of": number, "now": status})
    if changed:
        connection.execute(_STATUS, changed)
    # What goes on well is not what its processes die of.
    if well := [number for number, draft in living.items() if draft.was_taken_over and draft.packed_steps]:
        connection.execute(update(tables.runs).where(tables.runs.c.number.in_(well)).values(taken_over=0))


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
    opened = connection.execute(_ignoring(connection.dialect.name, tables.threads), {**thread, **newest})
    draft.opens_thread = opened.rowcount == 1
    if not draft.opens_thread:
        connection.execute(update(tables.threads).where(tables.threads.c.id == record.thread_id).values(newest))
    status = record.status
    row = {
        "id": record.id,
        "thread_id": record.thread_id,
        "position": draft.position,
        "query": query,
        "folded": words.folded(query),
        "status": status,
        "created_at": record.created_at,
        "owner": draft.owner,
        "attended": draft.attended,
        "batch": draft.query is not None and draft.query.batch,
        "asked_by": draft.asked_by,
        "taken_over": 0,
        "last_seq": 0,
        "bytes": 0,
    }
    number = connection.execute(
        _ignoring(connection.dialect.name, tables.runs).returning(tables.runs.c.number), row
    ).scalar()
    if number is None:  # it was written, and that was not told: its connection broke
        c = tables.runs.c
        own = c.id == storable(record.id), c.owner == draft.owner, c.ended_at.is_(None), c.deleted_at.is_(None)
        number = connection.execute(select(c.number).where(*own).with_for_update()).scalar()
    else:
        draft.row_status = status
    if number is not None and draft.query is not None:
        query_row = {"run": number, "packed": pack_query(draft.query)}
        connection.execute(_ignoring(connection.dialect.name, tables.queries), query_row)
    return number


def _write_results(connection: Connection, drafts: Mapping[int, RunDraft]) -> None:
    packed = {key: value for draft in drafts.values() for key, value in draft.apart.packed.items()}
    if packed:
        # In one order everywhere: of two that write the same, none waits for the other in turn.
        rows = [{"hash": key, "packed": packed[key]} for key in sorted(packed)]
        connection.execute(_ignoring(connection.dialect.name, tables.results), rows)
        uses = [{"run": number, "hash": key} for number, draft in drafts.items() for key in draft.apart.packed]
        connection.execute(_ignoring(connection.dialect.name, tables.result_uses), uses)


def _end(connection: Connection, number: int, draft: RunDraft, report: bytes) -> None:
    record, summary = draft.record, draft.record.summary()
    turn = pack_turn(record.turn())
    body = {"run": number, "report": report, "turn": turn}
    connection.execute(_ignoring(connection.dialect.name, tables.bodies), body)
    c = tables.events.c
    size = func.coalesce(func.sum(func.length(c.packed)), 0) + len(report) + len(turn)
    connection.execute(
        update(tables.runs)
        .where(tables.runs.c.number == number)
        .values(
            status=summary.status,
            model=summary.model and storable(summary.model),
            duration=summary.duration,
            created_at=summary.created_at,
            ended_at=draft.ended_at,
            last_seq=select(func.coalesce(func.max(c.last), 0)).where(c.run == number).scalar_subquery(),
            bytes=select(size).where(c.run == number).scalar_subquery(),
        )
    )
    for of_living in (tables.steps, tables.messages):
        connection.execute(delete(of_living).where(of_living.c.run == number))
    words.add(connection, number, record.query, record.turn().answer)


@cache
def _ignoring(dialect: str, table: tables.Table):  # noqa: ANN202 - SQLAlchemy's two classes have no common name
    """An INSERT that leaves rows as they are that are there already: what is written again after a failure."""
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _replacing_steps(dialect: str):  # noqa: ANN202 - as above
    insert = _insert(dialect, tables.steps)
    changed = {"packed": insert.excluded.packed}
    return insert.on_conflict_do_update(index_elements=["run", "name"], set_=changed)


def _insert(dialect: str, table: tables.Table):  # noqa: ANN202 - as above
    if dialect == "sqlite":
        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - 2 MB that SQLite has no use for

    return insert(table)
