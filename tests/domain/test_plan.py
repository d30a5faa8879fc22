"""Plans as callers and models write them: aliases, missing ids, and what a plan can never be."""

from typing import Any

import pytest
from pydantic import ValidationError

from agentic_search.domain.plan import MOST_TASKS, Plan
from agentic_search.domain.query import LONGEST_QUERY, Query


def plan(*tasks: Any) -> Plan:
    """A plan of these."""
    return Plan.model_validate({"tasks": list(tasks)})


def test_tasks_without_an_id_are_numbered_by_their_place() -> None:
    assert [task.id for task in plan({"tool": "a"}, {"id": "mine", "tool": "b"}, {"tool": "c"}).tasks] == [
        "t1",
        "mine",
        "t3",
    ]


def test_the_longer_names_of_the_fields_mean_the_same() -> None:
    long = plan({"id": "t1", "tool_name": "a", "tool_arguments": {"x": 1}, "dependencies": ["t0"]})
    assert long == plan({"id": "t1", "tool": "a", "arguments": {"x": 1}, "depends_on": ["t0"]})
    assert long.model_dump()["tasks"][0]["tool"] == "a"


def test_a_plan_that_is_written_down_and_read_again_is_the_same() -> None:
    whole = plan({"tool": "a", "for_each": "${t0.x}", "when": "${t0}", "priority": 3, "timeout": 1.5, "purpose": "why"})
    assert Plan.model_validate_json(whole.model_dump_json()) == whole


@pytest.mark.parametrize(
    ("task", "field"),
    [
        ({}, "tool"),
        ({"tool": ""}, "tool"),
        ({"tool": "a", "id": "1st"}, "id"),
        ({"tool": "a", "id": "x" * 65}, "id"),
        ({"tool": "a", "arguments": []}, "arguments"),
        ({"tool": "a", "timeout": 0}, "timeout"),
        ({"tool": "a", "rationale": "x"}, "rationale"),
        ("a", "tasks"),
    ],
)
def test_a_task_that_cannot_be_is_refused_by_the_field_that_is_wrong(task: object, field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        plan(task)


def test_a_plan_has_at_least_one_task_and_not_too_many() -> None:
    for tasks in ([], [{"tool": "a"}] * (MOST_TASKS + 1)):
        with pytest.raises(ValidationError, match="tasks"):
            plan(*tasks)


@pytest.mark.parametrize("draft", [None, 3, "x", [], {"tasks": None}, {"tasks": {"tool": "a"}}])
def test_what_is_no_plan_at_all_is_refused(draft: object) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate(draft)


@pytest.mark.parametrize(("text", "good"), [("x", True), ("x" * LONGEST_QUERY, True), ("", False), ("\n\t ", False)])
def test_a_question_is_not_blank(text: str, good: bool) -> None:
    if good:
        assert Query(query=text).query == text
    else:
        with pytest.raises(ValidationError):
            Query(query=text)
