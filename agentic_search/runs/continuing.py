"""Questions that go on from an earlier run: what failed once more, one task with other arguments, another answer."""

from collections.abc import Collection, Iterable
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, model_validator

from agentic_search.domain.data import Frozen, JsonObject
from agentic_search.domain.outcome import Completed, Outcome, Skipped, ToolResult
from agentic_search.domain.plan import TASK_ID, Plan, Task
from agentic_search.domain.query import AnswerLength, ContinuedQuery, Instructions, ModelName, Query, Seconds, ToolGlobs
from agentic_search.errors import NotFound, WrongState
from agentic_search.planning.draft.links import links
from agentic_search.runs.ledger import Ledger
from agentic_search.text.counting import count

_MOST_NAMED = 20
_SETTINGS = ("query", "instructions", "tools", "model", "deadline", "batch")
"""What of a request holds for a run that goes on from it. `approve` does not: each write needs its own leave."""
_CHANGED = ("model", "deadline", "instructions")


class Continuation(Frozen):
    """How a run that goes on from another differs from it; what is left out is as it was."""

    model: ModelName | None = None
    """The writer's model for this run, or `offline` for none; null takes that of the run before."""
    deadline: Seconds | None = None
    """Seconds from the start of the new run; null takes that of the run before."""
    instructions: Instructions | None = None
    """What is wanted of the answer's form; null takes what was wanted of the run before."""


class Retry(Continuation):
    """The body of POST /runs/{id}/retry."""

    task_id: Annotated[str, Field(pattern=TASK_ID)] | None = None
    """Run this task again, and what depends on it; null runs all that did not complete."""
    arguments: JsonObject | None = None
    """Give that task these arguments, in place of all that it had."""
    approve: ToolGlobs = ()
    """Globs over tool names that may run without asking, though they do not only read."""

    @model_validator(mode="after")
    def _arguments_of_a_task(self) -> Self:
        if self.arguments is not None and self.task_id is None:
            raise ValueError("'arguments' are of one task: name it by 'task_id'")
        return self


class Synthesis(Continuation):
    """The body of POST /runs/{id}/synthesize."""

    length: AnswerLength = "normal"
    """How long the answer is to be, where a model writes it: two, six or fifteen sentences at most."""


class PlanStart(Continuation):
    """The body of POST /runs/{id}/start."""

    plan: Plan | None = None
    """Run this plan in place of the run's own."""
    approve: ToolGlobs = ()
    """Globs over tool names that may run without asking, though they do not only read."""


def retried(run_id: str, asked: Query, ledger: Ledger, retry: Retry) -> ContinuedQuery:
    """The run again: what failed, or one task; raises NotFound or WrongState."""
    plan, outcomes = ledger.need_plan(run_id), ledger.outcomes
    done: dict[str, dict[int, ToolResult]] = {}
    if retry.task_id is None:
        again = {task.id for task in plan.tasks if not _is_done(outcomes.get(task.id))}
        if not again:
            raise WrongState(
                f"Nothing failed in run {run_id!r}: there is nothing to try again. Name one task by 'task_id', or have"
                f" another answer written: POST /runs/{run_id}/synthesize."
            )
        done = {task.id: calls for task in plan.tasks if (calls := _done_calls(task, outcomes))}
    else:
        plan = _edited(run_id, plan, retry.task_id, retry.arguments)
        again = {retry.task_id} | _unfinished_before(retry.task_id, plan, outcomes)
        again |= {task.id for task in plan.tasks if task.id not in outcomes}
    again = _with_dependents(again, plan)
    kept = {task_id: outcome for task_id, outcome in outcomes.items() if task_id not in again}
    return _continued(run_id, asked, ledger, retry, plan=plan, kept=kept, done=done, approve=retry.approve)


def synthesized(run_id: str, asked: Query, ledger: Ledger, synthesis: Synthesis) -> ContinuedQuery:
    """Another answer from the same outcomes; raises WrongState where no task completed."""
    plan, outcomes = ledger.need_plan(run_id), ledger.outcomes
    if not any(isinstance(outcome, Completed) for outcome in outcomes.values()):
        raise WrongState(
            f"No task of run {run_id!r} completed, so there is nothing to answer from: POST /runs/{run_id}/retry."
        )
    # What was cut off has no outcome: of the plan only the rest is kept.
    plan = Plan.model_construct(tasks=tuple(task for task in plan.tasks if task.id in outcomes))
    return _continued(run_id, asked, ledger, synthesis, plan=plan, kept=outcomes, length=synthesis.length)


