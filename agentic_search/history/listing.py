"""Pages of runs and of conversations, newest first. Blocking; each function works on a connection that it is given."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Connection, Dialect, Select, Table, and_, func, or_, select

from agentic_search.database.tables import runs, storable, threads
from agentic_search.domain.history import RunFilter, RunPage, ThreadPage, ThreadSummary
from agentic_search.domain.run import RunSummary
from agentic_search.errors import RequestError
from agentic_search.history import words
from agentic_search.history.stored_runs import no_run, no_thread
from agentic_search.history.writing import RunDraft
from agentic_search.text.lexicon import stems

_Columns = TypeVarTuple("_Columns")
_THREAD = [*ThreadSummary.model_fields]
_SUMMARY = [runs.c[name] for name in RunSummary.model_fields]


def list_runs(
    connection: Connection, chosen: RunFilter, drafts: Iterable[RunDraft], owner: str, *, limit: int, cursor: str | None
) -> RunPage:
    """`limit` runs after the cursor; `drafts` are those of this process, `owner`, whose rows do not have all yet.

    Raises RequestError for a cursor that is none.
    """
    after = _place(cursor) if cursor is not None else None
    found = {
        (draft.position, draft.record.id): draft.record.summary()
        for draft in drafts
        if (after is None or (draft.position, draft.record.id) < after) and _admits(chosen, draft)
    }
    query: Select[*tuple[Any, ...]] = select(runs.c.position, *_SUMMARY).where(
        runs.c.deleted_at.is_(None), or_(runs.c.ended_at.is_not(None), runs.c.owner != owner)
    )
    if chosen.thread_id is not None:
        query = query.where(runs.c.thread_id == storable(chosen.thread_id))
    if chosen.asked_by is not None:
        query = query.where(runs.c.asked_by == chosen.asked_by)
    if chosen.status is not None:
        query = query.where(runs.c.status == chosen.status)
    if chosen.text is not None:
        query = query.where(words.matches(chosen.text, connection.dialect))
    for position, *values in connection.execute(_paged(query, runs, after, limit)):
        summary = RunSummary.model_validate(dict(zip(RunSummary.model_fields, values, strict=True)))
        found.setdefault((position, summary.id), summary)
    places = sorted(found, reverse=True)[: limit + 1]
    page = tuple(found[place] for place in places[:limit])
    return RunPage(page, _cursor(*places[limit - 1]) if len(places) > limit else None)


def list_threads(
    connection: Connection, wanted: str | None, asked_by: str | None = None, *, limit: int, cursor: str | None
) -> ThreadPage:
    """`limit` conversations after the cursor; `wanted`: what is looked for in their titles and their runs.

    `asked_by`: the caller whose they are; None: everybody's.

    Raises RequestError for a cursor that is none.
    """
    after = _place(cursor) if cursor is not None else None
    query = _threads().where(threads.c.deleted_at.is_(None))
    if asked_by is not None:
        query = query.where(threads.c.asked_by == asked_by)
    if wanted is not None:
        query = query.where(_about(wanted, connection.dialect))
    rows = connection.execute(_paged(query, threads, after, limit)).all()
    page = tuple(_thread(values) for _, *values in rows[:limit])
    return ThreadPage(page, _cursor(rows[limit - 1][0], page[-1].id) if len(rows) > limit else None)


def thread_of(connection: Connection, thread_id: str) -> ThreadSummary:
    """A conversation. Raises NotFound."""
    chosen = _threads().where(threads.c.id == storable(thread_id), threads.c.deleted_at.is_(None))
    for _, *values in connection.execute(chosen):
        return _thread(values)
    raise no_thread(thread_id)


def caller_of_run(connection: Connection, run_id: str) -> str | None:
    """Whose a run is, also of one that was deleted and can be had back. Raises NotFound."""
    c = runs.c
    for (asked_by,) in connection.execute(select(c.asked_by).where(c.id == storable(run_id))):
        return asked_by
    raise no_run(run_id)


def caller_of_thread(connection: Connection, thread_id: str) -> str | None:
    """Whose a conversation is, as above. Raises NotFound."""
    c = threads.c
    for (asked_by,) in connection.execute(select(c.asked_by).where(c.id == storable(thread_id))):
        return asked_by
    raise no_thread(thread_id)


def unfinished(connection: Connection, asked_by: str) -> int:
    """How many runs of a caller have not ended."""
    c = runs.c
    theirs = c.asked_by == asked_by, c.ended_at.is_(None), c.deleted_at.is_(None)
    return connection.execute(select(func.count()).select_from(runs).where(*theirs)).scalar_one()


def _threads() -> Select[*tuple[Any, ...]]:
    """Each conversation's place, and what lists show of it."""
    of_thread = and_(runs.c.thread_id == threads.c.id, runs.c.deleted_at.is_(None))
    count = select(func.count()).select_from(runs).where(of_thread).scalar_subquery()
    return select(threads.c.position, *(threads.c[name] for name in _THREAD[:-1]), count)


def _thread(values: Sequence[object]) -> ThreadSummary:
    return ThreadSummary.model_validate(dict(zip(_THREAD, values, strict=True)))


def _about(wanted: str, dialect: Dialect) -> ColumnElement[bool]:
    found = select(runs.c.thread_id).where(runs.c.deleted_at.is_(None), words.matches(wanted, dialect))
    return or_(words.contains(threads.c.folded, wanted, dialect), threads.c.id.in_(found))


def _paged(query: Select[*_Columns], table: Table, after: tuple[int, str] | None, limit: int) -> Select[*_Columns]:
    position, id_ = table.c.position, table.c.id
    if after is not None:
        query = query.where(or_(position < after[0], and_(position == after[0], id_ < after[1])))
    return query.order_by(position.desc(), id_.desc()).limit(limit + 1)


def _admits(chosen: RunFilter, draft: RunDraft) -> bool:
    """Whether a run is asked for whose answer cannot be searched yet."""
    record = draft.record
    return (
        (chosen.thread_id is None or record.thread_id == chosen.thread_id)
        and (chosen.asked_by is None or draft.asked_by == chosen.asked_by)
        and (chosen.status is None or record.status == chosen.status)
        and (chosen.text is None or _speaks_of(record.query, chosen.text))
    )


def _speaks_of(query: str, wanted: str) -> bool:
    return words.folded(wanted) in words.folded(query) or (set(stems(wanted)) or {""}) <= set(stems(query))


def _cursor(position: int, id_: str) -> str:
    return f"{position}.{id_}"


def _place(cursor: str) -> tuple[int, str]:
    position, _, id_ = cursor.partition(".")
    if not (position.isascii() and position.isdecimal() and len(position) < 19 and id_):
        raise RequestError(f"The cursor {cursor!r} names no place in the list; begin again without one.")
    return int(position), storable(id_)
