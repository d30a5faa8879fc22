"""Whether another round is planned: while there are rounds and time, and where somebody can learn from results."""

import pytest

from agentic_search.domain.outcome import Completed, Passage, ToolResult
from agentic_search.domain.plan import MOST_TASKS, Plan, Task
from agentic_search.domain.query import Query
from agentic_search.domain.run import PlannerKind
from agentic_search.graph.nodes import FOUND_NOTHING, wants_another_round, what_is_lacking
from agentic_search.graph.state import PlannedState, whole_plan

ONE, TWO = (Plan(tasks=(Task(id=id_, tool="x"),)) for id_ in ("t1", "t2"))


def after(*plans: Plan, rounds: int = 3, planner: PlannerKind = "model") -> PlannedState:
    """The state when these plans have been made, before a deadline of 10 s."""
    return PlannedState(
        query=Query(query="Which rows?", rounds=rounds),
        asked="Which rows?",
        earlier=(),
        deadline=10,
        plans=plans,
        outcomes={},
        opening="",
        lacking="",
        tools=(),
        instructions={},
        planner=planner,
        inputs=None,
        not_used=(),
    )


@pytest.mark.parametrize(
    ("state", "left", "plan_seconds", "wanted"),
    [
        (after(ONE), 5, 2, True),
        (after(ONE, rounds=1), 5, 2, False),
        (after(ONE, TWO), 5, 2, True),
        (after(ONE, TWO, rounds=2), 5, 2, False),
        (after(ONE, planner="offline"), 5, 2, False),
        (after(ONE, planner="given"), 5, 2, False),
        (after(ONE), 2, 2, False),
        (after(ONE, TWO), 1.1, 2, True),
        (after(ONE, TWO), 1, 2, False),
        (after(ONE), 0, 0, False),
        (after(ONE), -2, 2, False),
        ({**after(ONE), "lacking": "The model was too slow."}, 5, 2, False),
    ],
)
def test_another_round_needs_a_round_a_model_and_time(
    state: PlannedState, left: float, plan_seconds: float, *, wanted: bool
) -> None:
    assert wants_another_round(state, left, plan_seconds=plan_seconds) is wanted


@pytest.mark.parametrize(
    ("state", "found", "now", "lacking"),
    [
        (after(ONE), "the rows of the table", 5, ""),
        (after(ONE), "something else", 5, FOUND_NOTHING),
        (after(ONE), "something else", 10, ""),
        (after(ONE, planner="offline"), "something else", 5, ""),
        (after(ONE, planner="given"), "something else", 5, ""),
        ({**after(ONE), "lacking": "It was too slow."}, "the rows of the table", 5, "It was too slow."),
    ],
)
async def test_what_a_model_planned_is_lacking_where_nothing_found_bears_on_the_question(
    state: PlannedState, found: str, now: float, lacking: str
) -> None:
    result = ToolResult(value=found, text=found, passages=(Passage(title="", url="", text=found),))
    outcomes = {"t1": Completed(task_id="t1", result=result, started_at=0, duration=1)}
    assert await what_is_lacking(state, outcomes, now=now) == lacking


def test_the_plans_of_all_rounds_are_one_plan() -> None:
    assert whole_plan((ONE,)) is ONE
    assert [task.id for task in whole_plan((ONE, TWO)).tasks] == ["t1", "t2"]
    largest = Plan(tasks=tuple(Task(id=f"a{number}", tool="x") for number in range(MOST_TASKS)))
    assert len(whole_plan((largest, ONE)).tasks) == MOST_TASKS + 1
