"""The check of plans: what is accepted, and that a refusal names every breach at once."""

import pytest
from hypothesis import given, settings
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import ARGUMENTS, MOST_TASKS, Plan
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.check import check, check_next
from tests.planning.draft.drafts import TOOLS, complaints
from tests.planning.schemas import JSON, tool


def test_a_plan_without_ids_is_numbered_in_order_and_aliases_are_understood() -> None:
    draft: JsonValue = {
        "tasks": [
            {"tool_name": "search_stories", "tool_arguments": {"query": "up"}},
            {"tool": "read_story", "arguments": {"id": 1}, "dependencies": ["t1"]},
        ]
    }
    plan = check(draft, TOOLS)
    assert [(task.id, task.tool, task.depends_on) for task in plan.tasks] == [
        ("t1", "search_stories", ()),
        ("t2", "read_story", ("t1",)),
    ]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments_may_go_by_any_of_their_names_and_complaints_use_the_one_that_was_written(name: str) -> None:
    assert check({"tasks": [{"tool": "read_story", name: {"id": 1}}]}, TOOLS).tasks[0].arguments == {"id": 1}
    assert complaints({"tool": "now", name: [1]}) == (f"task 't1': {name!r} must be an object, not a list",)


def test_references_become_dependencies_in_the_plans_order_each_once() -> None:
    draft: JsonValue = {
        "tasks": [
            {"id": "z", "tool": "now"},
            {"id": "a", "tool": "now"},
            {
                "id": "last",
                "tool": "search_stories",
                "arguments": {"query": "${a} and ${z.x}"},
                "for_each": "${z.items}",
                "when": "${length(a) > `0`}",
                "depends_on": ["a", "m"],
            },
            {"id": "m", "tool": "now"},
        ]
    }
    assert check(draft, TOOLS).tasks[2].depends_on == ("z", "a", "m")


def test_an_accepted_plan_is_accepted_again_unchanged() -> None:
    plan = check({"tasks": [{"tool": "now"}, {"tool": "read_story", "arguments": {"id": "${t1}"}}]}, TOOLS)
    assert check(plan.model_dump(mode="json"), TOOLS) == plan


def test_every_complaint_is_made_at_once() -> None:
    told = complaints(
        {"tool": "serch_stories"},
        {"id": "b", "tool": "search_stories", "arguments": {"qurey": "x", "size": 99}, "depends_on": ["nobody"]},
        {"id": "c", "tool": "now", "depends_on": ["d"]},
        {"id": "d", "tool": "now", "depends_on": ["c"]},
        {"id": "c", "tool": "now", "colour": 1},
        "what?",
    )
    assert set(told) == {
        "task 't1': unknown tool 'serch_stories'; did you mean 'search_stories'?",
        "task 'b': 'search_stories' needs the argument 'query' (text)",
        "task 'b': 'search_stories' has no argument 'qurey'; did you mean 'query'?",
        "task 'b': argument 'size' must be at most 50, not 99",
        "task 'b': depends on 'nobody', which is no task of the plan",
        "task 'c': unknown field 'colour'",
        "task number 6 must be an object, not text",
        "2 tasks have the id 'c'; every id must be unique",
        "tasks wait for each other in a cycle: c → d → c",
    }


WRONG_SHAPES: list[tuple[JsonValue, str]] = [
    (None, "a plan must be an object with 'tasks', not null"),
    ([], "a plan must be an object with 'tasks', not a list"),
    ("{}", "a plan must be an object with 'tasks', not text"),
    ({}, 'the plan has no \'tasks\'; write {"tasks": [{"tool": …}]}'),
    ({"tasks": "x"}, "the plan's 'tasks' must be a list of tasks, not text"),
    ({"tasks": []}, "the plan has no tasks; at least one is needed"),
    ({"tasks": [{"tool": "now"}], "goal": 1}, "the plan has an unknown field 'goal'"),
    ({"tasks": [{}]}, "task 't1': 'tool' is missing"),
    ({"tasks": [{"tool": ""}]}, "task 't1': 'tool' must not be empty, not ''"),
    ({"tasks": [{"tool": "now", "id": 7}]}, "task number 1: 'id' must be text, not a whole number"),
    ({"tasks": [{"tool": "now", "arguments": []}]}, "task 't1': 'arguments' must be an object, not a list"),
    ({"tasks": [{"tool": "now", "depends_on": "t1"}]}, "task 't1': 'depends_on' must be a list, not 't1'"),
    ({"tasks": [{"tool": "now", "depends_on": [1]}]}, "task 't1': 'depends_on'[0] must be text, not a whole number"),
    ({"tasks": [{"tool": "now", "priority": "high"}]}, "task 't1': 'priority' must be a whole number, not 'high'"),
    ({"tasks": [{"tool": "now", "timeout": 0}]}, "task 't1': 'timeout' must be more than 0.0"),
    ({"tasks": [{"tool": "now", "toool": 0}]}, "task 't1': unknown field 'toool'; did you mean 'tool'?"),
    ({"tasks": [{"tool": "now", "id": "item"}]}, "no task can have the id 'item': it names"),
]


