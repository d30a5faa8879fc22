"""Counts what the runs of this process do, event by event: an event costs a few additions."""

from datetime import datetime
from functools import singledispatchmethod
from weakref import WeakKeyDictionary

from agentic_search.clock import Clock
from agentic_search.events import facts
from agentic_search.events.event import Event
from agentic_search.events.record import RunRecord
from agentic_search.metrics.tallies import BoundedLabels, Sums, Times, Waits

_MOST_TOOLS = 300
_MOST_SERVERS = 100
_MOST_MODELS = 50
_TASK_BOUNDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_RUN_BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
_PHASES = ("discover", "plan", "execute", "synthesize")


class _Course:
    """What of a run that lives is not counted yet."""

    def __init__(self) -> None:
        self.by_model = False
        """Whether a model was asked to plan the round that is being planned."""
        self.fallbacks = 0
        """How often that round was begun anew."""
        self.model_waits: dict[str, float] = {}
        """By purpose, since when."""
        self.approvals: dict[str, float] = {}
        """By task, since when it waits."""


class RunMetrics:
    """What runs added up to since the process began."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._courses: WeakKeyDictionary[RunRecord, _Course] = WeakKeyDictionary()
        self._tools = BoundedLabels(_MOST_TOOLS)
        self._servers = BoundedLabels(_MOST_SERVERS)
        self._models = BoundedLabels(_MOST_MODELS)
        self.runs = Sums()
        """By how they ended."""
        self.run_times = Times(_RUN_BOUNDS)
        self.phase_seconds = Sums()
        """By phase."""
        self.tasks = Sums()
        """By server, tool, and how they ended."""
        self.task_times: dict[str, Times] = {}
        """By server."""
        self.retries = Sums()
        """By server and tool."""
        self.plans = Sums()
        """By rung: who made it, at which attempt."""
        self.model_calls = Sums()
        """By model."""
        self.model_tokens = Sums()
        """By model, and whether read or written."""
        self.waits = Waits()

    def note(self, event: Event, record: RunRecord) -> None:
        """A run of this process emitted an event, which `record` has taken in."""
        self._note(event.fact, event.at, record)

    def _course(self, record: RunRecord) -> _Course:
        return self._courses.setdefault(record, _Course())

    @singledispatchmethod
    def _note(self, fact: facts.Fact, at: float, record: RunRecord) -> None:
        """A fact of a kind not registered below is not counted."""

    @_note.register
    def _run_started(self, fact: facts.RunStarted, at: float, record: RunRecord) -> None:
        if record.was_queued:
            waited = self._clock.wall() - datetime.fromisoformat(record.created_at)
            self.waits.note("run_slot", waited.total_seconds())

    @_note.register
    def _plan_started(self, fact: facts.PlanStarted, at: float, record: RunRecord) -> None:
        course = self._course(record)
        course.by_model = course.by_model or fact.planner == "model"

    @_note.register
    def _fell_back(self, fact: facts.PlanFallback, at: float, record: RunRecord) -> None:
        self._course(record).fallbacks += 1

    @_note.register
    def _plan_ready(self, fact: facts.PlanReady, at: float, record: RunRecord) -> None:
        course = self._course(record)
        self.plans.add(_rung(fact, course))
        course.by_model, course.fallbacks = False, 0

    @_note.register
    def _model_waiting(self, fact: facts.ModelWaiting, at: float, record: RunRecord) -> None:
        waits = self._course(record).model_waits
        if fact.before or fact.loading:
            waits.setdefault(fact.purpose, at)
        elif (since := waits.pop(fact.purpose, None)) is not None:
            self.waits.note("model", at - since)

    @_note.register
    def _approval_needed(self, fact: facts.ApprovalNeeded, at: float, record: RunRecord) -> None:
        self._course(record).approvals[fact.id] = at

    @_note.register(facts.ApprovalGiven)
    @_note.register(facts.ApprovalDenied)
    def _decided(self, fact: facts.ApprovalGiven | facts.ApprovalDenied, at: float, record: RunRecord) -> None:
        if (since := self._course(record).approvals.pop(fact.id, None)) is not None:
            self.waits.note("approval", at - since)

    @_note.register
    def _retrying(self, fact: facts.TaskRetrying, at: float, record: RunRecord) -> None:
        self.retries.add(*self._labels(fact.id, record))

    @_note.register
    def _completed(self, fact: facts.TaskCompleted, at: float, record: RunRecord) -> None:
        if not fact.kept:
            self._note_task(fact.id, "completed", record)
            self._note_time(fact, record)

    @_note.register
    def _failed(self, fact: facts.TaskFailed, at: float, record: RunRecord) -> None:
        self._note_task(fact.id, "failed", record)
        self._note_time(fact, record)

    @_note.register
    def _skipped(self, fact: facts.TaskSkipped, at: float, record: RunRecord) -> None:
        self._note_task(fact.id, "skipped", record)

    @_note.register(facts.RunCompleted)
    @_note.register(facts.RunFailed)
    @_note.register(facts.RunCancelled)
    def _ended(self, fact: facts.Terminal, at: float, record: RunRecord) -> None:
        self.runs.add(fact.status)
        self.run_times.note(fact.timings.total)
        for phase in _PHASES:
            self.phase_seconds.add(phase, by=getattr(fact.timings, phase))
        for task in record.cancelled_tasks():
            self._note_task(task, "cancelled", record)
        for name, usage in fact.usage.by_model.items():
            model = self._models.of(name)
            self.model_calls.add(*model, by=usage.model_calls)
            self.model_tokens.add(*model, "prompt", by=usage.prompt_tokens)
            self.model_tokens.add(*model, "completion", by=usage.completion_tokens)
        self._courses.pop(record, None)

    def _note_task(self, task_id: str, outcome: str, record: RunRecord) -> None:
        self.tasks.add(*self._labels(task_id, record), outcome)

    def _note_time(self, fact: facts.TaskCompleted | facts.TaskFailed, record: RunRecord) -> None:
        (server,) = self._servers.of(self._labels(fact.id, record)[0])
        self.task_times.setdefault(server, Times(_TASK_BOUNDS)).note(fact.duration)

    def _labels(self, task_id: str, record: RunRecord) -> tuple[str, ...]:
        task = record.task(task_id)
        return self._tools.of(task.server, task.tool) if task else self._tools.of("", "")


def _rung(plan: facts.PlanReady, course: _Course) -> str:
    """How far down it had to be gone to a plan."""
    if plan.planner == "model":
        return "model_again" if course.fallbacks else "model"
    if plan.planner == "offline":
        return "offline_added" if plan.earlier else "offline_after_model" if course.by_model else "offline"
    return plan.planner
