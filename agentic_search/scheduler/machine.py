"""The scheduler's core: given inputs with the time, it gives commands. No I/O, no clock, no await.

Everything that decides what is ready is in this file; which ready call starts is decided by admission, over all runs. A
task waits for the tasks it depends on. When all have completed it is *released*: its condition is read, its list is
taken, its arguments are filled, and its calls (one, or one an element) are *offered*, each with its order. A task that
needs approval is *held* before that, without a slot, until somebody has said a word. A call that is granted starts. A
task *ends* with an outcome when its calls have; a completed one may release its dependents, any other skips them, and
theirs. Each task ends exactly once, whatever comes in whatever order: news of a call that is not offered or not under
way changes nothing. A call that failed in a way that another attempt may get past is offered again after a wait, if its
task's policy allows; it holds no slot meanwhile.

Plans come checked (`planning/draft/check.py`): no cycles, and `depends_on` holds what references imply.
"""

from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from random import random
from typing import assert_never

from pydantic import JsonValue

from agentic_search.domain.approval.decision import ApprovalWhy, WaitingCall
from agentic_search.domain.outcome import Completed, Failed, Outcome, Skipped, ToolResult
from agentic_search.domain.plan import Task
from agentic_search.domain.references import INPUTS
from agentic_search.scheduler.commands import (
    CallCompleted,
    CallFailed,
    CallGranted,
    CallId,
    CallOrder,
    CancelCall,
    Command,
    ElementEnded,
    HoldTask,
    MachineInput,
    OfferCall,
    PlanSealed,
    RetryCall,
    StartCall,
    Stopped,
    TaskApproved,
    TaskDenied,
    TaskEnded,
    TasksAdded,
    TimePassed,
    WithdrawCall,
    order_of,
)
from agentic_search.scheduler.paths import Paths
from agentic_search.scheduler.retries import ONCE, Policy, Retries
from agentic_search.scheduler.task_calls import Elements, calls_of, waiting_call


@dataclass(slots=True)
class _Node:
    """A task that has not ended."""

    task: Task
    missing: set[str]
    """Dependencies that have not completed."""
    elements: Elements | None = None
    """Its calls, once it is released."""
    started_at: float | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A task that waits for somebody's word."""

    calls: list[StartCall]
    waiting: WaitingCall


_STATUS = {"failed": "failed", "skipped": "was skipped"}


