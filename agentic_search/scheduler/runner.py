"""The machine's hands: it starts, cancels and tells what the machine decides; the only place that awaits tool calls."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self, assert_never

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Outcome
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool, by_any_name
from agentic_search.errors import ToolError
from agentic_search.events import facts
from agentic_search.events.facts import Tell
from agentic_search.scheduler.call import CallTool, OnProgress
from agentic_search.scheduler.limits import Limits
from agentic_search.scheduler.machine import Machine
from agentic_search.scheduler.policy import policy_for
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
from agentic_search.scheduler.telling import tell_outcome

logger = logging.getLogger(__name__)


class Runner:
    """Runs the tasks of one run, from the first that is known; an async context manager that leaves no call behind."""

    def __init__(
        self,
        call_tool: CallTool,
        tell: Tell,
        *,
        clock: Clock,
        elapsed: Callable[[], float],
        max_concurrent: int,
        tools: Mapping[str, Tool] | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`elapsed` gives the seconds since the run began; `tools` is what `know` may tell later.

        `limits` are those of the process, shared with its other runs.
        """
        self._call_tool = call_tool
        self._tell = tell
        self._clock = clock
        self._elapsed = elapsed
        self._tools = dict(tools or {})
        self._limits = limits or Limits()
        self._max_concurrent = max_concurrent
        self._machine = self._new_machine()
        self._added: dict[str, Task] = {}
        self._group = asyncio.TaskGroup()
        self._under_way: dict[CallId, asyncio.Task[None]] = {}
        self._alarm: asyncio.Task[None] | None = None
        self._finished = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._limits.watch(self, self._ask_again)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limits.unwatch(self)
        for call in (*self._under_way.values(), *filter(None, [self._alarm])):
            call.cancel()
        # The group is not told of the block's own error: it would wrap it in an exception group.
        await self._group.__aexit__(None, None, None)

    def know(self, tools: Iterable[Tool]) -> None:
        """Say which tools there are: their servers are told, and they decide how often a task is tried."""
        self._tools = by_any_name(tools)

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
        outcomes = self._machine.outcomes
        return {task.id: outcomes[task.id] for task in plan.tasks}

    async def run(self, plan: Plan, *, deadline: float | None = None) -> dict[str, Outcome]:
        """Run a plan that is known from the beginning."""
        async with self:
            return await self.finish(plan, deadline=deadline)

    def _new_machine(self) -> Machine:
        return Machine(
            max_concurrent=self._max_concurrent,
            policy_of=lambda task: policy_for(self._tools.get(task.tool)),
            admit=lambda task: self._limits.admit(self._server_of(task), self._clock.now()),
        )

    def _server_of(self, task: Task) -> str:
        tool = self._tools.get(task.tool)
        return tool.server if tool else ""

    def _ask_again(self) -> None:
        """A place has become free somewhere: perhaps one that this run waits for."""
        if not self._machine.finished:
            self._step(TimePassed())

    def _step(self, stimulus: Stimulus) -> None:
        machine = self._machine
        for instruction in machine.handle(stimulus, self._elapsed()):
            self._obey(instruction)
        if machine.finished:
            self._finished.set()
        self._set_alarm()

    def _obey(self, instruction: Instruction) -> None:
        match instruction:
            case StartCall():
                self._start(instruction)
            case CancelCall():
                self._under_way.pop(instruction.call).cancel()
            case RetryCall():
                self._tell_retry(instruction)
            case ElementEnded():
                self._tell_elements(instruction)
            case TaskEnded():
                tell_outcome(self._tell, instruction.task, instruction.outcome)
            case _:
                assert_never(instruction)

    def _start(self, start: StartCall) -> None:
        task = start.task
        if start.elements is None or (start.call.element == 0 and start.attempt == 1):
            self._tell(
                facts.TaskStarted(
                    id=task.id,
                    tool=task.tool,
                    server=self._server_of(task),
                    purpose=task.purpose,
                    attempt=start.attempt,
                    arguments=start.arguments if start.elements is None else task.arguments,
                )
            )
        call = self._group.create_task(self._call(start), name=f"call {task.id}")
        call.add_done_callback(
            lambda _: self._limits.release(self._server_of(task))
        )  # also where it never began to run
        self._under_way[start.call] = call

    async def _call(self, start: StartCall) -> None:
        """Supervise one call: whatever it raises is that task's failure, only cancellation passes."""
        machine = self._machine
        ended: Stimulus
        try:
            result = await self._call_tool(
                start.task.tool, start.arguments, timeout=start.task.timeout, on_progress=self._progress_of(start)
            )
            ended = CallCompleted(start.call, result)
        except ToolError as error:
            ended = CallFailed(start.call, str(error), error.code)
        except Exception as error:
            logger.exception("task %s: calling %s broke down", start.task.id, start.task.tool)
            ended = CallFailed(start.call, f"calling {start.task.tool!r} broke down: {error!r}", "internal")
        if machine is self._machine:  # else the call belonged to a plan that was abandoned
            self._under_way.pop(start.call, None)
            self._step(ended)

    def _set_alarm(self) -> None:
        """Have one task wait for the next moment that the machine asked for."""
        if self._alarm is not None and self._alarm is not asyncio.current_task():
            self._alarm.cancel()
        due = self._machine.next_due
        self._alarm = None if due is None else self._group.create_task(self._wake_at(due), name="alarm")

    async def _wake_at(self, due: float) -> None:
        await self._clock.sleep(max(0.0, due - self._elapsed()))
        self._step(TimePassed())

    def _progress_of(self, start: StartCall) -> OnProgress:
        task = start.task

        def on_progress(progress: float, total: float | None, text: str) -> None:
            if start.elements is None:
                told = facts.TaskProgress(id=task.id, tool=task.tool, progress=progress, total=total, text=text)
                self._tell(told)

        return on_progress

    def _tell_elements(self, ended: ElementEnded) -> None:
        task = ended.task
        self._tell(facts.TaskProgress(id=task.id, tool=task.tool, progress=ended.done, total=ended.elements))

    def _tell_retry(self, retry: RetryCall) -> None:
        task, attempt = retry.start.task, retry.start.attempt
        self._tell(
            facts.TaskRetrying(
                id=task.id, tool=task.tool, attempt=attempt, wait=round(retry.wait, 3), error=retry.error
            )
        )
        self._under_way.pop(retry.start.call, None)
