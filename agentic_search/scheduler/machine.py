"""The scheduler's core: stimuli flow in with the time, instructions flow out. No I/O, no clock, no await.

Everything that decides what runs when lives in this file. A task waits for the tasks it depends on. When all have
completed it is *released*: its condition is read, its list is taken, its arguments are filled, and its calls (one, or
one an element) become *ready*. Ready calls start in order of priority, then of the plan, while there are free slots.
A task *ends* with an outcome when its calls have; a completed one may release its dependents, any other skips them,
and theirs. Each task ends exactly once, whatever comes in whatever order: news of a call that is not under way changes
nothing. A call that failed in a way that another attempt may get past becomes ready again after a wait, if its task's
policy allows; its slot is free meanwhile.

Plans come checked (`planning.check`): no cycles, and `depends_on` holds what references imply.
"""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf
from random import random
from typing import assert_never

from pydantic import JsonValue

from agentic_search.domain.outcome import Completed, Failed, Outcome, Skipped
from agentic_search.domain.plan import Task
from agentic_search.domain.references import INPUTS, ITEM, BadReference
from agentic_search.scheduler.elements import Elements
from agentic_search.scheduler.policy import ONCE, Policy
from agentic_search.scheduler.references import evaluate, fill, is_true
from agentic_search.scheduler.stimuli import (
    CallCompleted,
    CallFailed,
    CallId,
    CancelCall,
    ElementEnded,
    Instruction,
    PlanSealed,
    RetryCall,
    StartCall,
    Stimulus,
    Stopped,
    TaskEnded,
    TasksAdded,
    TimePassed,
)


@dataclass(slots=True)
class _Node:
    """A task that has not ended."""

    task: Task
    missing: set[str]
    """Dependencies that have not completed."""
    elements: Elements | None = None
    """Its calls, once it is released."""
    started_at: float | None = None


@dataclass(order=True, slots=True)
class _Ready:
    """A call that may start; the least comes first."""

    rank: tuple[int, int, int]
    start: StartCall = field(compare=False)


_STATUS = {"failed": "failed", "skipped": "was skipped", "completed": "completed"}