@pytest.mark.parametrize(("draft", "complaint"), WRONG_SHAPES)
def test_a_draft_of_the_wrong_shape_is_refused_in_plain_words(draft: JsonValue, complaint: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        check(draft, TOOLS)
    assert any(told.startswith(complaint) for told in refused.value.complaints)


def test_an_id_of_a_wrong_form_is_told_how_ids_look() -> None:
    [complaint] = complaints({"tool": "now", "id": "1st"})
    assert complaint.startswith("task '1st': 'id' must begin with a letter or '_'")


@pytest.mark.parametrize(("length", "shown"), [(60, "x" * 60), (61, "x" * 59 + "…"), (5_000, "x" * 59 + "…")])
def test_of_a_long_wrong_text_the_beginning_is_shown(length: int, shown: str) -> None:
    [complaint] = complaints({"tool": "now", "priority": "x" * length})
    assert complaint == f"task 't1': 'priority' must be a whole number, not {shown!r}"


def test_arguments_that_are_nested_without_end_are_refused() -> None:
    deep: JsonValue = "x"
    for _ in range(600):
        deep = [deep]
    assert complaints({"tool": "now", "arguments": {"x": deep}}) == ("task 't1': 'arguments' is nested too deeply",)


def test_more_tasks_than_a_plan_may_have_are_refused() -> None:
    tasks: list[JsonValue] = [{"tool": "now"} for _ in range(MOST_TASKS + 1)]
    told = complaints(*tasks)
    assert told == (f"the plan has {MOST_TASKS + 1} tasks; at most {MOST_TASKS} are allowed",)


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({"arguments": {"id": "${t2"}}, "argument 'id': '${t2' has no closing brace"),
        ({"arguments": {"id": "${}"}}, "argument 'id': ${} is empty: name a task, as in ${t1}"),
        ({"arguments": {"id": "${t3.x}"}}, "reads 't3', which is no task of the plan"),
        (
            {"arguments": {"id": "${stroies.x}"}},
            "reads 'stroies', which is no task of the plan; did you mean 'stories'?",
        ),
        (
            {"arguments": {"id": "${item.id}"}},
            "argument 'id': ${item.id} needs a 'for_each' that says which list the items come from",
        ),
        (
            {"arguments": {"id": "${item}"}, "for_each": "${item.x}"},
            "'for_each': ${item.x} can be used in arguments only",
        ),
        ({"arguments": {"id": "${t1.x}"}}, "reads itself"),
        ({"arguments": {"id": 1}, "depends_on": ["t1"]}, "depends on itself"),
        (
            {"arguments": {"id": 1}, "for_each": "stories"},
            "'for_each': 'stories' must be one whole reference, as in ${t1.items}",
        ),
        (
            {"arguments": {"id": 1}, "when": "if ${stories}"},
            "'when': 'if ${stories}' must be one whole reference, as in ${t1.items}",
        ),
    ],
)
def test_a_reference_that_cannot_be_is_refused(task: JsonObject, complaint: str) -> None:
    told = complaints({"tool": "read_story", **task}, {"id": "stories", "tool": "now"})
    assert told == (f"task 't1': {complaint}",)


def test_a_tool_that_two_servers_have_is_asked_back_by_both_names() -> None:
    told = complaints({"tool": "search"}, tools=[tool("web.search"), tool("docs.search")])
    assert told == ("task 't1': unknown tool 'search'; did you mean 'docs.search' or 'web.search'?",)


def test_without_any_tool_the_complaint_says_so() -> None:
    assert complaints({"tool": "now"}, tools=[]) == ("task 't1': unknown tool 'now'; there are no tools now",)


