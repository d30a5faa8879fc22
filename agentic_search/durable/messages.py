"""What is asked of runs that other processes carry out: written into the database, where they find it. Blocking.

A message stays until its run ends, so that it is not lost with a process that dies before it has done what is asked.
"""

from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection, insert, select

from agentic_search.database import notices, tables
from agentic_search.domain.approval.decision import Decision, WaitingCall
from agentic_search.domain.data import Frozen
from agentic_search.durable.taking_over import end_run
from agentic_search.events.facts import RunCancelled
from agentic_search.history.owner import NOBODY
from agentic_search.history.stored_runs import found


class RunMessage(Frozen):
    """To stop a run, or what somebody says of one of its tasks."""

    cancelled_by: str | None = None
    task_id: str = ""
    waits_with: WaitingCall | None = None
    """What the task waited with when somebody decided: it is said of nothing else."""
    decision: Decision | None = None


class StoredMessage(NamedTuple):
    """A message, and its run."""

    number: int
    run_id: str
    message: RunMessage


def send(connection: Connection, run_id: str, message: RunMessage, now: float) -> None:
    """Have the process that carries the run out find the message; nothing happens where the run has ended.

    A run that waits for a process is stopped at once. Raises NotFound.
    """
    number = found(connection, run_id).number
    c = tables.runs.c
    run = connection.execute(select(c.owner, c.ended_at).where(c.number == number).with_for_update()).one()
    if run.ended_at is not None:
        return
    if run.owner == NOBODY and (by := message.cancelled_by) is not None:
        end_run(connection, run_id, NOBODY, now, lambda timings: RunCancelled(by=by, timings=timings))
        return
    body = message.model_dump_json(exclude_defaults=True)
    connection.execute(insert(tables.messages), {"run": number, "body": body})
    notices.tell(connection, [notices.MESSAGES])


def messages_to(connection: Connection, owner: str) -> list[StoredMessage]:
    """All to the runs of `owner` that have not ended, oldest first."""
    c, runs = tables.messages.c, tables.runs.c
    joined = select(c.number, runs.id, c.body).join(tables.runs, runs.number == c.run)
    chosen = joined.where(runs.owner == owner, runs.ended_at.is_(None)).order_by(c.number)
    messages: list[StoredMessage] = []
    for number, run_id, body in connection.execute(chosen):
        try:
            messages.append(StoredMessage(number, run_id, RunMessage.model_validate_json(body)))
        except ValidationError:  # another version of the service has written it
            continue
    return messages
