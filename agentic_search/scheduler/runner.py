"""The machine's hands: it starts, cancels and tells what the machine decides; the only place that awaits tool calls."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import assert_never

from agentic_search.clock import Clock
from agentic_search.domain.outcome import Completed, Failed, Outcome, Skipped
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import ToolError
from agentic_search.events import facts
from agentic_search.events.facts import Tell
from agentic_search.scheduler.call import CallTool
from agentic_search.scheduler.machine import Machine, whole_plan
from agentic_search.scheduler.stimuli import (
    CallCompleted,
    CallFailed,
    CallId,
    CancelCall,
    ElementEnded,
    Instruction,
    StartCall,
    Stimulus,
    Stopped,
    TaskEnded,
)

logger = logging.getLogger(__name__)


class Runner:
    """Runs one plan."""

    def __init__(
        self,
        call_tool: CallTool,
        tell: Tell,
        *,
        clock: Clock,
        elapsed: Callable[[], float],
        tools: Mapping[str, Tool],
        max_concurrent: int,
    ) -> None:
        """`elapsed` gives the seconds since the run began; `tools` the catalog by name, for the facts told."""
        self._call_tool = call_tool
        self._tell = tell
        self._clock = clock
        self._elapsed = elapsed
        self._tools = tools
        self._machine = Machine(max_concurrent=max_concurrent)
        self._group = asyncio.TaskGroup()
        self._under_way: dict[CallId, asyncio.Task[None]] = {}
        self._deadline: asyncio.Task[None] | None = None

    async def run(self, plan: Plan, *, deadline: float | None = None) -> dict[str, Outcome]:
        """Run to the end; every task has an outcome, in the plan's order.

        `deadline`, in seconds from now, cancels what is still under way then. Cancelling this coroutine cancels every
        call.
        """
        async with self._group:
            for stimulus in whole_plan(plan):
                self._step(stimulus)
            if deadline is not None and not self._machine.finished:
                self._deadline = self._group.create_task(self._stop_after(deadline))
        return self._machine.outcomes

    def _step(self, stimulus: Stimulus) -> None:
        for instruction in self._machine.handle(stimulus, self._elapsed()):
            self._obey(instruction)
        if self._machine.finished and self._deadline is not None:
            self._deadline.cancel()

    def _obey(self, instruction: Instruction) -> None:
        match instruction:
            case StartCall():
                self._start(instruction)
            case CancelCall():
                self._under_way.pop(instruction.call).cancel()
            case ElementEnded():
                self._tell_elements(instruction)
            case TaskEnded():
                self._tell_outcome(instruction.task, instruction.outcome)
            case _:
                assert_never(instruction)

    def _start(self, start: StartCall) -> None:
        task = start.task
        if start.call.element == 0:
            tool = self._tools.get(task.tool)
            self._tell(
                facts.TaskStarted(
                    id=task.id,
                    tool=task.tool,
                    server=tool.server if tool else "",
                    purpose=task.purpose,
                    arguments=task.arguments if start.elements else start.arguments,
                )
            )
        self._under_way[start.call] = self._group.create_task(self._call(start), name=f"call {task.id}")

    async def _call(self, start: StartCall) -> None:
        """Supervise one call: whatever it raises is that task's failure, only cancellation passes."""
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
        self._under_way.pop(start.call, None)
        self._step(ended)

    async def _stop_after(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._deadline = None
        self._step(Stopped(f"the deadline passed after {self._elapsed():.1f} s"))

    def _progress_of(self, start: StartCall) -> Callable[[float, float | None, str], None]:
        task = start.task

        def on_progress(progress: float, total: float | None, text: str) -> None:
            if start.elements is None:
                told = facts.TaskProgress(id=task.id, tool=task.tool, progress=progress, total=total, text=text)
                self._tell(told)

        return on_progress

    def _tell_elements(self, ended: ElementEnded) -> None:
        task = ended.task
        self._tell(facts.TaskProgress(id=task.id, tool=task.tool, progress=ended.done, total=ended.elements))

    def _tell_outcome(self, task: Task, outcome: Outcome) -> None:
        match outcome:
            case Completed():
                self._tell_completed(task, outcome)
            case Failed():
                self._tell(
                    facts.TaskFailed(
                        id=task.id,
                        tool=task.tool,
                        duration=outcome.duration,
                        attempts=outcome.attempts,
                        error=outcome.error,
                    )
                )
            case Skipped():
                self._tell(facts.TaskSkipped(id=task.id, tool=task.tool, because=outcome.because))
            case _:
                assert_never(outcome)

    def _tell_completed(self, task: Task, outcome: Completed) -> None:
        self._tell(
            facts.TaskCompleted(
                id=task.id,
                tool=task.tool,
                purpose=task.purpose,
                duration=outcome.duration,
                attempts=outcome.attempts,
                cached=outcome.result.cached,
                result=outcome.result.value,
            )
        )
        if outcome.result.passages:
            self._tell(facts.SourcesFound(task_id=task.id, sources=outcome.result.passages))
