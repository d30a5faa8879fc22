"""The node that plans a round: it has the plan made before the deadline and emits each step as planning goes on.

Tasks that only read and need no approval start as soon as the planner gives them, while the rest of the plan is still
being written. What could change something waits until the whole plan is accepted. A draft that is dropped takes its
tasks with it.
"""

import asyncio
from collections.abc import Container
from contextlib import aclosing
from dataclasses import replace
from typing import assert_never

from langgraph.runtime import Runtime
from pydantic import TypeAdapter

from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.query import ContinuedQuery, Query
from agentic_search.domain.tool import by_any_name
from agentic_search.errors import DeadlinePassed, PlanRefused, SearchFailed
from agentic_search.events.facts import (
    ModelWaiting,
    PlanFallback,
    PlanMended,
    PlanReady,
    PlanStarted,
    PlanTask,
    ToolsDiscovered,
)
from agentic_search.graph.context import RunContext, Toolbox
from agentic_search.graph.named_tools import Missing, usable_tools
from agentic_search.graph.state import DiscoveredState, PlannedState, whole_plan
from agentic_search.models.chat import Waiting
from agentic_search.models.choice import ChosenModel
from agentic_search.planning.draft.links import reading_part
from agentic_search.planning.ladder import ADDED, ENOUGH, WITHOUT_MODEL, GivenPlanner, PlanLadder
from agentic_search.planning.model.planner import ModelPlanner
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import (
    DraftDropped,
    DraftMended,
    DraftStarted,
    Planned,
    Planner,
    PlannerWaiting,
    PlanRequest,
    SoFar,
    TaskReady,
)
from agentic_search.scheduler.emitting import emit_outcome
from agentic_search.synthesis.writing.prompt import ANSWER_RULES

_SOON = 0.03
"""Seconds within which a model server that is not there is known to be so: then there is nothing to preview."""
NOTHING_MORE = Planned((), "offline")
_PLANNED = TypeAdapter(tuple[Planned, str])
SMALL_MODEL = "A small model planned, which may not think of all."


async def plan(state: DiscoveredState, runtime: Runtime[RunContext]) -> PlannedState:
    """Have a round planned; its first tasks may be done before its last is written.

    Later rounds never raise: whatever goes wrong then, there is something to answer from.
    """
    context, query = runtime.context, state["query"]
    so_far = SoFar(state["plans"], state["outcomes"])
    with context.run.spent.phase("plan"):
        planned, lacking = await _planned_once(state, context, so_far)
    plans = (*so_far.plans, Plan(tasks=planned.tasks)) if planned.tasks else so_far.plans
    if not so_far.plans or query.brings_a_plan or planned.tasks or planned.model is not None:
        context.run.emit(
            PlanReady(
                plan=whole_plan(plans),
                planner=planned.planner,
                model=planned.model,
                round=so_far.next_round,
                earlier=len(so_far.ids),
                usage=context.run.spent.usage,
                not_used=planned.not_used,
                parallel=context.parallel,
                inputs=planned.inputs,
                runs=not query.plan_only,
            )
        )
    if isinstance(query, ContinuedQuery):
        for task in query.tasks(kept=True):
            emit_outcome(context.run.emit, task, query.kept[task.id], kept_of=query.servers.get(task.id, ""))
    by_model = so_far.plans and not (state["lacking"] or query.brings_a_plan)
    return {
        **state,
        "plans": plans,
        "planner": "model" if by_model else planned.planner,
        "inputs": planned.inputs,
        "opening": planned.opening or state["opening"],
        "lacking": lacking,
        "not_used": planned.not_used,
    }


async def _planned_once(state: DiscoveredState, context: RunContext, so_far: SoFar) -> tuple[Planned, str]:
    """As `_planned`; where the run goes on in another process, what was planned before."""
    run, name = context.run, f"plan {so_far.next_round}{' added' if state['lacking'] else ''}"
    if (before := run.journal.get(name, _PLANNED)) is not None:
        await _connected(before[0], state, context)
        return before
    run.void_draft()
    planned = await _planned(state, context, so_far)
    run.journal.put(name, planned)
    return planned


