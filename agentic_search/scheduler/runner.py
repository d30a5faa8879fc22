"""Carries out what the machine commands: starts, cancels and emits; the only place that awaits tool calls."""

import asyncio
import logging
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextvars import copy_context
from functools import partial
from types import TracebackType
from typing import Self, assert_never

from agentic_search.clock import Clock, PausableLimits, limits_of_call
from agentic_search.domain.approval.decision import ApprovalWhy
from agentic_search.domain.approval.question import ask_of_call
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Outcome, ToolResult
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool, by_any_name
from agentic_search.errors import RateLimited, ToolError
from agentic_search.events.facts import Emit
from agentic_search.events.journal import Journal, NoJournal
from agentic_search.scheduler.admission.admission import Slot
from agentic_search.scheduler.admission.dispatcher import Dispatcher
from agentic_search.scheduler.alarm import Alarm
from agentic_search.scheduler.approval.approvals import Approvals
from agentic_search.scheduler.commands import (
    CallCompleted,
    CallFailed,
    CallGranted,
    CallId,
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
)
from agentic_search.scheduler.emitting import (
    emit_elements,
    emit_outcome,
    emit_retry,
    emit_slowed,
    emit_started,
    progress_of,
)
from agentic_search.scheduler.kept_calls import CallTool, KeptCalls
from agentic_search.scheduler.machine import Machine
from agentic_search.scheduler.progress import TOLD, ProgressLimits
from agentic_search.scheduler.retries import policy_for

logger = logging.getLogger(__name__)
UNKNOWN_SECONDS = 1.0
"""What a call counts in the longest path, where none of its tool has been made yet."""


