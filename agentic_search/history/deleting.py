"""Deletes runs and conversations: at once for everybody, for good only later, so that it can be undone.

Blocking; each function works in the transaction that it is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, func, select, update

from agentic_search.database.tables import result_uses, results, runs, storable, threads
from agentic_search.errors import NotFound, WrongState
from agentic_search.history import words
from agentic_search.history.stored_runs import StoredRun, found, stored

UNDO_SECONDS = 600.0
"""How long what was deleted can be had back."""
_AT_ONCE = 200
"""Runs that go for good in one transaction: others write between them."""


@dataclass(frozen=True, slots=True)
class KeptBounds:
    """What may be kept; 0 for any number of days."""

    days: float
    runs: int
    bytes: int


def delete_run(connection: Connection, run_id: str, now: float) -> None:
    """Delete a run, and with its last one the conversation. Raises NotFound, or WrongState where it has not ended."""
    if found(connection, run_id).ended_at is None:
        raise _has_not_ended(run_id)
    own = runs.c.id == storable(run_id)
    connection.execute(update(runs).where(own).values(deleted_at=now))
    its_thread = threads.c.id == select(runs.c.thread_id).where(own).scalar_subquery()
    others = exists().where(runs.c.thread_id == threads.c.id, runs.c.deleted_at.is_(None))
    connection.execute(update(threads).where(its_thread, ~others).values(deleted_at=now))


def restore_run(connection: Connection, run_id: str) -> str:
    """Bring a run back, and its conversation, whose id is given. Raises NotFound where it is gone for good."""
    run = connection.execute(select(runs.c.thread_id).where(runs.c.id == storable(run_id))).one_or_none()
    if run is None:
        raise NotFound(f"There is no run {run_id!r}: it is gone for good, or never was.")
    connection.execute(update(runs).where(runs.c.id == storable(run_id)).values(deleted_at=None))
    connection.execute(update(threads).where(threads.c.id == run.thread_id).values(deleted_at=None))
    return run.thread_id


def delete_thread(connection: Connection, thread_id: str, now: float) -> list[str]:
    """Delete a conversation with its runs; gives their ids. Raises NotFound, or WrongState where one has not ended."""
    thread_id = storable(thread_id)
    kept = threads.c.id == thread_id, threads.c.deleted_at.is_(None)
    if connection.execute(update(threads).where(*kept).values(deleted_at=now)).rowcount == 0:
        raise NotFound(f"There is no conversation {thread_id!r}: it was deleted, or never was.")
    of_thread = runs.c.thread_id == thread_id, runs.c.deleted_at.is_(None)
    if living := connection.execute(select(runs.c.id).where(*of_thread, runs.c.ended_at.is_(None))).scalars().first():
        raise _has_not_ended(living)
    ids = list(connection.execute(select(runs.c.id).where(*of_thread)).scalars())
    connection.execute(update(runs).where(*of_thread).values(deleted_at=now))
    return ids


def restore_thread(connection: Connection, thread_id: str) -> None:
    """Bring a conversation back, with the runs that were deleted with it. Raises NotFound where it is gone for good."""
    thread_id = storable(thread_id)
    row = connection.execute(select(threads.c.deleted_at).where(threads.c.id == thread_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no conversation {thread_id!r}: it is gone for good, or never was.")
    if row.deleted_at is not None:
        together = runs.c.thread_id == thread_id, runs.c.deleted_at == row.deleted_at
        connection.execute(update(runs).where(*together).values(deleted_at=None))
        connection.execute(update(threads).where(threads.c.id == thread_id).values(deleted_at=None))


def rename_thread(connection: Connection, thread_id: str, title: str) -> None:
    """Call a conversation otherwise. Raises NotFound."""
    title = " ".join(storable(title).split())
    kept = threads.c.id == storable(thread_id), threads.c.deleted_at.is_(None)
    renamed = update(threads).where(*kept).values(title=title, folded=words.folded(title))
    if connection.execute(renamed).rowcount == 0:
        raise NotFound(f"There is no conversation {thread_id!r}: it was deleted, or never was.")


def kept(connection: Connection) -> tuple[int, int]:
    """How many runs are kept that have ended, and the bytes that they take, with the results that they share."""
    count, taken = connection.execute(
        select(func.count(), func.coalesce(func.sum(runs.c.bytes), 0)).where(runs.c.ended_at.is_not(None))
    ).one()
    shared = connection.execute(select(func.coalesce(func.sum(func.length(results.c.packed)), 0))).scalar_one()
    return count, int(taken) + int(shared)


def outdated(connection: Connection, bounds: KeptBounds, now: float) -> tuple[str, Sequence[StoredRun]]:
    """Some runs that must go for good, and why; none where all is within bounds."""
    if gone := stored(connection, runs.c.deleted_at < now - UNDO_SECONDS, most=_AT_ONCE):
        return "user", gone
    ended = runs.c.ended_at.is_not(None)
    if bounds.days and (old := stored(connection, runs.c.ended_at < now - bounds.days * 86_400, most=_AT_ONCE)):
        return "age", old
    count, taken = kept(connection)
    if count > bounds.runs:
        return "count", stored(connection, ended, most=min(_AT_ONCE, count - bounds.runs))
    if taken > bounds.bytes and count > 1:
        # In small steps: what a run takes beside its rows is not known before it is gone.
        return "bytes", stored(connection, ended, most=max(1, min(_AT_ONCE, count // 20)))
    return "", ()


def purge(connection: Connection, numbers: list[int]) -> None:
    """Have runs go for good, with the results that no other run has and the conversations that are empty then."""
    c = result_uses.c
    used = list(connection.execute(select(c.hash).where(c.run.in_(numbers)).distinct()).scalars())
    of = list(connection.execute(select(runs.c.thread_id).where(runs.c.number.in_(numbers)).distinct()).scalars())
    words.remove(connection, numbers)
    connection.execute(delete(runs).where(runs.c.number.in_(numbers)))  # what is of them alone goes with them
    if used:
        unused = ~exists().where(c.hash == results.c.hash)
        connection.execute(delete(results).where(results.c.hash.in_(used), unused))
    empty = ~exists().where(runs.c.thread_id == threads.c.id)
    connection.execute(delete(threads).where(threads.c.id.in_(of), empty))
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA incremental_vacuum")
        cursor.fetchall()  # each step frees one page, and gives no row
        cursor.close()


def _has_not_ended(run_id: str) -> WrongState:
    return WrongState(f"Run {run_id!r} has not ended. Stop it first: POST /runs/{run_id}/cancel.")