async def _planned(state: DiscoveredState, context: RunContext, so_far: SoFar) -> tuple[Planned, str]:
    """The round, and why it is to be added to although it can be used: empty where it need not."""
    query, lacking = state["query"], state["lacking"]
    request = PlanRequest(
        state["asked"],
        state["tools"],
        so_far,
        lacking,
        said=query.query,
        earlier=state["earlier"],
        several_rounds=query.rounds > 1,
        instructions=state["instructions"],
        approval=context.approval,
    )
    follower = _Follower(context, early=_early(state, context))
    by_model, time = not (query.brings_a_plan or lacking), _PlanTime(state, context)
    try:
        if lacking:
            follower.emit(DraftDropped(lacking, ADDED))
        try:
            async with time.limit if by_model else asyncio.timeout(state["deadline"] - context.run.elapsed):
                if query.brings_a_plan:
                    return await _checked(follower, state, request, context), ""
                planner = OfflinePlanner() if lacking else await _planner(request, query, context)
                planned = await follower.follow(planner, request, time)
                lacks = SMALL_MODEL if planned.by_small_model and not so_far.plans else ""
                if context.preview and not lacks:  # else what the preview calls is planned next
                    context.preview.keep_only(planned.tasks)
                return planned, lacks
        except TimeoutError:
            if not by_model:
                return _too_late(state, so_far), ""
            return await _cut_off(follower, request, time.share)
    except PlanRefused as refused:
        if query.brings_a_plan:
            raise
        if so_far.plans:
            return NOTHING_MORE, ""
        raise SearchFailed(f"No plan could be made. {follower.cause}{'; '.join(refused.complaints)}.") from refused


async def _checked(follower: "_Follower", state: DiscoveredState, request: PlanRequest, context: RunContext) -> Planned:
    """The plan that was brought; waits for servers that are connecting and may have what it names.

    Raises PlanRefused or ToolsNotReady; NotFound or PlanRefused for a workflow that cannot be run.
    """
    query, toolbox = state["query"], context.toolbox
    limits = context.limits
    if isinstance(query, ContinuedQuery):
        context.runner.keep(query.kept, query.done)
        tasks = query.tasks(kept=False)
        if not tasks:
            return Planned((), "given", inputs=query.filled_inputs)
        planner = GivenPlanner(Plan.model_construct(tasks=tasks), limits.plans, inputs=query.filled_inputs)
    elif query.plan:
        planner = GivenPlanner(query.plan, limits.plans)
    else:
        planner = await asyncio.to_thread(context.workflows.planner, query)
    until = (1 - limits.writer_share) * state["deadline"]
    while True:
        try:
            return await follower.follow(planner, request)
        except PlanRefused as refused:
            missing = Missing(toolbox.catalog(), toolbox.statuses(), refused)
            if not missing.may_come or not await _change(toolbox, until - context.run.elapsed):
                raise missing.error() from refused
        tools = toolbox.timed(usable_tools(toolbox.catalog(), query))
        context.run.emit(ToolsDiscovered(servers=tuple(toolbox.statuses()), tools=len(tools)))
        context.runner.know(tools)
        request = replace(request, tools=tools)


async def _connected(planned: Planned, state: DiscoveredState, context: RunContext) -> None:
    """Wait for servers that are connecting and may have what a plan names that was made in a process that died."""
    query, toolbox, wanted = state["query"], context.toolbox, {task.tool for task in planned.tasks}
    if isinstance(query, ContinuedQuery):
        context.runner.keep(query.kept, query.done)
    until = asyncio.get_running_loop().time() + context.limits.planner_share * state["deadline"]
    tools = state["tools"]
    while wanted - by_any_name(tools).keys() and any(server.status == "connecting" for server in toolbox.statuses()):
        if not await _change(toolbox, until - asyncio.get_running_loop().time()):
            break
        tools = toolbox.timed(usable_tools(toolbox.catalog(), query))
    context.runner.know(tools)


async def _change(toolbox: Toolbox, within: float) -> bool:
    """Whether any server's status or tools changed within so many seconds."""
    try:
        async with asyncio.timeout(within):
            await toolbox.changed()
    except TimeoutError:
        return False
    return True


class _PlanTime:
    """How long a model may plan: its share of the deadline, and nothing of what is left to those who come after."""

    def __init__(self, state: DiscoveredState, context: RunContext) -> None:
        deadline, limits = state["deadline"], context.limits
        now = asyncio.get_running_loop().time()
        self.share = limits.planner_share * deadline
        """Seconds, from when the model has begun."""
        self._until = now + (1 - limits.writer_share) * deadline - context.run.elapsed
        self.limit = asyncio.timeout_at(min(self._until, now + self.share))
        """To be entered: ends the block with TimeoutError."""

    def note(self, waiting: Waiting) -> None:
        """A model that waits for other requests, or is being loaded, has not begun; when it has, its share begins."""
        begins = not (waiting.before or waiting.loading)
        now = asyncio.get_running_loop().time()
        self.limit.reschedule(min(self._until, now + self.share) if begins else self._until)


