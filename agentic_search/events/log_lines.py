"""Logs one line for each run and each task that ends, from its events: what it was, how long it took, how it ended.

Nothing of a question or a result is logged; of an error its beginning. The fields are those of the JSON form.
"""

import logging

from agentic_search.domain.run import TaskRecord
from agentic_search.events import facts
from agentic_search.events.event import Event
from agentic_search.events.record import RunRecord
from agentic_search.text.counting import count
from agentic_search.text.sentences import shortened

LONGEST_REASON = 300
"""Characters."""

logger = logging.getLogger(__name__)


def log_end(event: Event, record: RunRecord) -> None:
    """Log what the event ends, if anything; `record` has taken it in."""
    if not logger.isEnabledFor(logging.INFO):
        return
    match event.fact:
        case facts.TaskCompleted() | facts.TaskFailed() | facts.TaskSkipped():
            if task := record.task(event.fact.id):
                _log_task(event.run_id, task)
        case facts.RunCompleted() | facts.RunFailed() | facts.RunCancelled():
            _log_run(event, event.fact, record)
        case _:
            pass


def _log_task(run_id: str, task: TaskRecord) -> None:
    tool = f"{task.server}.{task.tool}" if task.server else task.tool
    fields = {
        "run_id": run_id,
        "task_id": task.id,
        "tool": task.tool,
        "server": task.server,
        "ms": _milliseconds(task.duration),
        "status": task.status,
        "attempts": task.attempts,
        "cached": task.cached,
    }
    taken = f" in {fields['ms']} ms" if task.duration is not None else ""
    more = " from the cache" if task.cached else f", {task.attempts} attempts" if task.attempts > 1 else ""
    logger.info(
        "task %s of run %s: %s %s%s%s%s",
        task.id,
        run_id,
        tool,
        task.status,
        taken,
        more,
        _because(task.error),
        extra=fields,
    )


def _log_run(event: Event, fact: facts.Terminal, record: RunRecord) -> None:
    report = record.report()
    by_status = {
        status: number
        for status in ("completed", "failed", "skipped", "cancelled")
        if (number := sum(task.status == status for task in report.tasks))
    }
    told = ", ".join(f"{number} {status}" for status, number in by_status.items())
    fields = {
        "run_id": event.run_id,
        "ms": _milliseconds(event.at),
        "status": fact.status,
        "tasks": len(report.tasks),
        **{f"tasks_{status}": number for status, number in by_status.items()},
    }
    logger.info(
        "run %s %s in %s ms: %s%s%s",
        event.run_id,
        fact.status,
        fields["ms"],
        count(len(report.tasks), "task"),
        f" ({told})" if told else "",
        _because(report.error),
        extra=fields,
    )


def _because(error: str | None) -> str:
    return f": {shortened(error, LONGEST_REASON)}" if error else ""


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
