"""Whatever form a model writes its plan in, it is read as the same tasks."""

import json

import pytest
from pydantic import JsonValue

from agentic_search.errors import PlanRefused
from agentic_search.models.scripted import ScriptedModel
from agentic_search.planning.draft.check import check
from agentic_search.planning.draft.forms import as_task
from agentic_search.planning.draft.plan_draft import PlanDraft
from agentic_search.planning.planner import Planned, TaskReady
from tests.planning.schemas import tool

SEARCH = tool("search", {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]})
TOOLS = [SEARCH, tool("now")]
ARGUMENTS: dict[str, JsonValue] = {"query": "a {b}"}
WRITTEN = json.dumps(ARGUMENTS)
CALL: dict[str, JsonValue] = {"name": "search", "arguments": WRITTEN}


async def planned(text: str) -> list[tuple[str, str, object]]:
    """The tasks of a plan that a model writes so."""
    steps = PlanDraft(TOOLS).generate(ScriptedModel("m", [text]), (), schema={}, max_tokens=99)
    given = [step async for step in steps]
    [plan] = [step for step in given if isinstance(step, Planned)]
    assert {step.task.id for step in given if isinstance(step, TaskReady)} == {task.id for task in plan.tasks}
    return [(task.id, task.tool, task.arguments) for task in plan.tasks]


@pytest.mark.parametrize(
    "task",
    [
        {"search": ARGUMENTS},
        {"search": WRITTEN},
        {"tool": "search", "with": ARGUMENTS},
        {"tool_name": "search", "tool_arguments": ARGUMENTS},
        {"tool": "search", "parameters": WRITTEN},
        {"name": "search", "arguments": ARGUMENTS},
        {"name": "search", "parameters": ARGUMENTS, "type": "tool"},
        CALL,
        {"id": "call_1", "type": "function", "function": CALL},
        {"search": ARGUMENTS, "reason": {"because": "it is asked"}},
    ],
)
async def test_a_task_is_read_in_any_form_alone_in_a_list_and_in_a_plan(task: JsonValue) -> None:
    wanted = [("t1", "search", ARGUMENTS)]
    plans: list[JsonValue] = [task, [task], {"tasks": [task]}, {"tool_calls": [task]}, {"tasks": [task], "why": "so"}]
    for plan in plans:
        text = json.dumps(plan)
        assert await planned(text) == wanted
        assert await planned(f"Sure {{here}} it is:\n```json\n{text}\n```\nHope that helps.") == wanted


async def test_two_tools_without_arguments() -> None:
    assert await planned('{"tasks":[{"now":{}},{"search":{"query":"x"}}]}') == [
        ("t1", "now", {}),
        ("t2", "search", {"query": "x"}),
    ]
    assert await planned('{"tasks":[{"now":null}]}') == [("t1", "now", {})]


@pytest.mark.parametrize("draft", [{}, {"a": {}, "b": {}}, {"search": "words"}, {"id": "x"}])
def test_what_is_no_task_in_any_form_has_no_tool_or_no_arguments(draft: JsonValue) -> None:
    with pytest.raises(PlanRefused):
        check({"tasks": [as_task(draft)]}, TOOLS)


def test_what_somebody_brings_is_read_in_the_documented_form_only() -> None:
    with pytest.raises(PlanRefused, match="'tool' is missing"):
        check({"tasks": [{"search": {"query": "x"}}]}, TOOLS)


async def test_a_text_that_repairs_to_something_else_than_was_given_is_refused() -> None:
    with pytest.raises(PlanRefused, match="more than one way"):
        await planned('{"tasks": [{now: {}}, {"search": {"query": "x"}}]}')