def planned_first(run_id: str, asked: Query, ledger: Ledger, start: PlanStart) -> ContinuedQuery:
    """The run of a plan that was only made, as it is or edited; raises WrongState where its tasks have run."""
    plan = ledger.need_plan(run_id)
    if not asked.plan_only:
        raise WrongState(f"Run {run_id!r} has run its plan already. To run it again: POST /runs/{run_id}/retry.")
    return _continued(run_id, asked, ledger, start, plan=start.plan or plan, kept={}, approve=start.approve)


def _continued(
    run_id: str, asked: Query, ledger: Ledger, changes: Continuation, *, kept: dict[str, Outcome], **more: object
) -> ContinuedQuery:
    fields: dict[str, Any] = {name: getattr(asked, name) for name in _SETTINGS}
    fields |= {name: value for name in _CHANGED if (value := getattr(changes, name)) is not None}
    # Not checked again: each part was, and a plan of several rounds may have more tasks than one may.
    return ContinuedQuery.model_construct(
        None,
        **fields | more,
        of=run_id,
        understood=ledger.understood or asked.query,
        filled_inputs=ledger.inputs,
        kept=kept,
        servers={task_id: ledger.servers.get(task_id, "") for task_id in kept},
    )


def _is_done(outcome: Outcome | None) -> bool:
    match outcome:
        case Completed(failed_calls=failed):
            return not failed
        case Skipped(intended=intended):
            return intended
        case _:
            return False


def _done_calls(task: Task, outcomes: dict[str, Outcome]) -> dict[int, ToolResult]:
    """What the calls of a task over a list gave, where others of them failed and its list is the same again."""
    ended = outcomes.get(task.id)
    if not isinstance(ended, Completed) or not ended.failed_calls:
        return {}
    values = ended.result.value
    if not isinstance(values, list) or not all(_is_done(outcomes.get(name)) for name in task.depends_on):
        return {}
    given = {index: value for index, value in enumerate(values) if not _is_error(value, ended.failed_calls)}
    shared = ended.result.model_copy(update={"value": None})
    empty = ToolResult(value=None, text="")
    # Which call a passage is of is not known: all come with the first.
    return {
        index: (empty if position else shared).model_copy(update={"value": value})
        for position, (index, value) in enumerate(given.items())
    }


def _is_error(value: JsonValue, failed_calls: Collection[str]) -> bool:
    """Whether it stands for a call that failed, as the task's list of results has it."""
    return isinstance(value, dict) and value.keys() == {"error"} and value["error"] in failed_calls


def _edited(run_id: str, plan: Plan, task_id: str, arguments: JsonObject | None) -> Plan:
    """The plan with other arguments for one task, which no longer waits for what only the old ones read."""
    if all(task.id != task_id for task in plan.tasks):
        ids = ", ".join(task.id for task in plan.tasks[:_MOST_NAMED])
        more = len(plan.tasks) - _MOST_NAMED
        raise NotFound(
            f"Run {run_id!r} has no task {task_id!r}; its {count(len(plan.tasks), 'task')}: {ids}"
            f"{f' and {more} more' if more > 0 else ''}."
        )
    if arguments is None:
        return plan
    tasks = (_with_arguments(task, arguments) if task.id == task_id else task for task in plan.tasks)
    return Plan.model_construct(tasks=tuple(tasks))


def _with_arguments(task: Task, arguments: JsonObject) -> Task:
    read = set(links(task).reads)
    edited = task.model_copy(update={"arguments": arguments})
    waits = dict.fromkeys([*(name for name in task.depends_on if name not in read), *links(edited).reads])
    return edited.model_copy(update={"depends_on": tuple(waits)})


def _unfinished_before(task_id: str, plan: Plan, outcomes: dict[str, Outcome]) -> set[str]:
    """What the task waits for, directly or not, and did not complete: without it the task would only be skipped."""
    waits = {task.id: task.depends_on for task in plan.tasks}
    found: set[str] = set()
    open_ = [*waits[task_id]]
    while open_:
        name = open_.pop()
        if name in waits and name not in found and not isinstance(outcomes.get(name), Completed):
            found.add(name)
            open_ += waits[name]
    return found


def _with_dependents(again: Collection[str], plan: Plan) -> set[str]:
    found, dependents = set(again), _dependents(plan.tasks)
    open_ = [*again]
    while open_:
        fresh = dependents.get(open_.pop(), set()) - found
        found |= fresh
        open_ += fresh
    return found


def _dependents(tasks: Iterable[Task]) -> dict[str, set[str]]:
    dependents: dict[str, set[str]] = {}
    for task in tasks:
        for name in task.depends_on:
            dependents.setdefault(name, set()).add(task.id)
    return dependents
