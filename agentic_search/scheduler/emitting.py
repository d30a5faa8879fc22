"""Emits what happens to tasks: starts, progress, retries, outcomes and lowered rates, as events."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import assert_never

from agentic_search.domain.outcome import Completed, Failed, OnProgress, Outcome, Skipped
from agentic_search.domain.plan import Task
from agentic_search.events import facts
from agentic_search.events.facts import Emit
from agentic_search.scheduler.admission.admission import LearntRate
from agentic_search.scheduler.commands import ElementEnded, RetryCall, StartCall
from agentic_search.scheduler.progress import TOLD, CallProgress, ProgressLimits


def emit_started(emit: Emit, start: StartCall, server: str) -> None:
    """Emit that an attempt at a task begins; a task over a list begins once."""
    task = start.task
    emit(
        facts.TaskStarted(
            id=task.id,
            tool=task.tool,
            server=server,
            purpose=task.purpose,
            attempt=start.attempt,
            arguments=start.arguments if start.elements is None else task.arguments,
        )
    )


def _emit_nothing_of(progress: float, total: float | None, text: str) -> None:
    """For a call that is one of many."""


@contextmanager
def progress_of(emit: Emit, start: StartCall, limits: ProgressLimits = TOLD) -> Generator[OnProgress]:
    """What a call reports its progress to in this block.

    Of a task over a list the ended elements are emitted instead.
    """
    if start.elements is not None:
        yield _emit_nothing_of
        return
    with closing(CallProgress(emit, start.task, limits)) as progress:
        yield progress


def emit_elements(emit: Emit, ended: ElementEnded) -> None:
    """Emit how far a task over a list is."""
    task = ended.task
    emit(facts.TaskProgress(id=task.id, tool=task.tool, progress=ended.done, total=ended.elements))


def emit_retry(emit: Emit, retry: RetryCall) -> None:
    """Emit that there will be another attempt, and when."""
    task, attempt = retry.start.task, retry.start.attempt
    emit(facts.TaskRetrying(id=task.id, tool=task.tool, attempt=attempt, wait=round(retry.wait, 3), error=retry.error))


def emit_outcome(emit: Emit, task: Task, outcome: Outcome, *, kept_of: str | None = None) -> None:
    """Emit that the task has ended, and what it found; `kept_of`: the server that told an earlier run."""
    match outcome:
        case Completed():
            _emit_completed(emit, task, outcome, kept_of)
        case Failed():
            emit(
                facts.TaskFailed(
                    id=task.id,
                    tool=task.tool,
                    duration=outcome.duration,
                    attempts=outcome.attempts,
                    error=outcome.error,
                    code=outcome.code,
                )
            )
        case Skipped(because=because, waited=waited, intended=intended):
            skipped = facts.TaskSkipped(id=task.id, tool=task.tool, because=because, waited=waited, intended=intended)
            emit(skipped)
        case _:
            assert_never(outcome)


def emit_slowed(emit: Emit, learnt: LearntRate) -> None:
    """Emit that a server asked for fewer calls, and what is done about it."""
    rate = learnt.rate
    emit(
        facts.ServerSlowed(
            server=learnt.server,
            tool=learnt.tool,
            calls=rate.calls,
            seconds=rate.seconds,
            wait=round(learnt.wait, 3),
        )
    )


def _emit_completed(emit: Emit, task: Task, outcome: Completed, kept_of: str | None) -> None:
    emit(
        facts.TaskCompleted(
            id=task.id,
            tool=task.tool,
            purpose=task.purpose,
            duration=outcome.duration,
            attempts=outcome.attempts,
            cached=outcome.result.cached,
            result=outcome.result.value,
            content=outcome.result.blocks,
            note=outcome.result.note,
            failed_calls=outcome.failed_calls,
            remarks=outcome.result.remarks,
            size=outcome.result.size,
            searched=outcome.result.searched,
            read_as=outcome.result.read_as,
            kept=kept_of is not None,
            server=kept_of or "",
        )
    )
    if outcome.result.passages:
        emit(facts.SourcesFound(task_id=task.id, sources=outcome.result.passages))