class Runner:
    """Runs the tasks of one run, from the first that is known; an async context manager that leaves no call behind."""

    def __init__(
        self,
        call_tool: CallTool,
        emit: Emit,
        *,
        clock: Clock,
        elapsed: Callable[[], float],
        max_concurrent: int,
        batch: bool = False,
        tools: Mapping[str, Tool] | None = None,
        dispatcher: Dispatcher | None = None,
        approvals: Approvals | None = None,
        progress: ProgressLimits = TOLD,
        journal: Journal | None = None,
    ) -> None:
        """`elapsed` gives the seconds since the run began; `tools` is what `know` may tell later.

        `dispatcher` is that of the process, shared with its other runs; calls of a `batch` come after theirs.
        Without `approvals` every task runs unasked, and no server can ask anything. `journal`: what is noted there is
        not called again.
        """
        self._calls = KeptCalls(call_tool, journal or NoJournal())
        self._emit = emit
        self._elapsed = elapsed
        self._tools = dict(tools or {})
        self._dispatcher = dispatcher or Dispatcher(clock)
        self._approvals = approvals
        self._progress = progress
        self._max_concurrent = max_concurrent
        self._batch = batch
        self._earlier: dict[str, Outcome] = {}
        """How the tasks of finished plans ended: a later plan that is abandoned takes nothing of these with it."""
        self._done: Mapping[str, Mapping[int, ToolResult]] = {}
        self._machine = self._new_machine()
        self._added: dict[str, Task] = {}
        self._group = asyncio.TaskGroup()
        self._context = copy_context()
        """The run's: a call may be started in the course of another run, and is none of its doing."""
        self._under_way: dict[CallId, asyncio.Task[None]] = {}
        self._retries = Alarm(self._group, clock, now=elapsed, call_back=lambda: self._step(TimePassed()))
        self._wake = Alarm(self._group, clock, now=clock.now, call_back=self._dispatcher.start_ready)
        self._finished = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._dispatcher.enter(self, max_concurrent=self._max_concurrent, batch=self._batch)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dispatcher.leave(self)
        self._machine = self._new_machine()  # nobody listens to how the calls end now, least of all to try them again
        self._retries.cancel()
        self._wake.cancel()
        for call in self._under_way.values():
            call.cancel()
        # The group is not told of the block's own error: it would wrap it in an exception group.
        await self._group.__aexit__(None, None, None)
        # They refer to the runner: as a circle all would stay, with every result, until garbage is collected.
        del self._machine, self._retries
        self._under_way.clear()

    def start(self, slot: Slot) -> bool:
        """Start the call that the dispatcher was granted; see DispatchedRun."""
        for command in self._machine.handle(CallGranted(slot.call), self._elapsed()):
            if isinstance(command, StartCall):
                self._start(command, slot)
                return True
        return False

    def wake_at(self, due: float) -> None:
        """Have the dispatcher look for calls to start at this moment of the clock."""
        self._wake.set(due)

    def know(self, tools: Iterable[Tool]) -> None:
        """Say which tools there are: their servers are told, and they decide how often a task is tried."""
        self._tools = by_any_name(tools)

    def keep(self, outcomes: Mapping[str, Outcome], done: Mapping[str, Mapping[int, ToolResult]]) -> None:
        """Before any task is added: how tasks of an earlier run ended, to which those of this one may refer.

        `done`: results of single calls of tasks that are to run, by task and element; these are not made again.
        """
        self._earlier |= outcomes
        self._done = done
        self._machine = self._new_machine()

    def add(self, tasks: Sequence[Task]) -> None:
        """Let these begin as soon as they may, while the rest of the plan is not known yet."""
        self._added |= {task.id: task for task in tasks}
        self._step(TasksAdded(tuple(tasks)))

    def abandon(self, because: str) -> None:
        """The plan that these tasks were of is not used: cancel and forget them all."""
        self._step(Stopped(because))
        self._machine = self._new_machine()
        self._added.clear()

    async def finish(
        self, plan: Plan, *, deadline: float | None = None, inputs: JsonObject | None = None
    ) -> dict[str, Outcome]:
        """Run the whole plan to its end, joining what is under way; every task has an outcome, in the plan's order.

        `deadline`, in seconds from now, cancels what is still under way then. `inputs` is what a workflow was given.
        Another plan may follow, whose tasks may refer to this one's.
        """
        planned = {task.id: task for task in plan.tasks}
        if any(planned.get(task_id) != task for task_id, task in self._added.items()):
            self.abandon("the finished plan says otherwise")
        self._finished.clear()
        self._step(TasksAdded(plan.tasks, inputs))
        self._step(PlanSealed())
        try:
            async with asyncio.timeout(deadline):
                await self._finished.wait()
        except TimeoutError:
            self._step(Stopped(f"the deadline passed after {self._elapsed():.1f} s"))
        ended = self._machine.outcomes
        outcomes = {task.id: ended[task.id] for task in plan.tasks}
        self._earlier |= outcomes
        self._machine = self._new_machine()
        self._added.clear()
        return outcomes

    async def run(self, plan: Plan, *, deadline: float | None = None) -> dict[str, Outcome]:
        """Run a plan that is known from the beginning."""
        async with self:
            return await self.finish(plan, deadline=deadline)

    def _new_machine(self) -> Machine:
        return Machine(
            policy_of=lambda task: policy_for(self._tools.get(task.tool)),
            seconds_of=self._seconds_of,
            why_held=self._why_held,
            required_of=self._required_of,
            earlier=self._earlier,
            done=self._done,
        )

    def _why_held(self, task: Task) -> ApprovalWhy | None:
        return None if self._approvals is None else self._approvals.why_held(self._tools.get(task.tool))

    def _seconds_of(self, task: Task) -> float:
        tool = self._tools.get(task.tool)
        return UNKNOWN_SECONDS if tool is None or tool.typical_seconds is None else tool.typical_seconds

    def _required_of(self, task: Task) -> Container[str]:
        tool = self._tools.get(task.tool)
        return task.arguments if tool is None else tool.required_arguments

    def _server_of(self, task: Task) -> str:
        tool = self._tools.get(task.tool)
        return tool.server if tool else ""

    def _step(self, machine_input: MachineInput) -> None:
        """Give the machine an input, carry out its commands, and start whatever may start now."""
        self._give(machine_input)
        if self._machine.finished:
            self._finished.set()
        self._retries.set(self._machine.next_due)
        self._dispatcher.start_ready()

    def _give(self, machine_input: MachineInput) -> None:
        for command in self._machine.handle(machine_input, self._elapsed()):
            self._obey(command)

    def _obey(self, command: Command) -> None:
        match command:
            case OfferCall():
                self._dispatcher.offer(self, command, self._tools.get(command.task.tool))
            case HoldTask():
                self._hold(command)
            case WithdrawCall():
                self._dispatcher.withdraw(self, command.call)
            case StartCall():
                raise AssertionError("only a grant starts a call")
            case CancelCall():
                self._under_way.pop(command.call).cancel()
            case RetryCall():
                emit_retry(self._emit, command)
            case ElementEnded():
                emit_elements(self._emit, command)
            case TaskEnded():
                if self._approvals is not None:
                    self._approvals.forget(command.task.id)
                emit_outcome(self._emit, command.task, command.outcome)
            case _:
                assert_never(command)

    def _hold(self, held: HoldTask) -> None:
        assert self._approvals is not None, "only approvals hold a task"
        tool, machine, task_id = self._tools.get(held.task.tool), self._machine, held.task.id

        def decided(why_not: str | None) -> None:
            if machine is self._machine:
                self._step(TaskApproved(task_id) if why_not is None else TaskDenied(task_id, why_not))

        if tool is None:
            decided(f"nothing is known of the tool {held.task.tool!r}, so that it cannot be approved")
        else:
            self._approvals.hold(held.task, tool, held.waiting, decided)

    def _start(self, start: StartCall, slot: Slot) -> None:
        if start.elements is None or start.first:
            emit_started(self._emit, start, self._server_of(start.task))
        call = self._group.create_task(
            self._call(start, slot), name=f"call {start.task.id}", context=self._context.copy()
        )
        # In a callback, for a call that is cancelled before it began to run has no other end.
        call.add_done_callback(partial(self._release, slot))
        self._under_way[start.call] = call

    def _release(self, slot: Slot, _: asyncio.Task[None]) -> None:
        self._dispatcher.release(slot)

    async def _call(self, start: StartCall, slot: Slot) -> None:
        """Supervise one call: whatever it raises is that task's failure, only cancellation passes."""
        machine, limits = self._machine, PausableLimits()
        limits_of_call.set(limits)
        tool = self._tools.get(start.task.tool)
        questions = None if self._approvals is None else self._approvals.questions(start.task, tool, limits)
        ask_of_call.set(None if questions is None else questions.ask)
        ended: MachineInput
        try:
            with progress_of(self._emit, start, self._progress) as on_progress:
                result = await self._calls.call(start, tool, on_progress)
            ended = CallCompleted(start.call, result)
        except RateLimited as error:
            self._slow_down(slot, error)
            ended = CallFailed(start.call, str(error), error.code, retry_after=error.retry_after or 0.0)
        except ToolError as error:
            ended = CallFailed(start.call, str(error), error.code)
        except Exception as error:
            logger.exception("task %s: calling %s broke down", start.task.id, start.task.tool)
            ended = CallFailed(start.call, f"calling {start.task.tool!r} broke down: {error!r}", "internal")
        finally:
            if questions is not None:
                questions.close()
        if machine is self._machine:  # else the call belonged to a plan that was abandoned
            self._under_way.pop(start.call, None)
            self._step(ended)

    def _slow_down(self, slot: Slot, error: RateLimited) -> None:
        learnt = self._dispatcher.turned_away(slot, error.retry_after)
        if learnt is not None:
            emit_slowed(self._emit, learnt)
