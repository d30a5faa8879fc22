"""How a task's outcome is told: an outcome flows in, facts flow out."""

from typing import assert_never

from agentic_search.domain.outcome import Completed, Failed, Outcome, Skipped
from agentic_search.domain.plan import Task
from agentic_search.events import facts
from agentic_search.events.facts import Tell


def tell_outcome(tell: Tell, task: Task, outcome: Outcome) -> None:
    """Tell that the task has ended, and what it found."""
    match outcome:
        case Completed():
            _tell_completed(tell, task, outcome)
        case Failed(duration=duration, attempts=attempts, error=error):
            tell(facts.TaskFailed(id=task.id, tool=task.tool, duration=duration, attempts=attempts, error=error))
        case Skipped(because=because):
            tell(facts.TaskSkipped(id=task.id, tool=task.tool, because=because))
        case _:
            assert_never(outcome)


def _tell_completed(tell: Tell, task: Task, outcome: Completed) -> None:
    tell(
        facts.TaskCompleted(
            id=task.id,
            tool=task.tool,
            purpose=task.purpose,
            duration=outcome.duration,
            attempts=outcome.attempts,
            cached=outcome.result.cached,
            result=outcome.result.value,
        )
    )
    if outcome.result.passages:
        tell(facts.SourcesFound(task_id=task.id, sources=outcome.result.passages))
