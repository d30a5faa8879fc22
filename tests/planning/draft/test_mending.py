"""A model's draft that the check would refuse is mended where that is safe, and every change is told."""

import json
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.errors import PlanRefused
from agentic_search.models.scripted import ScriptedModel
from agentic_search.planning.draft.check import check
from agentic_search.planning.draft.model_draft import ModelDraft
from agentic_search.planning.draft.plan_draft import PlanDraft
from agentic_search.planning.ladder import GivenPlanner
from agentic_search.planning.planner import DraftMended, Planned, PlanRequest, PlanStep, TaskReady
from tests.planning.schemas import tool
from tests.planning.steps import follow

SEARCH = tool(
    "search",
    {
        "type": "object",
        "properties": {"query": {"type": "string"}, "size": {"type": "integer", "default": 20}},
        "required": ["query"],
    },
)
READ = tool("read", {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]})
TOOLS = [SEARCH, READ, tool("now")]
FIND: JsonObject = {"search": {"query": "a"}}
NOW: JsonObject = {"now": {}}


def mended(*tasks: JsonValue, earlier: Sequence[str] = ()) -> tuple[list[JsonObject], list[str]]:
    """What of each task is not as it is by default, and what was told."""
    draft = ModelDraft(TOOLS, earlier)
    given = [task for each in tasks for task in draft.add(each)]
    accepted = draft.finish()
    assert all(task in accepted for task in given), "what was given early stays, as it was given"
    return [task.model_dump(exclude_defaults=True) for task in accepted], draft.notes


async def steps_of(*tasks: JsonValue) -> list[PlanStep]:
    model = ScriptedModel("m", [json.dumps({"tasks": [*tasks]})])
    async with aclosing(PlanDraft(TOOLS).generate(model, (), schema={}, max_tokens=99)) as steps:
        return [step async for step in steps]


@pytest.mark.parametrize(
    ("second", "left", "told"),
    [
        (
            {"search": {"query": "b", "size": "${t9.n}"}},
            {"id": "t2", "tool": "search", "arguments": {"query": "b"}},
            "task 't2': the argument 'size' was left out: it reads 't9', which it cannot",
        ),
        (
            {"search": {"query": "b", "size": "${item.n}"}},
            {"id": "t2", "tool": "search", "arguments": {"query": "b"}},
            "task 't2': the argument 'size' was left out: it reads 'item', which it cannot",
        ),
        (
            {"search": {"query": "b", "size": "${t2.n}"}},
            {"id": "t2", "tool": "search", "arguments": {"query": "b"}},
            "task 't2': the argument 'size' was left out: it reads 't2', which it cannot",
        ),
        (
            {"search": {"query": "b", "size": "${t1"}},
            {"id": "t2", "tool": "search", "arguments": {"query": "b"}},
            "task 't2': the argument 'size' was left out: it cannot be read: '${t1' has no closing brace",
        ),
        (
            {"search": {"query": "b", "size": float("nan")}},
            {"id": "t2", "tool": "search", "arguments": {"query": "b"}},
            "task 't2': the argument 'size' was left out: it holds a number that JSON does not have",
        ),
        (
            {"for_each": "${t7.list}", "search": {"query": "b"}},
            {"id": "t2", "tool": "search", "arguments": {"query": "b"}},
            "task 't2': 'for_each' was left out: it reads 't7', which it cannot",
        ),
        (
            {"for_each": "${item.list}", "search": {"query": "b"}},
            {"id": "t2", "tool": "search", "arguments": {"query": "b"}},
            "task 't2': 'for_each' was left out: it reads 'item', which it cannot",
        ),
        (
            {"for_each": "the list", "search": {"query": "b", "size": "${item}"}},
            {"id": "t2", "tool": "search", "arguments": {"query": "b"}},
            "task 't2': 'for_each' was left out: 'the list' must be one whole reference, as in ${t1.items}",
        ),
        (
            {"search": {"query": "b"}, "depends_on": ["t1", "t2", "t5"]},
            {"id": "t2", "tool": "search", "arguments": {"query": "b"}, "depends_on": ("t1",)},
            "task 't2': it does not wait for 't5'",
        ),
        (
            {"search": {"query": "b"}, "why": "because"},
            {"id": "t2", "tool": "search", "arguments": {"query": "b"}},
            "task 't2': the unknown field 'why' was left out",
        ),
    ],
)
def test_what_a_task_can_do_without_is_left_out(second: JsonObject, left: JsonObject, told: str) -> None:
    [_, task], notes = mended(FIND, second)
    assert task == left
    assert told in notes


def test_a_task_whose_required_argument_cannot_be_goes_with_those_that_need_it() -> None:
    tasks, notes = mended(
        FIND,
        {"read": {"id": "${item.id}"}},
        {"read": {"id": "${t2.next}"}},
        {"search": {"query": "b", "size": "${t3.n}"}},
    )
    assert [(task["id"], task["arguments"]) for task in tasks] == [("t1", {"query": "a"}), ("t4", {"query": "b"})]
    assert [note.split(":")[0] for note in notes] == ["task 't2' was left out", "task 't3' was left out", "task 't4'"]


