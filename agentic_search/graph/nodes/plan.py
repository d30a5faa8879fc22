"""The question and the tools flow in; an accepted plan flows out, in later rounds what is added to it."""

import asyncio

from langgraph.runtime import Runtime

from agentic_search.domain.plan import Plan
from agentic_search.errors import DeadlinePassed, PlanRefused, SearchFailed
from agentic_search.events.facts import Emit, PlanFallback, PlanReady
from agentic_search.graph.context import RunContext
from agentic_search.graph.early_start import emitting_early
from agentic_search.graph.rounds import whole_plan
from agentic_search.graph.state import Discovered, Planned
from agentic_search.planning.model.later_planner import Added, SoFar
from agentic_search.planning.replan_ladder import ENOUGH


async def plan(state: Discovered, runtime: Runtime[RunContext]) -> Planned:
    """Have the plan made before the deadline; its first tasks may be done before its last is written."""
    if state["plans"]:
        return await _next_round(state, runtime.context)
    return await _first_round(state, runtime.context)


async def _first_round(state: Discovered, context: RunContext) -> Planned:
    query = state["query"]
    began = context.run.elapsed
    emit = _emitting(state, context)
    try:
        async with asyncio.timeout(state["deadline"] - began):
            planner = await context.minds.planner(query)
            planned = await planner.plan(query.query, state["tools"], emit)
    except PlanRefused as refused:
        if query.brings_a_plan:
            raise
        raise SearchFailed(f"No plan could be made. {'; '.join(refused.complaints)}.") from refused
    except TimeoutError:
        raise DeadlinePassed(f"The deadline of {state['deadline']:g} s passed before there was a plan.") from None
    context.run.emit(PlanReady(plan=planned.plan, planner=planned.planner, model=planned.model))
    return {
        **state,
        "plans": (planned.plan,),
        "planner": planned.planner,
        "inputs": planned.inputs,
        "usage": planned.usage,
        "plan_seconds": context.run.elapsed - began,
    }


async def _next_round(state: Discovered, context: RunContext) -> Planned:
    began = context.run.elapsed
    so_far = SoFar(state["plans"], state["outcomes"])
    added = await _added(state, context, so_far)
    plans = (*state["plans"], Plan(tasks=added.tasks)) if added.tasks else state["plans"]
    if added.model is not None:
        whole, earlier = whole_plan(plans), len(so_far.ids)
        context.run.emit(
            PlanReady(plan=whole, planner="model", model=added.model, round=so_far.next_round, earlier=earlier)
        )
    return {
        **state,
        "plans": plans,
        "planner": "model",
        "inputs": None,
        "usage": state["usage"].plus(added.usage),
        "plan_seconds": state["plan_seconds"] + context.run.elapsed - began,
    }


async def _added(state: Discovered, context: RunContext, so_far: SoFar) -> Added:
    """What is still needed. Whatever goes wrong now, there is something to answer from: the run goes on with that."""
    query, emit = state["query"], _emitting(state, context)
    try:
        async with asyncio.timeout(state["deadline"] - context.run.elapsed):
            replanner = await context.minds.replanner(query)
            return await replanner.replan(query.query, state["tools"], emit, so_far=so_far)
    except TimeoutError:
        reason = f"The deadline of {state['deadline']:g} s passed while round {so_far.next_round} was planned."
        emit(PlanFallback(reason=reason, instead=ENOUGH))
        return Added()


def _emitting(state: Discovered, context: RunContext) -> Emit:
    """How planning is told. A plan that is brought is whole at once: nothing is gained by starting early."""
    return context.run.emit if state["query"].brings_a_plan else emitting_early(context, state["tools"])
