"""The node that plans a round: it has the plan made before the deadline and emits each step as planning goes on.

Tasks that only read start as soon as the planner gives them, while the rest of the plan is still being written. What
could change something waits until the whole plan is accepted. A draft that is dropped takes its tasks with it.
"""

import asyncio
from collections.abc import Container
from contextlib import aclosing
from typing import assert_never

from langgraph.runtime import Runtime

from agentic_search.domain.plan import Plan
from agentic_search.domain.query import Query
from agentic_search.domain.tool import by_any_name
from agentic_search.errors import DeadlinePassed, PlanRefused, SearchFailed
from agentic_search.events.facts import PlanFallback, PlanMended, PlanReady, PlanStarted, PlanTask
from agentic_search.graph.context import RunContext
from agentic_search.graph.state import DiscoveredState, PlannedState, whole_plan
from agentic_search.planning.ladder import ENOUGH, GivenPlanner, PlanLadder
from agentic_search.planning.model.planner import ModelPlanner
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import (
    DraftDropped,
    DraftMended,
    DraftStarted,
    Planned,
    Planner,
    PlanRequest,
    SoFar,
    TaskReady,
)
from agentic_search.synthesis.writing.prompt import ANSWER_RULES


async def plan(state: DiscoveredState, runtime: Runtime[RunContext]) -> PlannedState:
    """Have a round planned; its first tasks may be done before its last is written.

    Later rounds never raise: whatever goes wrong then, there is something to answer from.
    """
    context, so_far = runtime.context, SoFar(state["plans"], state["outcomes"])
    began = context.run.elapsed
    planned = await _planned(state, context, so_far)
    plans = (*so_far.plans, Plan(tasks=planned.tasks)) if planned.tasks else so_far.plans
    if not so_far.plans or planned.model is not None:
        context.run.emit(
            PlanReady(
                plan=whole_plan(plans),
                planner=planned.planner,
                model=planned.model,
                round=so_far.next_round,
                earlier=len(so_far.ids),
            )
        )
    return {
        **state,
        "plans": plans,
        "planner": "model" if so_far.plans else planned.planner,
        "inputs": planned.inputs,
        "opening": planned.opening or state["opening"],
        "usage": state["usage"].plus(planned.usage),
        "plan_seconds": state["plan_seconds"] + context.run.elapsed - began,
    }


async def _planned(state: DiscoveredState, context: RunContext, so_far: SoFar) -> Planned:
    query, deadline = state["query"], state["deadline"]
    several_rounds, instructions = query.rounds > 1, state["instructions"]
    request = PlanRequest(query.query, state["tools"], so_far, several_rounds=several_rounds, instructions=instructions)
    try:
        async with asyncio.timeout(deadline - context.run.elapsed):
            return await _followed(await _planner(query, context), request, context, early=_early(state, context))
    except PlanRefused as refused:
        if query.brings_a_plan:
            raise
        raise SearchFailed(f"No plan could be made. {'; '.join(refused.complaints)}.") from refused
    except TimeoutError:
        if not so_far.plans:
            raise DeadlinePassed(f"The deadline of {deadline:g} s passed before there was a plan.") from None
        reason = f"The deadline of {deadline:g} s passed while round {so_far.next_round} was planned."
        _follow(DraftDropped(reason, ENOUGH), context, early=())
        return Planned((), "offline")


async def _planner(query: Query, context: RunContext) -> Planner:
    """Who plans for this query; raises NotFound or PlanRefused for a workflow that cannot be run."""
    if query.plan is not None:
        return GivenPlanner(query.plan)
    if query.workflow is not None:
        return await asyncio.to_thread(context.workflows.planner, query)
    chosen = await context.models.planner(query.model)
    rules = ANSWER_RULES if context.models.is_one(query.model) else ""
    by_model = ModelPlanner(chosen.model, form=context.plan_form, answer_rules=rules) if chosen.model else None
    return PlanLadder(by_model, OfflinePlanner(), why_no_model=chosen.why_none or "")


def _early(state: DiscoveredState, context: RunContext) -> Container[str]:
    """The names of the tools whose tasks start at once. A plan that is brought is whole at once: nothing is gained."""
    if state["query"].brings_a_plan or not context.start_early:
        return ()
    return by_any_name(tool for tool in state["tools"] if tool.read_only)


async def _followed(planner: Planner, request: PlanRequest, context: RunContext, *, early: Container[str]) -> Planned:
    """Follow the planner to its last step; closed at once, so that the model stops when the run does."""
    async with aclosing(planner.plan(request)) as steps:
        async for step in steps:
            if isinstance(step, Planned):
                return step
            _follow(step, context, early=early)
    raise RuntimeError(f"{planner!r} ended without a plan")


def _follow(
    step: DraftStarted | TaskReady | DraftDropped | DraftMended, context: RunContext, *, early: Container[str]
) -> None:
    """Emit one step of planning, and have the runner do what it means for the tasks."""
    match step:
        case DraftStarted():
            context.run.emit(PlanStarted(planner=step.planner, model=step.model, round=step.round))
        case TaskReady():
            context.run.emit(PlanTask(task=step.task))
            if step.task.tool in early:
                context.runner.add((step.task,))
        case DraftDropped():
            context.runner.abandon("the plan it was of is not used")
            context.run.emit(PlanFallback(reason=step.reason, instead=step.instead))
        case DraftMended():
            context.run.emit(PlanMended(notes=step.notes))
        case _:
            assert_never(step)
