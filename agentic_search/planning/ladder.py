"""What is tried when a plan is no good: the model, the model once more with the complaints, then words alone.

A search never dies of a bad plan: every step down is told, and only a question that no tool can serve is refused.
"""

from collections.abc import Sequence
from dataclasses import replace

from agentic_search.domain.run import Usage
from agentic_search.domain.tool import Tool
from agentic_search.errors import ModelError, PlanRefused
from agentic_search.events.facts import Emit, PlanFallback, count
from agentic_search.planning.model.revision import DraftRefused, RevisingPlanner
from agentic_search.planning.planner import Planned, Planner

AGAIN = "It is asked once more, with what was wrong."
_OFFLINE = "Planning without a language model instead."
_MOST_COMPLAINTS = 3


class PlanLadder:
    """A planner made of planners, best first."""

    def __init__(self, model: RevisingPlanner | None, offline: Planner, *, why_no_model: str = "") -> None:
        """With no `model` the plan is made offline at once; `why_no_model`, if given, is told as the reason."""
        self._model = model
        self._offline = offline
        self._why_no_model = why_no_model

    async def plan(self, query: str, tools: Sequence[Tool], emit: Emit) -> Planned:
        """Step down until there is a plan; its `usage` is that of every model call on the way.

        Raises PlanRefused when the last step does.
        """
        if self._model is not None:
            return await self._with(self._model, query, tools, emit)
        if self._why_no_model:
            emit(PlanFallback(reason=self._why_no_model, instead=_OFFLINE))
        return await self._offline.plan(query, tools, emit)

    async def _with(self, model: RevisingPlanner, query: str, tools: Sequence[Tool], emit: Emit) -> Planned:
        try:
            return await model.plan(query, tools, emit)
        except DraftRefused as refused:
            draft = refused
        except (PlanRefused, ModelError) as problem:
            return await self._without(problem, Usage(), query, tools, emit)
        emit(PlanFallback(reason=reason(draft), instead=AGAIN))
        try:
            planned = await model.revise(query, tools, emit, refused=draft)
        except (PlanRefused, ModelError) as problem:
            return await self._without(problem, draft.usage, query, tools, emit)
        return replace(planned, usage=draft.usage.plus(planned.usage))

    async def _without(
        self, problem: PlanRefused | ModelError, spent: Usage, query: str, tools: Sequence[Tool], emit: Emit
    ) -> Planned:
        if isinstance(problem, DraftRefused):
            spent = spent.plus(problem.usage)
        emit(PlanFallback(reason=reason(problem), instead=_OFFLINE))
        planned = await self._offline.plan(query, tools, emit)
        return replace(planned, usage=spent.plus(planned.usage))


def reason(problem: PlanRefused | ModelError) -> str:
    """Why there is no plan, as one sentence for people."""
    if isinstance(problem, ModelError):
        return f"The model made no plan: {str(problem).rstrip('.')}."
    shown = "; ".join(problem.complaints[:_MOST_COMPLAINTS])
    more = len(problem.complaints) - _MOST_COMPLAINTS
    rest = f"; and {count(more, 'more mistake')}" if more > 0 else ""
    return f"The model's plan cannot be used: {shown}{rest}."
