"""What a round has come to flows in; whether another one is planned flows out."""

from collections.abc import Sequence

from agentic_search.domain.plan import Plan
from agentic_search.graph.state import Planned


def wants_another_round(state: Planned, *, now: float) -> bool:
    """Whether, with the latest plan run, the planner is to be asked what is still needed.

    Only a model learns from outcomes: words match as they did before. And where no more time is left than planning a
    round has taken so far, there would be none to run what it plans.
    """
    rounds = len(state["plans"])
    if rounds >= state["query"].rounds or state["planner"] != "model":
        return False
    return state["deadline"] - now > state["plan_seconds"] / rounds


def whole_plan(plans: Sequence[Plan]) -> Plan:
    """The tasks of all rounds as one plan."""
    return plans[0] if len(plans) == 1 else Plan(tasks=tuple(task for plan in plans for task in plan.tasks))
