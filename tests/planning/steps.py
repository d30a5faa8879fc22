"""Follows a planner to its end, as the plan node does."""

from contextlib import aclosing

from agentic_search.planning.planner import Planned, Planner, PlanRequest, PlanStep


async def follow(planner: Planner, request: PlanRequest, told: list[PlanStep] | None = None) -> Planned:
    """The last step; those before it are added to `told`, each before the planner goes on."""
    async with aclosing(planner.plan(request)) as steps:
        async for step in steps:
            if isinstance(step, Planned):
                return step
            if told is not None:
                told.append(step)
    raise AssertionError("the planner ended without a plan")