def test_a_task_is_checked_while_the_plan_is_still_being_written() -> None:
    task = check_next({"tool": "read_story", "with": {"id": "${t1.x}"}}, TOOLS, earlier=["t1"])
    assert (task.id, task.depends_on) == ("t2", ("t1",))
    with pytest.raises(PlanRefused, match="reads 't3', which is no task"):
        check_next({"tool": "read_story", "arguments": {"id": "${t3.x}"}}, TOOLS, earlier=["t1"])
    with pytest.raises(PlanRefused, match="2 tasks have the id 't1'"):
        check_next({"id": "t1", "tool": "now"}, TOOLS, earlier=["t1"])


@given(JSON)
@settings(deadline=None)
def test_any_json_is_either_accepted_or_refused_with_reasons(draft: JsonValue) -> None:
    task: JsonObject = {"tool": "now", "arguments": draft}
    drafts: list[JsonValue] = [draft, {"tasks": draft}, {"tasks": [draft]}, {"tasks": [task]}]
    for value in drafts:
        try:
            assert isinstance(check(value, TOOLS), Plan)
        except PlanRefused as refused:
            assert refused.complaints


def test_a_thousand_tasks_in_one_cycle_are_refused_with_one_complaint() -> None:
    tasks: list[JsonValue] = [
        {"id": f"n{number}", "tool": "now", "depends_on": [f"n{(number + 1) % MOST_TASKS}"]}
        for number in range(MOST_TASKS)
    ]
    assert len(complaints(*tasks)) == 1


def other(name: str, server: str, own: str) -> Tool:
    """A tool of another server."""
    return tool(own).model_copy(update={"name": name, "server": server})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("serach_stories", "search_stories"),
        ("weather", None),
        ("down.find", None),
        ("up.fnid", "up.find"),
        ("upp.find", "up.find"),
        ("find", "up.find"),
        ("web.search_stories", None),
    ],
)
def test_an_unknown_tool_is_near_to_one_of_the_server_that_is_named(name: str, meant: str | None) -> None:
    tools = [other("search_stories", "news", "search_stories"), other("up.find", "up", "find")]
    with pytest.raises(PlanRefused, match="unknown tool") as refused:
        check({"tasks": [{"tool": name}]}, tools)
    assert refused.value.unknown_tools == (name,)
    text = str(refused.value)
    assert f"did you mean {meant!r}" in text if meant else "did you mean" not in text


SIZED: JsonObject = {
    "type": "object",
    "properties": {"user": {"type": "string"}, "size": {"type": "integer"}},
    "required": ["user"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"user_id": "ada", "limit": 5}, {"user": "ada", "size": 5}),
        ({"username": "ada", "max_results": 5}, {"user": "ada", "size": 5}),
        ({"user_id": 123}, {"user": "123"}),
        ({"userId": 123, "limit": 5}, {"user": "123", "size": 5}),
        ({"user": "ada"}, {"user": "ada"}),
    ],
)
def test_common_arguments_are_known_by_the_names_that_others_give_them(written: JsonObject, read: JsonObject) -> None:
    posts = tool("get_posts", SIZED)
    draft: JsonObject = {"id": "t1", "tool": "get_posts", "arguments": written}
    assert check({"tasks": [draft]}, [posts]).tasks[0].arguments == read
    assert check_next(draft, [posts], earlier=()).arguments == read


@pytest.mark.parametrize("written", [{"user": 123}, {"user_id": True}, {"user_id": 1.5}])
def test_only_a_whole_number_that_identifies_stands_for_text(written: JsonObject) -> None:
    with pytest.raises(PlanRefused, match="argument 'user' must be text"):
        check({"tasks": [{"tool": "get_posts", "arguments": written}]}, [tool("get_posts", SIZED)])


@pytest.mark.parametrize("written", [{"user": "ada", "user_id": "bob"}, {"user": "ada", "weight": 5}])
def test_a_name_that_is_not_clear_stays_a_complaint(written: JsonObject) -> None:
    with pytest.raises(PlanRefused, match="has no argument"):
        check({"tasks": [{"tool": "get_posts", "arguments": written}]}, [tool("get_posts", SIZED)])


def test_a_bare_list_is_the_tasks_of_a_plan() -> None:
    assert Plan.model_validate([{"tool": "now"}]) == Plan.model_validate({"tasks": [{"tool": "now"}]})
