"""What a run's events say of its plan and of how each task ended: all that another run needs to go on from it."""

from collections.abc import Iterable

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Completed, Failed, Outcome, Skipped, ToolResult
from agentic_search.domain.plan import Plan, Task
from agentic_search.errors import WrongState
from agentic_search.events import facts
from agentic_search.events.facts import Fact


class Ledger:
    """Folds one run's facts, in their order."""

    def __init__(self, told: Iterable[Fact]) -> None:
        self.plan: Plan | None = None
        """The last that was accepted, with the tasks of all rounds."""
        self.inputs: JsonObject | None = None
        """What its references to `inputs` read."""
        self.understood: str | None = None
        """The question as it stands by itself, where it is a follow-up."""
        self.html = ""
        """The answer as safe HTML."""
        self.servers: dict[str, str] = {}
        self._drafted: dict[str, Task] = {}
        self._ended: dict[str, Outcome] = {}
        for fact in told:
            self._fold(fact)

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """How each task of the plan ended, in the plan's order; one that did not end is not there."""
        tasks = self.plan.tasks if self.plan else ()
        return {task.id: self._ended[task.id] for task in tasks if task.id in self._ended}

    def need_plan(self, run_id: str) -> Plan:
        """The plan; raises WrongState where there is none."""
        if self.plan is None:
            raise WrongState(f"Run {run_id!r} ended before it had a plan: ask its question again by POST /search.")
        return self.plan

    def _fold(self, fact: Fact) -> None:
        match fact:
            case facts.QuestionUnderstood():
                self.understood = fact.text
            case facts.PlanTask(task=task):
                self._drafted[task.id] = task
            case facts.PlanFallback():
                self._keep_only(self.plan.tasks if self.plan else ())
            case facts.PlanReady():
                self.plan, self.inputs = fact.plan, fact.inputs
                self._keep_only(fact.plan.tasks)
            case facts.AnswerCompleted():
                self.html = fact.html
            case _:
                self._fold_task(fact)

    def _keep_only(self, tasks: tuple[Task, ...]) -> None:
        """Of a draft that is not used, or was changed, no task has ended, though its id is used again."""
        accepted = {task.id: task for task in tasks}
        for task_id in [*self._ended]:
            if self._drafted.get(task_id) != accepted.get(task_id):
                del self._ended[task_id]
        self._drafted = dict(accepted)

    def _fold_task(self, fact: Fact) -> None:
        match fact:
            case facts.TaskStarted():
                self._ended.pop(fact.id, None)
                self.servers[fact.id] = fact.server
            case facts.TaskCompleted():
                self._ended[fact.id] = _completed(fact)
                self.servers[fact.id] = fact.server or self.servers.get(fact.id, "")
            case facts.TaskFailed():
                self._ended[fact.id] = Failed(
                    task_id=fact.id, error=fact.error, started_at=0, duration=fact.duration, attempts=fact.attempts
                )
            case facts.TaskSkipped():
                self._ended[fact.id] = Skipped(
                    task_id=fact.id, because=fact.because, waited=fact.waited, intended=fact.intended
                )
            case facts.SourcesFound(task_id=task_id, sources=sources):
                if isinstance(ended := self._ended.get(task_id), Completed):
                    result = ended.result.model_copy(update={"passages": sources})
                    self._ended[task_id] = ended.model_copy(update={"result": result})
            case _:
                pass


def _completed(fact: facts.TaskCompleted) -> Completed:
    """The outcome; the text of a single result, which serves the calls that it is joined with, is not kept."""
    result = ToolResult(
        value=fact.result,
        text="",
        blocks=fact.content,
        note=fact.note,
        searched=fact.searched,
        read_as=fact.read_as,
        remarks=fact.remarks,
        cached=fact.cached,
    )
    return Completed(
        task_id=fact.id,
        result=result,
        started_at=0,
        duration=fact.duration,
        attempts=fact.attempts,
        failed_calls=fact.failed_calls,
    )
