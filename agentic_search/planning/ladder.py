"""Who plans a query: whoever brought the plan; else a model, once more with the complaints, then no model.

A search never dies of a bad plan. Only where no tool can serve the question at all, or the plan that was brought breaks
a rule, it is refused.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from agentic_search.domain.data import JsonObject
from agentic_search.domain.limits import DEFAULT_PLAN_LIMITS, PlanLimits
from agentic_search.domain.plan import Plan, Task
from agentic_search.errors import ModelError, PlanRefused
from agentic_search.planning.draft.check import check, check_added
from agentic_search.planning.planner import (
    DraftDropped,
    DraftRefused,
    DraftStarted,
    Planned,
    Planner,
    PlanRequest,
    PlanStep,
    TaskReady,
)
from agentic_search.text.counting import count

_AGAIN = "It is asked once more, with what was wrong."
WITHOUT_MODEL = "Planning without a language model instead."
ADDED = "What a plan without a language model would call is added."
ENOUGH = "The answer is made from what was found."
_MOST_COMPLAINTS = 3


class GivenPlanner:
    """Plans nothing: checks one plan and gives it."""

    def __init__(
        self, plan: Plan | JsonObject, limits: PlanLimits = DEFAULT_PLAN_LIMITS, *, inputs: JsonObject | None = None
    ) -> None:
        """A plan, or its JSON as somebody wrote it down; `inputs` is what its references to `inputs` read."""
        self._draft: JsonObject = plan.model_dump(mode="json") if isinstance(plan, Plan) else plan
        self._limits = limits
        self._inputs = inputs

    async def plan(self, request: PlanRequest) -> AsyncGenerator[PlanStep, None]:
        """Check the plan; raises PlanRefused."""
        yield DraftStarted("given")
        # A large plan takes long to check: a thread leaves the event loop to others.
        tasks = await asyncio.to_thread(self._checked, request)
        for task in tasks:
            yield TaskReady(task)
        yield Planned(tasks, "given", inputs=self._inputs)

    def _checked(self, request: PlanRequest) -> tuple[Task, ...]:
        draft, tools, most = self._draft, request.tools, self._limits.references
        if earlier := request.so_far.ids:
            return check_added(draft, tools, earlier=earlier, inputs=self._inputs, most_references=most)
        return check(draft, tools, inputs=self._inputs, most_references=most).tasks


class PlanLadder:
    """Tries a model, once more with what was wrong, then the planner that needs no model; for every round."""

    def __init__(self, model: Planner | None, offline: Planner, *, why_no_model: str = "") -> None:
        """With no `model` the plan is made offline at once; `why_no_model`, if given, is given as the reason."""
        self._model = model
        self._offline = offline
        self._why_no_model = why_no_model

    async def plan(self, request: PlanRequest) -> AsyncGenerator[PlanStep, None]:
        """Step down until there is a plan; raises PlanRefused where the last step does: in the first round only."""
        otherwise = ENOUGH if request.so_far.plans else WITHOUT_MODEL
        planner = self._model or self._offline
        if self._model is None and self._why_no_model:
            yield DraftDropped(self._why_no_model, otherwise)
        while True:
            try:
                async with aclosing(planner.plan(request)) as steps:
                    async for step in steps:
                        yield step
                return
            except (PlanRefused, ModelError) as raised:
                if planner is self._offline:
                    raise
                problem = raised
            refused = problem if isinstance(problem, DraftRefused) else None
            again = refused is not None and request.refused is None
            yield DraftDropped(_reason(problem), _AGAIN if again else otherwise)
            request = replace(request, refused=refused)
            planner = planner if again else self._offline


def _reason(problem: PlanRefused | ModelError) -> str:
    """Why there is no plan, as one sentence for people."""
    if isinstance(problem, ModelError):
        return f"The model made no plan: {str(problem).rstrip('.')}."
    shown = "; ".join(problem.complaints[:_MOST_COMPLAINTS])
    more = len(problem.complaints) - _MOST_COMPLAINTS
    rest = f"; and {count(more, 'more mistake')}" if more > 0 else ""
    return f"The model's plan cannot be used: {shown}{rest}."
