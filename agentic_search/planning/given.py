"""A plan that the caller gave flows in; the same plan flows out, checked against the tools that there are."""

from collections.abc import Sequence

from agentic_search.domain.plan import Plan
from agentic_search.domain.tool import Tool
from agentic_search.events.facts import PlanStarted, PlanTask, Tell
from agentic_search.planning.check import check
from agentic_search.planning.planner import Planned


class GivenPlanner:
    """Plans nothing: hands on one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    async def plan(self, query: str, tools: Sequence[Tool], tell: Tell) -> Planned:
        """Check the plan; raises PlanRefused."""
        tell(PlanStarted(planner="given"))
        plan = check(self._plan.model_dump(mode="json"), tools)
        for task in plan.tasks:
            tell(PlanTask(task=task))
        return Planned(plan, "given")