class Machine:
    """Decides for one run; `now` is in seconds since the run began."""

    def __init__(
        self,
        *,
        max_concurrent: int,
        policy_of: Callable[[Task], Policy] = lambda task: ONCE,
        admit: Callable[[Task], float] = lambda task: 0.0,
        jitter: Callable[[], float] = random,
    ) -> None:
        """At most `max_concurrent` calls are under way at once; 1 runs them one after another.

        `admit` takes a place at the task's server: 0, or the seconds until there may be one, infinite until the machine
        is told that time has passed. `jitter` gives numbers from 0 to 1 that spread the waits between attempts.
        """
        self._admit = admit
        self._max_concurrent = max_concurrent
        self._policy_of = policy_of
        self._jitter = jitter
        self._open: dict[str, _Node] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._values: dict[str, JsonValue] = {}
        self._dependents: dict[str, list[str]] = {}
        self._place: dict[str, int] = {}
        self._ready: dict[str, list[_Ready]] = {}
        """By tool: where one is not admitted, the others are not held up."""
        self._next_place = inf
        self._running: dict[CallId, StartCall] = {}
        self._later: list[tuple[float, _Ready]] = []
        self._ending: deque[Outcome] = deque()
        self._sealed = False
        self._told: list[Instruction] = []

    def __repr__(self) -> str:
        ready = sum(map(len, self._ready.values()))
        counts = f"{len(self._running)} running, {ready} ready, {len(self._open)} open"
        return f"<Machine {counts}, {len(self._outcomes)} ended>"

    @property
    def finished(self) -> bool:
        """Every task has ended and no more will come."""
        return self._sealed and not self._open

    @property
    def next_due(self) -> float | None:
        """When the machine wants to be told that time has passed, in its own seconds; none while it need not be."""
        due = min(self._next_place, self._later[0][0] if self._later else inf)
        return None if due == inf else due

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes so far, by task id, in the plan's order."""
        return {task_id: self._outcomes[task_id] for task_id in self._place if task_id in self._outcomes}

    def handle(self, stimulus: Stimulus, now: float) -> list[Instruction]:
        """Take in one fact; say what is to be done because of it, in order."""
        match stimulus:
            case TasksAdded():
                if stimulus.inputs is not None:
                    self._values[INPUTS] = stimulus.inputs
                self._add(stimulus.tasks, now)
            case PlanSealed():
                self._seal()
            case CallCompleted() | CallFailed():
                self._call_ended(stimulus, now)
            case TimePassed():
                self._wake(now)
            case Stopped():
                self._stop(stimulus.because, now)
            case _:
                assert_never(stimulus)
        self._settle(now)
        self._start_ready(now)
        told, self._told = self._told, []
        return told

    def _add(self, tasks: tuple[Task, ...], now: float) -> None:
        fresh = [task for task in tasks if task.id not in self._place]
        for task in fresh:
            self._place[task.id] = len(self._place)
            missing = {dependency for dependency in task.depends_on if dependency not in self._values}
            self._open[task.id] = _Node(task, missing)
            for dependency in missing:
                self._dependents.setdefault(dependency, []).append(task.id)
        for task in fresh:
            lost = next((self._outcomes[it] for it in self._open[task.id].missing if it in self._outcomes), None)
            if lost:
                self._skip_after(lost, task.id)
            elif not self._open[task.id].missing:
                self._release(self._open[task.id], now)

    def _skip_after(self, lost: Outcome, task_id: str) -> None:
        self._end(Skipped(task_id=task_id, because=f"{lost.task_id} {_STATUS[lost.status]}"))

    def _release(self, node: _Node, now: float) -> None:
        task = node.task
        try:
            if task.when is not None and not is_true(evaluate(task.when, self._values)):
                self._end(Skipped(task_id=task.id, because=f"its condition {task.when} does not hold"))
                return
            starts = self._starts(task)
        except BadReference as problem:
            self._end(Failed(task_id=task.id, error=str(problem), code="bad_reference", started_at=now, duration=0))
            return
        node.elements = Elements(task, len(starts))
        for start in starts:
            self._make_ready(self._ready_call(start))
        if not starts:
            self._end(node.elements.outcome(started_at=now, now=now))

    def _ready_call(self, start: StartCall) -> _Ready:
        return _Ready((-start.task.priority, self._place[start.task.id], start.call.element), start)

    def _starts(self, task: Task) -> list[StartCall]:
        if task.for_each is None:
            return [StartCall(CallId(task.id), task, fill(task.arguments, self._values))]
        items = evaluate(task.for_each, self._values)
        if not isinstance(items, list):
            raise BadReference(f"for_each {task.for_each} is no list but {_kind(items)}")
        return [
            StartCall(CallId(task.id, place), task, fill(task.arguments, {**self._values, ITEM: item}), len(items))
            for place, item in enumerate(items)
        ]

    def _make_ready(self, ready: _Ready) -> None:
        heapq.heappush(self._ready.setdefault(ready.start.task.tool, []), ready)

    def _start_ready(self, now: float) -> None:
        """Start what may start, the first in rank of those that are admitted."""
        lanes = {tool: lane for tool, lane in self._ready.items() if lane}
        self._next_place = inf
        while lanes and len(self._running) < self._max_concurrent:
            tool = min(lanes, key=lambda tool: lanes[tool][0])
            start = lanes[tool][0].start
            node = self._open.get(start.task.id)
            if node is None:
                heapq.heappop(lanes[tool])
            elif wait := self._admit(start.task):
                self._next_place = min(self._next_place, now + wait)
                del lanes[tool]
                continue
            else:
                self._begin(heapq.heappop(lanes[tool]).start, node, now)
            if not lanes[tool]:
                del lanes[tool]

    def _begin(self, start: StartCall, node: _Node, now: float) -> None:
        if node.started_at is None:
            node.started_at = now
        self._running[start.call] = start
        self._told.append(start)

    def _call_ended(self, ended: CallCompleted | CallFailed, now: float) -> None:
        start = self._running.pop(ended.call, None)
        if start is None or self._retries(start, ended, now):
            return
        node = self._open[ended.call.task_id]
        elements, started_at = node.elements, node.started_at
        assert elements is not None and started_at is not None, "a call under way belongs to a task that has started"
        elements.take(ended, attempt=start.attempt)
        if elements.done:
            self._end(elements.outcome(started_at=started_at, now=now))
        elif node.task.for_each is not None:
            self._told.append(ElementEnded(node.task, elements.ended, elements.count))

    def _retries(self, start: StartCall, ended: CallCompleted | CallFailed, now: float) -> bool:
        policy = self._policy_of(start.task)
        if isinstance(ended, CallCompleted) or not policy.allows(ended.code, after_attempt=start.attempt):
            return False
        wait = policy.wait(start.attempt, self._jitter())
        again = replace(start, attempt=start.attempt + 1)
        heapq.heappush(self._later, (now + wait, self._ready_call(again)))
        self._told.append(RetryCall(start, wait, ended.error))
        return True

    def _wake(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            self._make_ready(heapq.heappop(self._later)[1])

    def _seal(self) -> None:
        """What waits for a task that will never come waits in vain."""
        self._sealed = True
        for task_id, node in self._open.items():
            unknown = [dependency for dependency in node.missing if dependency not in self._place]
            if unknown:
                self._end(Skipped(task_id=task_id, because=f"there is no task {min(unknown)!r}"))

    def _stop(self, because: str, now: float) -> None:
        """End every open task: one that has started fails, one that has not is skipped."""
        self._sealed = True
        self._told.extend(
            CancelCall(call) for call in sorted(self._running, key=lambda call: self._place[call.task_id])
        )
        self._running.clear()
        self._ready.clear()
        self._later.clear()
        for task_id, node in self._open.items():
            if node.started_at is None:
                self._end(Skipped(task_id=task_id, because=because))
            else:
                spent = now - node.started_at
                self._end(
                    Failed(task_id=task_id, error=because, code="stopped", started_at=node.started_at, duration=spent)
                )

    def _end(self, outcome: Outcome) -> None:
        self._ending.append(outcome)

    def _settle(self, now: float) -> None:
        """Carry every outcome to the tasks that wait for it: a loop, for a chain of a thousand is no recursion."""
        while self._ending:
            outcome = self._ending.popleft()
            node = self._open.pop(outcome.task_id, None)
            if node is None:
                continue
            self._outcomes[outcome.task_id] = outcome
            if isinstance(outcome, Completed):
                self._values[outcome.task_id] = outcome.result.value
            self._told.append(TaskEnded(node.task, outcome))
            for dependent in self._dependents.pop(outcome.task_id, ()):
                self._dependency_ended(dependent, outcome, now)

    def _dependency_ended(self, dependent: str, outcome: Outcome, now: float) -> None:
        node = self._open.get(dependent)
        if node is None:
            return
        if not isinstance(outcome, Completed):
            self._skip_after(outcome, dependent)
            return
        node.missing.discard(outcome.task_id)
        if not node.missing:
            self._release(node, now)


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case _:
            return "an object"