@pytest.mark.parametrize(
    "tasks",
    [
        [{"read": {"id": "${item.id}"}}],
        [{"read": {"id": "${t1.id}"}}, {"read": {"id": "${t1.id}"}}],
        [FIND, {"tool": "serch"}],
        [FIND, {"read": {"id": "a"}, "when": "${t9}"}],
        [FIND, {"read": {}}],
        [FIND, {"read": {"id": 1}}],
        [FIND, {**NOW, "id": "t1"}],
        [FIND, 1],
        [],
    ],
)
def test_what_cannot_be_mended_safely_is_refused_with_reasons(tasks: list[JsonValue]) -> None:
    with pytest.raises(PlanRefused) as refused:
        mended(*tasks)
    assert refused.value.complaints


@pytest.mark.parametrize(
    ("tasks", "kept"),
    [
        ([{**FIND, "depends_on": ["t2"]}, {**NOW, "depends_on": ["t1"]}], {"t1": (), "t2": ("t1",)}),
        ([{"read": {"id": "${t2.id}"}}, {**FIND, "depends_on": ["t1"]}], {"t1": ("t2",), "t2": ()}),
        ([{"search": {"query": "a", "size": "${t2.n}"}}, {"read": {"id": "${t1.id}"}}], {"t1": (), "t2": ("t1",)}),
        ([{"read": {"id": "${t2.id}"}}, {"read": {"id": "${t1.id}"}}, NOW], {"t3": ()}),
        ([{**NOW, "depends_on": ["t1"]}], {"t1": ()}),
    ],
)
def test_tasks_that_wait_for_each_other_lose_what_costs_least(
    tasks: list[JsonValue], kept: dict[str, tuple[str, ...]]
) -> None:
    accepted, notes = mended(*tasks)
    assert {task["id"]: task.get("depends_on", ()) for task in accepted} == kept
    assert notes


def test_a_draft_that_the_check_accepts_is_not_changed() -> None:
    draft: list[JsonValue] = [
        {"id": "t1", "tool": "read", "with": {"id": "${late.x}"}, "depends_on": ["t3"], "priority": 2},
        {"id": "late", "tool": "search", "with": {"query": "a ${t3} b"}, "for_each": "${t3.list}", "when": "${t3}"},
        {"id": "t3", "tool": "now"},
    ]
    checked = check({"tasks": draft}, TOOLS)
    assert mended(*draft) == ([task.model_dump(exclude_defaults=True) for task in checked.tasks], [])


def test_equal_tasks_are_one_and_references_lead_to_it() -> None:
    tasks, notes = mended(
        FIND,
        {"search": {"size": 20, "query": "a"}},
        {"tool": "search", "arguments": {"query": "a"}, "depends_on": ["t1"]},
        {"for_each": "${t2.list[?t2 == 'x']}", "read": {"id": "${item.t2}-${t3.id}"}, "depends_on": ["t2"]},
        {"for_each": "${t1.list[?t2 == 'x']}", "read": {"id": "${item.t2}-${t1.id}"}},
        {"search": {"query": "a", "size": 21}},
    )
    assert [task["id"] for task in tasks] == ["t1", "t4", "t6"]
    assert tasks[1] == {
        "id": "t4",
        "tool": "read",
        "arguments": {"id": "${item.t2}-${t1.id}"},
        "for_each": "${t1.list[?t2 == 'x']}",
        "depends_on": ("t1",),
    }
    assert notes[0] == "task 't2' was left out: it does the same as 't1'"


def test_twelve_equal_tasks_become_one() -> None:
    tasks, notes = mended(*[NOW] * 12)
    assert ([task["id"] for task in tasks], len(notes)) == (["t1"], 11)


async def test_changes_are_told_before_the_plan_and_nothing_that_is_dropped_was_given() -> None:
    told = await steps_of(FIND, {"read": {"id": "${t4.id}"}}, {"read": {"id": "${t2.id}"}}, FIND, NOW)
    given = [step.task.id for step in told if isinstance(step, TaskReady)]
    *_, changes, planned = told
    assert isinstance(changes, DraftMended) and isinstance(planned, Planned)
    assert given == ["t1", "t5", "t2", "t3"], "t2 waits for t4, which is t1"
    assert [task.id for task in planned.tasks] == ["t1", "t2", "t3", "t5"]


async def test_a_task_that_needs_a_waiting_one_is_not_given_before_that_is_accepted() -> None:
    told = await steps_of({"read": {"id": "${t9.id}"}}, {"read": {"id": "${t1.id}"}}, NOW)
    assert [step.task.id for step in told if isinstance(step, TaskReady)] == ["t3"]


async def test_a_plan_that_somebody_brought_is_never_mended() -> None:
    brought: JsonObject = {"tasks": [NOW | {"tool": "now"}, {"tool": "now", "depends_on": ["t9"]}]}
    with pytest.raises(PlanRefused, match="depends on 't9', which is no task"):
        await follow(GivenPlanner(brought), PlanRequest("?", TOOLS))
    twice: JsonObject = {"tasks": [{"tool": "now"}, {"tool": "now"}]}
    assert len((await follow(GivenPlanner(twice), PlanRequest("?", TOOLS))).tasks) == 2


def test_in_a_later_round_earlier_tasks_can_be_read() -> None:
    tasks, notes = mended({"read": {"id": "${first.id}"}}, {"read": {"id": "${t9.id}"}}, earlier=["first"])
    assert [(task["id"], task["depends_on"]) for task in tasks] == [("t2", ("first",))]
    assert len(notes) == 1


def test_the_tasks_are_those_of_the_domain() -> None:
    draft = ModelDraft(TOOLS, ())
    assert [*draft.add(FIND)] == [Task(id="t1", tool="search", arguments={"query": "a"})]
