"""Folds a run's events into the RunReport that GET /runs/{id} shows; it can be read at any time."""

from functools import singledispatchmethod

from agentic_search.domain.answer import LeftOut, Source, Support, Turn
from agentic_search.domain.approval.decision import WaitingCall
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.receipt.contacts import Receipt
from agentic_search.domain.run import (
    ENDED,
    PlannerKind,
    ProcessUse,
    RunReport,
    RunStatus,
    RunSummary,
    RunUsage,
    TaskRecord,
    Timings,
)
from agentic_search.domain.spending import ToolSeconds
from agentic_search.errors import ShuttingDown
from agentic_search.events import facts
from agentic_search.events.course_record import CourseRecord
from agentic_search.events.event import Event


class RunRecord:
    """Folds one run's events; gives the run as far as it has come."""

    def __init__(self, run_id: str, *, thread_id: str, query: str, created_at: str) -> None:
        self.id = run_id
        self.thread_id = thread_id
        self.query = query
        self.created_at = created_at
        self.status: RunStatus = "queued"
        self.was_queued = False
        """It had to wait until others had ended."""
        self.html: str | None = None
        """The answer as sanitised HTML."""
        self._retry_of: str | None = None
        self._instructions = ""
        self._model: str | None = None
        self._planner: PlannerKind | None = None
        self._plan: Plan | None = None
        self._runs = True
        """False where only the plan was asked for: its tasks wait to be started."""
        self._tasks: dict[str, TaskRecord] = {}
        self._steps: list[str] = []
        self._answer: str | None = None
        self._sources: tuple[Source, ...] = ()
        self._left_out: tuple[LeftOut, ...] = ()
        self._support: tuple[Support, ...] = ()
        self._nothing_found = False
        self._timings = Timings()
        self._usage = RunUsage()
        self._process = ProcessUse()
        self._receipt: Receipt | None = None
        self._error: str | None = None
        self._error_code: str | None = None
        self._course = CourseRecord()

    def report(self) -> RunReport:
        """The run as far as it has come."""
        return RunReport(
            id=self.id,
            thread_id=self.thread_id,
            status=self.status,
            query=self.query,
            instructions=self._instructions,
            model=self._model,
            planner=self._planner,
            answer=self._answer,
            html=self.html,
            sources=self._sources,
            left_out=self._left_out,
            support=self._support,
            nothing_found=self._nothing_found,
            plan=self._plan,
            tasks=tuple(self._tasks.values()),
            thinking_steps=tuple(self._steps),
            timings=self._timings,
            usage=self._usage,
            process=self._process,
            receipt=self._receipt,
            created_at=self.created_at,
            error=self._error,
            error_code=self._error_code,
            retry_of=self._retry_of,
            course=self._course.course(),
        )

    def summary(self) -> RunSummary:
        """The few facts that a list shows."""
        return RunSummary(
            id=self.id,
            thread_id=self.thread_id,
            status=self.status,
            query=self.query,
            model=self._model,
            created_at=self.created_at,
            duration=self._timings.total or None,
        )

    def turn(self) -> Turn:
        """The question and its answer, for those that are asked after it."""
        return Turn(query=self.query, answer=self._answer or "", sources=self._sources)

    @property
    def tool_seconds(self) -> ToolSeconds:
        """How long the tools took, as far as their tasks have ended."""
        tasks = [(task.started_at, task.duration) for task in self._tasks.values()]
        return ToolSeconds.of((began, began + took) for began, took in tasks if began is not None and took is not None)

    def task(self, task_id: str) -> TaskRecord | None:
        """One task as far as it has come."""
        return self._tasks.get(task_id)

    def cancelled_tasks(self) -> tuple[str, ...]:
        """The ids of those that were cut off as the run ended."""
        return tuple(task.id for task in self._tasks.values() if task.status == "cancelled")

    def apply(self, event: Event) -> None:
        """Take in the next event."""
        self._steps += event.fact.steps
        self._course.apply(event.fact, event.at)
        self._fold(event.fact, event.at)
        if self.status not in ENDED and self.status != "queued":
            self.status = "waiting" if self._only_waits() else "running"

    def _only_waits(self) -> bool:
        """Whether somebody's word is waited for, and nothing else is under way."""
        states = {task.status for task in self._tasks.values()}
        return "waiting" in states and "running" not in states

    @singledispatchmethod
    def _fold(self, fact: facts.Fact, at: float) -> None:
        """A fact of a kind not registered below changes nothing but the thinking steps."""

    @_fold.register
    def _run_queued(self, fact: facts.RunQueued, at: float) -> None:
        self.was_queued = True

    @_fold.register
    def _run_started(self, fact: facts.RunStarted, at: float) -> None:
        self.status = "running"
        self._model, self._retry_of, self._instructions = fact.model, fact.retry_of, fact.instructions

    @_fold.register
    def _planned(self, fact: facts.PlanTask, at: float) -> None:
        self._tasks.setdefault(fact.task.id, _waiting(fact.task))

    @_fold.register
    def _fell_back(self, fact: facts.PlanFallback, at: float) -> None:
        accepted = {task.id for task in self._plan.tasks} if self._plan else set[str]()
        self._tasks = {id_: task for id_, task in self._tasks.items() if id_ in accepted}

    @_fold.register
    def _plan_ready(self, fact: facts.PlanReady, at: float) -> None:
        self._planner = fact.planner
        self._plan, self._runs = fact.plan, fact.runs
        # Tasks of a refused draft are gone, except those that have begun.
        begun = {id_: task for id_, task in self._tasks.items() if task.status != "queued"}
        self._tasks = {task.id: begun.get(task.id) or _waiting(task) for task in fact.plan.tasks}

    @_fold.register
    def _task_started(self, fact: facts.TaskStarted, at: float) -> None:
        before = self._tasks.get(fact.id)
        self._change(
            fact.id,
            tool=fact.tool,
            server=fact.server,
            status="running",
            attempts=fact.attempt,
            started_at=at if before is None or before.started_at is None else before.started_at,
        )

    @_fold.register
    def _task_completed(self, fact: facts.TaskCompleted, at: float) -> None:
        self._change(
            fact.id,
            status="completed",
            attempts=fact.attempts,
            cached=fact.cached,
            duration=fact.duration,
            result=fact.result,
            content=fact.content,
            note=fact.note,
            failed_calls=fact.failed_calls,
            remarks=fact.remarks,
            size=fact.size,
            kept=fact.kept,
            **({"server": fact.server} if fact.kept else {}),
        )

    @_fold.register
    def _task_failed(self, fact: facts.TaskFailed, at: float) -> None:
        self._change(fact.id, status="failed", attempts=fact.attempts, duration=fact.duration, error=fact.error)

    @_fold.register
    def _task_skipped(self, fact: facts.TaskSkipped, at: float) -> None:
        self._change(fact.id, status="skipped", error=fact.because, approval=fact.waited)

    @_fold.register
    def _approval_needed(self, fact: facts.ApprovalNeeded, at: float) -> None:
        call = WaitingCall(**fact.model_dump(include=set(WaitingCall.model_fields), by_alias=False))
        self._change(fact.id, tool=fact.tool, server=fact.server, status="waiting", approval=call)

    @_fold.register(facts.ApprovalGiven)
    @_fold.register(facts.ApprovalDenied)
    def _decided(self, fact: facts.ApprovalGiven | facts.ApprovalDenied, at: float) -> None:
        """A call whose server asked goes on, whatever the answer; a task that was held has not begun."""
        before = self._tasks.get(fact.id)
        began = before is not None and before.started_at is not None
        self._change(fact.id, status="running" if began else "queued", approval=None)

    def _change(self, task_id: str, **changes: object) -> None:
        before = self._tasks.get(task_id) or TaskRecord(id=task_id, tool=str(changes.get("tool", "")))
        self._tasks[task_id] = before.model_copy(update=changes)

    @_fold.register
    def _answer_started(self, fact: facts.AnswerStarted, at: float) -> None:
        self._model = fact.model

    @_fold.register
    def _answer_completed(self, fact: facts.AnswerCompleted, at: float) -> None:
        self._answer, self.html, self._sources = fact.answer, fact.html, fact.sources
        self._left_out, self._support, self._nothing_found = fact.left_out, fact.support, fact.nothing_found

    @_fold.register(facts.RunCompleted)
    @_fold.register(facts.RunFailed)
    @_fold.register(facts.RunCancelled)
    def _ended(self, fact: facts.Terminal, at: float) -> None:
        self.status = fact.status
        self._timings, self._usage = fact.timings, fact.usage
        self._process, self._receipt = fact.process, fact.receipt
        if isinstance(fact, facts.RunFailed):
            self._error, self._error_code = fact.error, fact.code
        if isinstance(fact, facts.RunCancelled) and fact.by == facts.SHUTDOWN:
            self._error, self._error_code = "The service was ended before the search was.", ShuttingDown.code
        for task in list(self._tasks.values()):
            if task.status in {"queued", "running", "waiting"} and self._runs:
                self._change(task.id, status="cancelled")


def _waiting(task: Task) -> TaskRecord:
    return TaskRecord(id=task.id, tool=task.tool, purpose=task.purpose)