def _too_late(state: DiscoveredState, so_far: SoFar) -> Planned:
    if so_far.plans:
        return NOTHING_MORE
    raise DeadlinePassed(f"The deadline of {state['deadline']:g} s passed before there was a plan.")


async def _cut_off(follower: "_Follower", request: PlanRequest, share: float) -> tuple[Planned, str]:
    """What comes of a model that takes too long: what it has written is used as far as it only reads, and added to."""
    what = f"to plan round {request.so_far.next_round}" if request.so_far.plans else "to plan"
    reason = f"The model took longer {what} than its share of the deadline, {share:.3g} s."
    tasks, notes = reading_part(follower.tasks, request.tools)
    if tasks:
        if notes:
            follower.emit(DraftMended(notes))
        return Planned(tasks, "model", follower.model), reason
    if request.so_far.plans:
        follower.emit(DraftDropped(reason, ENOUGH))
        return NOTHING_MORE, ""
    follower.emit(DraftDropped(reason, WITHOUT_MODEL))
    return await follower.follow(OfflinePlanner(), request), ""


async def _planner(request: PlanRequest, query: Query, context: RunContext) -> Planner:
    """Who plans for a query that brings no plan."""
    chosen = await _chosen_model(request, query, context)
    rules = ANSWER_RULES if context.models.is_one(query.model) else ""
    by_model = ModelPlanner(chosen.model, form=context.plan_form, answer_rules=rules) if chosen.model else None
    return PlanLadder(by_model, OfflinePlanner(), why_no_model=chosen.why_none or "")


async def _chosen_model(request: PlanRequest, query: Query, context: RunContext) -> ChosenModel:
    """The model that plans, if any. Where there is one, or that takes long to say, the preview begins."""
    preview = None if request.so_far.plans else context.preview
    async with asyncio.TaskGroup() as group:
        choosing = group.create_task(context.models.planner(query.model, batch=query.batch), name="choose the planner")
        await asyncio.wait((choosing,), timeout=_SOON)
        if preview and not (choosing.done() and choosing.result().model is None):
            preview.begin(request)
    chosen = choosing.result()
    if preview and chosen.model is None:
        preview.end()  # the answer itself comes at once
    return chosen


def _early(state: DiscoveredState, context: RunContext) -> Container[str]:
    """The names of the tools whose tasks start at once. A plan that is brought is whole at once: nothing is gained."""
    query = state["query"]
    if query.brings_a_plan or query.plan_only or not context.start_early:
        return ()
    rules = context.approval
    return by_any_name(tool for tool in state["tools"] if tool.read_only and rules.why_waits(tool) is None)


class _Follower:
    """Follows planners step by step: emits each step, and has the runner do what it means for the tasks."""

    def __init__(self, context: RunContext, *, early: Container[str]) -> None:
        self._run = context.run
        self._runner = context.runner
        self._early = early
        self.tasks: list[Task] = []
        """What has been written of the plan so far."""
        self.model: str | None = None
        """Who writes it."""
        self.cause = ""
        """Why the first draft was dropped, a sentence and a blank."""

    async def follow(self, planner: Planner, request: PlanRequest, time: _PlanTime | None = None) -> Planned:
        """Follow to the last step, within `time`; closed at once, so that the model stops when the run does."""
        async with aclosing(planner.plan(request)) as steps:
            async for step in steps:
                if isinstance(step, Planned):
                    return step
                if time is not None and isinstance(step, PlannerWaiting):
                    time.note(step.waiting)
                self.emit(step)
        raise RuntimeError(f"{planner!r} ended without a plan")

    def emit(self, step: DraftStarted | PlannerWaiting | TaskReady | DraftDropped | DraftMended) -> None:
        """Emit one step."""
        match step:
            case DraftStarted():
                self.model = step.model
                self._run.emit(PlanStarted(planner=step.planner, model=step.model, round=step.round))
            case PlannerWaiting(model, waiting):
                told = ModelWaiting(model=model, purpose="plan", before=waiting.before, loading=waiting.loading)
                self._run.emit(told)
            case DraftMended(notes):
                self._run.emit(PlanMended(notes=notes))
            case TaskReady():
                self.tasks.append(step.task)
                self._run.emit(PlanTask(task=step.task))
                if step.task.tool in self._early:
                    self._runner.add((step.task,))
            case DraftDropped():
                self.tasks.clear()
                self.cause = self.cause or f"{step.reason} "
                self._runner.abandon("the plan it was of is not used")
                spent = self._run.spent
                self._run.emit(
                    PlanFallback(
                        reason=step.reason,
                        instead=step.instead,
                        seconds=round(spent.seconds("plan"), 4),
                        usage=spent.usage,
                    )
                )
            case _:
                assert_never(step)
