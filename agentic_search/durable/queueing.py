"""Puts runs into the database for whichever process has room for them. Blocking."""

from collections.abc import Sequence
from math import ceil

from sqlalchemy import Connection, func, select

from agentic_search.database import notices, tables
from agentic_search.errors import Overloaded
from agentic_search.events.event import Event
from agentic_search.events.facts import RunQueued
from agentic_search.history.owner import NOBODY
from agentic_search.history.writing import RunDraft, pack, write

_LATEST = 20
"""Runs that say how long one usually takes."""
_LONGEST_WAIT = 600
"""Seconds; who is turned away asks again after no more."""


def queue(connection: Connection, draft: RunDraft, steps: Sequence[tuple[str, object]], *, most: int) -> None:
    """Have the run of `draft`, which has no owner, wait for a process. Raises Overloaded where `most` wait already."""
    c = tables.runs.c
    unended = c.ended_at.is_(None), c.deleted_at.is_(None)
    waiting = select(func.count()).where(*unended, c.owner == NOBODY)
    before = connection.execute(waiting).scalar_one()
    if before >= most:
        running = connection.execute(select(func.count()).where(*unended, c.owner != NOBODY)).scalar_one()
        latest = select(c.duration).where(c.duration.is_not(None)).order_by(c.ended_at.desc()).limit(_LATEST)
        usual = connection.execute(select(func.avg(latest.subquery().c.duration))).scalar() or 0.0
        told = f"{running} searches run and {before} wait: try again in a moment."
        seconds = ceil(before * usual / max(running, 1))
        raise Overloaded(told, retry_after=min(_LONGEST_WAIT, max(seconds, 1)))
    queued = Event(1, draft.record.id, 0.0, RunQueued(before=before))
    draft.record.apply(queued)
    pack(draft, [queued], steps)
    write(connection, [draft])
    notices.tell(connection, [notices.QUEUE])
