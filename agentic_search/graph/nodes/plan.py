"""The question and the tools flow in; an accepted plan flows out."""

import asyncio

from langgraph.runtime import Runtime

from agentic_search.errors import DeadlinePassed, PlanRefused, RunFailed
from agentic_search.events.facts import PlanReady
from agentic_search.graph.context import RunContext
from agentic_search.graph.early_start import telling_early
from agentic_search.graph.state import Discovered, Planned


async def plan(state: Discovered, runtime: Runtime[RunContext]) -> Planned:
    """Have the plan made before the deadline; its first tasks may be done before its last is written."""
    context, query = runtime.context, state["query"]
    began = context.run.elapsed
    # A plan that is brought is whole at once: nothing is gained by starting early.
    tell = context.run.tell if query.brings_a_plan else telling_early(context, state["tools"])
    try:
        async with asyncio.timeout(state["deadline"] - began):
            planner = await context.minds.planner(query)
            planned = await planner.plan(query.query, state["tools"], tell)
    except PlanRefused as refused:
        if query.brings_a_plan:
            raise
        raise RunFailed(f"No plan could be made. {'; '.join(refused.complaints)}.") from refused
    except TimeoutError:
        raise DeadlinePassed(f"The deadline of {state['deadline']:g} s passed before there was a plan.") from None
    context.run.tell(PlanReady(plan=planned.plan, planner=planned.planner, model=planned.model))
    return {
        **state,
        "plan": planned.plan,
        "inputs": planned.inputs,
        "usage": planned.usage,
        "plan_seconds": context.run.elapsed - began,
    }