class Machine:
    """Decides for one run; `now` is in seconds since the run began."""

    def __init__(
        self,
        *,
        policy_of: Callable[[Task], Policy] = lambda task: ONCE,
        seconds_of: Callable[[Task], float] = lambda task: 1.0,
        why_held: Callable[[Task], ApprovalWhy | None] = lambda task: None,
        required_of: Callable[[Task], Container[str]] = lambda task: task.arguments,
        jitter: Callable[[], float] = random,
        earlier: Mapping[str, Outcome] | None = None,
        done: Mapping[str, Mapping[int, ToolResult]] | None = None,
    ) -> None:
        """`seconds_of` a task: how long a call of it usually takes, to know the longest path.

        `why_held`: why a task that could run waits for somebody's word first, None where it does not.
        `required_of` a task: the arguments that its tool cannot do without.
        `jitter` gives numbers from 0 to 1 that spread the waits between attempts. `earlier` is how the tasks of plans
        before ended, by id: new tasks may refer to them. `done` are results that single calls of tasks over a list gave
        in an earlier run, by task and element: these calls are not made again.
        """
        self._retries = Retries(policy_of, jitter)
        self._required_of = required_of
        self._done = done or {}
        self._open: dict[str, _Node] = {}
        self._outcomes: dict[str, Outcome] = dict(earlier or {})
        self._values: dict[str, JsonValue] = {
            task_id: ended.result.value for task_id, ended in self._outcomes.items() if isinstance(ended, Completed)
        }
        self._why_held = why_held
        self._held: dict[str, _Held] = {}
        self._dependents: dict[str, list[str]] = {}
        self._index: dict[str, int] = {}
        self._paths = Paths(seconds_of)
        self._offered: dict[CallId, StartCall] = {}
        self._running: dict[CallId, StartCall] = {}
        self._ending: deque[Outcome] = deque()
        self._sealed = False
        self._commands: list[Command] = []

    def __repr__(self) -> str:
        counts = f"{len(self._running)} running, {len(self._offered)} offered, {len(self._open)} open"
        return f"<Machine {counts}, {len(self._outcomes)} ended>"

    @property
    def finished(self) -> bool:
        """Every task has ended and no more will come."""
        return self._sealed and not self._open

    @property
    def next_due(self) -> float | None:
        """When the machine needs a TimePassed next, in its own seconds; None: not at all."""
        return self._retries.next_due

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes so far, by task id, in the plan's order."""
        return {task_id: self._outcomes[task_id] for task_id in self._index if task_id in self._outcomes}

    def handle(self, machine_input: MachineInput, now: float) -> list[Command]:
        """Take one input; give the commands that follow from it, in order."""
        match machine_input:
            case CallGranted():
                self._start(machine_input.call, now)
            case CallCompleted() | CallFailed():
                self._call_ended(machine_input, now)
            case TasksAdded():
                if machine_input.inputs is not None:
                    self._values[INPUTS] = machine_input.inputs
                self._add(machine_input.tasks, now)
            case PlanSealed():
                self._seal()
            case TaskApproved() | TaskDenied():
                self._decided(machine_input, now)
            case TimePassed():
                self._wake(now)
            case Stopped():
                self._stop(machine_input.because, now)
            case _:
                assert_never(machine_input)
        if self._ending:
            self._settle(now)
        commands, self._commands = self._commands, []
        return commands

    def _add(self, tasks: tuple[Task, ...], now: float) -> None:
        fresh = [task for task in tasks if task.id not in self._index]
        for task in fresh:
            self._index[task.id] = len(self._index)
            missing = {dependency for dependency in task.depends_on if dependency not in self._values}
            self._open[task.id] = _Node(task, missing)
            for dependency in missing:
                self._dependents.setdefault(dependency, []).append(task.id)
        self._offer_again(self._paths.add(fresh))
        for task in fresh:
            lost = next((self._outcomes[it] for it in self._open[task.id].missing if it in self._outcomes), None)
            if lost:
                self._skip_after(lost, task.id)
            elif not self._open[task.id].missing:
                self._release(self._open[task.id], now)

    def _skip_after(self, lost: Outcome, task_id: str) -> None:
        intended = isinstance(lost, Skipped) and lost.intended
        self._end(Skipped(task_id=task_id, because=f"{lost.task_id} {_STATUS[lost.status]}", intended=intended))

    def _release(self, node: _Node, now: float) -> None:
        calls = calls_of(node.task, self._values, required=self._required_of(node.task), now=now)
        if not isinstance(calls, list):
            self._end(calls)
            return
        node.elements = Elements(node.task, len(calls))
        done, starts = self._done.get(node.task.id, {}), list[StartCall]()
        for call in calls:
            if isinstance(call, CallFailed):
                node.elements.take(call, attempt=1)
            elif call.call.element in done:
                node.elements.take(CallCompleted(call.call, done[call.call.element]), attempt=1)
            else:
                starts.append(call)
        if node.elements.done:
            self._end(node.elements.outcome(started_at=now, now=now))
        elif (why := self._why_held(node.task)) is not None:
            waiting = waiting_call(why, node.task, starts)
            self._held[node.task.id] = _Held(starts, waiting)
            self._commands.append(HoldTask(node.task, waiting))
        else:
            self._offer_all(starts)

    def _decided(self, decided: TaskApproved | TaskDenied, now: float) -> None:
        if isinstance(decided, TaskDenied):
            self._skip_held(decided.task_id, decided.because, now)
        elif held := self._held.pop(decided.task_id, None):
            self._offer_all(held.calls)

    def _skip_held(self, task_id: str, because: str, now: float) -> None:
        if (held := self._held.pop(task_id, None)) is None:
            return
        if task_id not in self._done:
            self._end(Skipped(task_id=task_id, because=because, waited=held.waiting))
            return
        elements = self._open[task_id].elements
        assert elements is not None, "a held task is released"
        for start in held.calls:
            elements.take(CallFailed(start.call, because, "denied"), attempt=1)
        self._end(elements.outcome(started_at=now, now=now))

    def _offer_all(self, calls: Iterable[StartCall]) -> None:
        for start in calls:
            self._offer(start)

    def _offer(self, start: StartCall) -> None:
        self._offered[start.call] = start
        self._commands.append(OfferCall(start.call, start.task, self._order(start.call, start.task)))

    def _offer_again(self, longer: set[str]) -> None:
        """More may come after these tasks than was known: what of them is offered and has not started moves up."""
        for node in (self._open[task_id] for task_id in longer):
            for element in range(node.elements.count if node.elements else 0):
                if (start := self._offered.get(CallId(node.task.id, element))) is not None:
                    self._offer(start)

    def _order(self, call: CallId, task: Task) -> CallOrder:
        return order_of(task, path=self._paths.of(task.id), position=self._index[task.id], element=call.element)

    def _start(self, call: CallId, now: float) -> None:
        start = self._offered.pop(call, None)
        if start is None:
            return
        node = self._open[call.task_id]
        self._running[call] = start
        self._commands.append(replace(start, first=True) if node.started_at is None else start)
        if node.started_at is None:
            node.started_at = now

    def _call_ended(self, ended: CallCompleted | CallFailed, now: float) -> None:
        start = self._running.pop(ended.call, None)
        if start is None or self._tries_again(start, ended, now):
            return
        node = self._open[ended.call.task_id]
        elements, started_at = node.elements, node.started_at
        assert elements is not None and started_at is not None, "a call under way belongs to a task that has started"
        elements.take(ended, attempt=start.attempt)
        if elements.done:
            self._end(elements.outcome(started_at=started_at, now=now))
        elif node.task.for_each is not None:
            self._commands.append(ElementEnded(node.task, elements.ended, elements.count))

    def _tries_again(self, start: StartCall, ended: CallCompleted | CallFailed, now: float) -> bool:
        if isinstance(ended, CallCompleted) or (wait := self._retries.after(start, ended, now)) is None:
            return False
        self._commands.append(RetryCall(start, wait, ended.error))
        return True

    def _wake(self, now: float) -> None:
        for start in self._retries.due(now):
            self._offer(start)

    def _seal(self) -> None:
        """What waits for a task that will never come waits in vain."""
        self._sealed = True
        for task_id, node in self._open.items():
            unknown = [dependency for dependency in node.missing if dependency not in self._index]
            if unknown:
                self._end(Skipped(task_id=task_id, because=f"there is no task {min(unknown)!r}"))

    def _stop(self, because: str, now: float) -> None:
        """End every open task: one that has started fails, one that has not is skipped."""
        self._sealed = True
        self._commands.extend(map(WithdrawCall, self._offered))
        self._commands.extend(map(CancelCall, sorted(self._running, key=lambda call: self._index[call.task_id])))
        self._offered.clear()
        self._running.clear()
        self._retries.clear()
        for task_id in list(self._held):
            self._skip_held(task_id, f"it still waited for approval when {because}", now)
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
            self._paths.remove(outcome.task_id)
            if isinstance(outcome, Completed):
                self._values[outcome.task_id] = outcome.result.value
            self._commands.append(TaskEnded(node.task, outcome))
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
