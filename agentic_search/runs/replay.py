"""Records a run as a test fixture: its plan, and every call with what came of it, so that tests call nothing."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import JsonValue

from agentic_search.domain.data import Frozen, JsonObject
from agentic_search.domain.outcome import Completed, Failed, Outcome, Passage, Skipped
from agentic_search.domain.plan import Plan
from agentic_search.domain.references import INPUTS
from agentic_search.runs.ledger import Ledger
from agentic_search.scheduler.task_calls import calls_of


class RecordedCall(Frozen):
    """One call of a tool, and what came of it."""

    task_id: str
    tool: str
    arguments: JsonObject
    """References filled in."""
    result: JsonValue = None
    passages: tuple[Passage, ...] = ()
    """What an answer may cite of it; those of a task over a list all stand with its first call."""
    error: str | None = None
    """Why it failed, where it did."""


class Recording(Frozen):
    """A run as a test fixture."""

    version: Literal[1] = 1
    run_id: str
    query: str
    """The question as it stands by itself."""
    plan: Plan
    inputs: JsonObject | None = None
    """What the plan's references to `inputs` read."""
    calls: tuple[RecordedCall, ...]
    statuses: dict[str, str]
    """How each task ended, by its id."""
    answer: str | None = None
    """As the run gave it."""


def record(run_id: str, query: str, plan: Plan, ledger: Ledger, answer: str | None) -> Recording:
    """Everything that a replay of the run needs."""
    outcomes = ledger.outcomes
    return Recording(
        run_id=run_id,
        query=ledger.understood or query,
        plan=plan,
        inputs=ledger.inputs,
        calls=tuple(_calls(plan, outcomes, ledger.inputs)),
        statuses={task_id: outcome.status for task_id, outcome in outcomes.items()},
        answer=answer,
    )


def _calls(plan: Plan, outcomes: Mapping[str, Outcome], inputs: JsonObject | None) -> Iterator[RecordedCall]:
    values: dict[str, JsonValue] = {} if inputs is None else {INPUTS: inputs}
    values |= {it.task_id: it.result.value for it in outcomes.values() if isinstance(it, Completed)}
    for task in plan.tasks:
        outcome = outcomes.get(task.id)
        if outcome is None or (isinstance(outcome, Skipped) and outcome.waited is None):
            continue
        made = calls_of(task, values, required=(), now=0)
        starts = [] if isinstance(made, Skipped | Failed) else made
        for index, start in enumerate(starts):
            arguments = getattr(start, "arguments", None)
            if arguments is not None:
                yield _recorded(task.id, task.tool, arguments, outcome, None if task.for_each is None else index)


def _recorded(task_id: str, tool: str, arguments: JsonObject, outcome: Outcome, index: int | None) -> RecordedCall:
    result: JsonValue = None
    passages: tuple[Passage, ...] = ()
    error: str | None = None
    match outcome:
        case Completed():
            value = outcome.result.value
            result = value[index] if index is not None and isinstance(value, list) else value
            passages = () if index else outcome.result.passages
            if index is not None and isinstance(result, dict) and result.get("error") in outcome.failed_calls:
                error = str(result["error"])
        case Failed(error=why) | Skipped(because=why):
            error = why
    return RecordedCall(task_id=task_id, tool=tool, arguments=arguments, result=result, passages=passages, error=error)
