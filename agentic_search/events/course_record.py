"""Folds a run's events into its Course: when each thing began and ended."""

from functools import singledispatchmethod

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.domain.run import Attempt, Course, Span, StepCourse, TaskCourse
from agentic_search.events import facts
from agentic_search.plain_json import json_bytes

_LARGEST_ARGUMENTS = 64 * 1024
"""Bytes of JSON."""


class CourseRecord:
    """Folds one run's events; gives its course as far as it has come."""

    def __init__(self) -> None:
        self._understood: str | None = None
        self._discovered_at: float | None = None
        self._planning: list[Span] = []
        self._answering: Span | None = None
        self._ended_at: float | None = None
        self._tasks: dict[str, TaskCourse] = {}
        self._steps: list[StepCourse] = []
        self._drafted: dict[str, Task] = {}
        self._accepted: set[str] = set()
        self._blocks: list[str] = []
        self._tail: list[str] = []

    def course(self) -> Course:
        """The course as far as it has come."""
        return Course(
            understood=self._understood,
            discovered_at=self._discovered_at,
            planning=tuple(self._planning),
            answering=self._answering,
            ended_at=self._ended_at,
            tasks=dict(self._tasks),
            steps=tuple(self._steps),
            drafted=tuple(self._drafted.values()),
            blocks=tuple(self._blocks),
            tail="".join(self._tail),
        )

    def apply(self, fact: facts.Fact, at: float) -> None:
        """Take in what happened next, and when."""
        at = round(at, 4)
        shown = fact.id if isinstance(fact, facts.TaskCompleted) else None
        self._steps += [StepCourse(at=at, result_of=shown if place else None) for place, _ in enumerate(fact.steps)]
        self._fold(fact, at)

    @singledispatchmethod
    def _fold(self, fact: facts.Fact, at: float) -> None:
        """A fact of a kind not registered below begins and ends nothing."""

    @_fold.register
    def _question_understood(self, fact: facts.QuestionUnderstood, at: float) -> None:
        self._understood = fact.text

    @_fold.register
    def _discovered(self, fact: facts.ToolsDiscovered, at: float) -> None:
        self._discovered_at = at

    @_fold.register
    def _plan_started(self, fact: facts.PlanStarted, at: float) -> None:
        self._end_planning(at)
        self._planning.append(Span(begun=at))

    @_fold.register
    def _plan_task(self, fact: facts.PlanTask, at: float) -> None:
        self._write(fact.task, at)
        self._drafted.setdefault(fact.task.id, fact.task)

    @_fold.register
    def _fell_back(self, fact: facts.PlanFallback, at: float) -> None:
        self._keep_accepted()

    @_fold.register
    def _plan_ready(self, fact: facts.PlanReady, at: float) -> None:
        self._end_planning(at)
        for task in fact.plan.tasks:
            self._write(task, at)
        self._accepted = {task.id for task in fact.plan.tasks}
        self._keep_accepted()

    @_fold.register
    def _task_started(self, fact: facts.TaskStarted, at: float) -> None:
        before = self._end_attempt(fact.id, at)
        attempts = (*before.attempts, Attempt(begun=at))
        self._tasks[fact.id] = before.model_copy(
            update={"attempts": attempts, "arguments": _of_moderate_size(fact.arguments)}
        )

    @_fold.register
    def _retrying(self, fact: facts.TaskRetrying, at: float) -> None:
        self._tasks[fact.id] = self._end_attempt(fact.id, at, fact.error)

    @_fold.register(facts.TaskCompleted)
    @_fold.register(facts.TaskFailed)
    @_fold.register(facts.TaskSkipped)
    def _task_ended(self, fact: facts.TaskCompleted | facts.TaskFailed | facts.TaskSkipped, at: float) -> None:
        error = fact.error if isinstance(fact, facts.TaskFailed) else None
        self._tasks[fact.id] = self._end_attempt(fact.id, at, error).model_copy(update={"ended_at": at})

    @_fold.register
    def _answer_started(self, fact: facts.AnswerStarted, at: float) -> None:
        self._end_planning(at)
        self._answering = Span(begun=at)
        self._blocks, self._tail = [], []

    @_fold.register
    def _answer_went_on(self, fact: facts.AnswerDelta, at: float) -> None:
        self._tail.append(fact.text)

    @_fold.register
    def _block_ended(self, fact: facts.AnswerBlock, at: float) -> None:
        self._blocks[fact.index : fact.index + 1] = [fact.html]
        self._tail = []

    @_fold.register
    def _answer_completed(self, fact: facts.AnswerCompleted, at: float) -> None:
        self._end_answering(at)
        self._blocks, self._tail = [], []

    @_fold.register(facts.RunCompleted)
    @_fold.register(facts.RunFailed)
    @_fold.register(facts.RunCancelled)
    def _ended(self, fact: facts.Terminal, at: float) -> None:
        self._ended_at = at
        self._end_planning(at)
        self._end_answering(at)
        for id_, task in self._tasks.items():
            if task.ended_at is None:
                self._tasks[id_] = self._end_attempt(id_, at).model_copy(update={"ended_at": at})

    def _write(self, task: Task, at: float) -> None:
        self._tasks.setdefault(task.id, TaskCourse(written_at=at))

    def _keep_accepted(self) -> None:
        """A draft that was given up takes its tasks with it."""
        self._drafted = {}
        self._tasks = {id_: task for id_, task in self._tasks.items() if id_ in self._accepted}

    def _end_planning(self, at: float) -> None:
        self._planning = [_ended(span, at) for span in self._planning]

    def _end_answering(self, at: float) -> None:
        self._answering = self._answering and _ended(self._answering, at)

    def _end_attempt(self, task_id: str, at: float, error: str | None = None) -> TaskCourse:
        """The task with its last try ended, where that still went on."""
        task = self._tasks.get(task_id) or TaskCourse(written_at=at)
        tries = task.attempts
        if not tries or tries[-1].ended is not None:
            return task
        last = tries[-1].model_copy(update={"ended": at, "error": error})
        return task.model_copy(update={"attempts": (*tries[:-1], last)})


def _ended(span: Span, at: float) -> Span:
    return span if span.ended is not None else span.model_copy(update={"ended": at})


def _of_moderate_size(arguments: JsonObject) -> JsonObject | None:
    return arguments if len(json_bytes(arguments)) <= _LARGEST_ARGUMENTS else None
