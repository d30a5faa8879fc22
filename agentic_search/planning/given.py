"""A plan that somebody wrote flows in; the same plan flows out, checked against the tools that there are."""

from collections.abc import Sequence

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Plan
from agentic_search.domain.tool import Tool
from agentic_search.events.facts import Emit, PlanStarted, PlanTask
from agentic_search.planning.draft.check import check
from agentic_search.planning.planner import Planned


class GivenPlanner:
    """Plans nothing: hands on one plan."""

    def __init__(self, plan: Plan | JsonObject, *, inputs: JsonObject | None = None) -> None:
        """A plan, or its JSON as somebody wrote it down; `inputs` is what its references to `inputs` read."""
        self._draft: JsonObject = plan.model_dump(mode="json") if isinstance(plan, Plan) else plan
        self._inputs = inputs

    async def plan(self, query: str, tools: Sequence[Tool], emit: Emit) -> Planned:
        """Check the plan; raises PlanRefused."""
        emit(PlanStarted(planner="given"))
        plan = check(self._draft, tools, inputs=self._inputs)
        for task in plan.tasks:
            emit(PlanTask(task=task))
        return Planned(plan, "given", inputs=self._inputs)
