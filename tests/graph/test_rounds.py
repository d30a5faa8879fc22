"""Whether another round is planned: while there are rounds and time, and where somebody can learn from results."""

import pytest

from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.query import Query
from agentic_search.domain.run import PlannerKind, Usage
from agentic_search.graph.nodes import wants_another_round
from agentic_search.graph.state import PlannedState, whole_plan

ONE, TWO = (Plan(tasks=(Task(id=id_, tool="x"),)) for id_ in ("t1", "t2"))


def after(*plans: Plan, rounds: int = 3, planner: PlannerKind = "model", plan_seconds: float = 2) -> PlannedState:
    """The state when these plans have been made, before a deadline of 10 s."""
    return PlannedState(
        query=Query(query="?", rounds=rounds),
        deadline=10,
        plans=plans,
        outcomes={},
        usage=Usage(),
        plan_seconds=plan_seconds,
        execute_seconds=0,
        tools=(),
        planner=planner,
        inputs=None,
    )


@pytest.mark.parametrize(
    ("state", "now", "wanted"),
    [
        (after(ONE), 5, True),
        (after(ONE, rounds=1), 5, False),
        (after(ONE, TWO), 5, True),
        (after(ONE, TWO, rounds=2), 5, False),
        (after(ONE, planner="offline"), 5, False),
        (after(ONE, planner="given"), 5, False),
        (after(ONE), 8, False),
        (after(ONE, TWO), 8.9, True),
        (after(ONE, TWO), 9, False),
        (after(ONE, plan_seconds=0), 10, False),
        (after(ONE), 12, False),
    ],
)
def test_another_round_needs_a_round_a_model_and_time(state: PlannedState, now: float, *, wanted: bool) -> None:
    assert wants_another_round(state, now=now) is wanted


def test_the_plans_of_all_rounds_are_one_plan() -> None:
    assert whole_plan((ONE,)) is ONE
    assert [task.id for task in whole_plan((ONE, TWO)).tasks] == ["t1", "t2"]
