"""The check of plans: what is accepted, and that a refusal names every breach at once."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import ARGUMENTS, MOST_TASKS, Plan
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.check import check, check_next
from agentic_search.planning.draft.links import cycles
from tests.planning.schemas import JSON, tool

STORIES = tool(
    "search_stories",
    {
        "type": "object",
        "properties": {
            "query": {"type": "string", "minLength": 2, "maxLength": 12, "pattern": "^[a-z ]+$"},
            "size": {"type": "integer", "minimum": 1, "maximum": 50},
            "sort": {"enum": ["date", "score", "relevance", "author"]},
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "maxItems": 2},
            "since": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
        "required": ["query"],
        "additionalProperties": False,
        "$defs": {"tag": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
    },
)
READ = tool("read_story", {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]})
NOW = tool("now")
TOOLS = [STORIES, READ, NOW]


def complaints(*tasks: JsonValue, tools: Sequence[Tool] = TOOLS) -> tuple[str, ...]:
    with pytest.raises(PlanRefused) as refused:
        check({"tasks": [*tasks]}, tools)
    return refused.value.complaints


def arguments(**values: JsonValue) -> JsonObject:
    return {"tool": "search_stories", "arguments": {"query": "ab", **values}}


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
    ("wrong", "complaint"),
    [
        (arguments(size="9"), "argument 'size' must be a whole number, not text"),
        (arguments(size=True), "argument 'size' must be a whole number, not true or false"),
        (arguments(query=1), "argument 'query' must be text, not a whole number"),
        (arguments(query="a"), "argument 'query' must have at least 2 characters, not 1"),
        (arguments(query="A?"), "argument 'query' must match the pattern '^[a-z ]+$', not 'A?'"),
        (
            arguments(sort="dat"),
            "argument 'sort' must be one of 'date', 'score', 'relevance', 'author', not 'dat'; did you mean 'date'?",
        ),
        (arguments(since="now"), "argument 'since' must be a whole number or null, not text"),
        (arguments(tags=[{}]), "argument 'tags[0]' needs the argument 'name' (text)"),
        (arguments(tags=[{"name": 1}]), "argument 'tags[0].name' must be text, not a whole number"),
        (arguments(tags=["${t1.a}", "${t1.b}", "${t1.c}"]), "argument 'tags' must have at most 2 elements, not 3"),
    ],
)
def test_an_argument_that_breaks_the_schema_is_named_with_its_path(wrong: JsonObject, complaint: str) -> None:
    assert f"task 't1': {complaint}" in complaints(wrong)


@pytest.mark.parametrize(
    ("schema", "value", "complaint"),
    [
        ({"const": 1}, 2, "must be 1, not 2"),
        ({"enum": list(range(20))}, 99, "must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 … (20 in all), not 99"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, 1, "breaks the tool's schema: 1 is valid under each of"),
        (
            {"anyOf": [{"type": "string"}, {"items": {"type": "integer"}, "type": "array"}]},
            ["x"],
            "must be a whole number",
        ),
        ({"additionalProperties": {"type": "integer"}}, {"y": "z"}, "must be a whole number, not text"),
        ({"uniqueItems": True}, [1, 1], "breaks the tool's schema: [1, 1] has non-unique elements"),
        ({"exclusiveMinimum": 0}, 0, "must be more than 0, not 0"),
        ({"multipleOf": 5}, 7, "must be a multiple of 5, not 7"),
        ({"minItems": 1}, [], "must have at least 1 elements, not 0"),
        ({"type": ["string", "null"]}, 1, "must be text or null, not a whole number"),
        ({"not": {}}, "x" * 500, "breaks the tool's schema: 'xxx"),
    ],
)
def test_each_kind_of_breach_has_its_sentence(schema: JsonObject, value: JsonValue, complaint: str) -> None:
    odd = tool("odd", {"type": "object", "properties": {"x": schema}})
    [told] = complaints({"tool": "odd", "arguments": {"x": value}}, tools=[odd])
    assert told.startswith("task 't1': argument 'x")
    assert complaint in told
    assert len(told) < 300


@pytest.mark.parametrize(
    "right",
    [
        arguments(size="${t2}"),
        arguments(query="${t2.a[0]}", sort="${t2.b}", since="${t2.c}"),
        arguments(query="A LONG TEXT about ${t2} in capitals"),
        arguments(tags="${t2.tags}"),
        arguments(tags=["${t2}", {"name": "see ${t2}"}]),
    ],
)
def test_a_value_that_is_not_known_yet_breaks_no_schema(right: JsonObject) -> None:
    check({"tasks": [right, {"tool": "now"}]}, TOOLS)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"oneOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"a": {"const": 2}}}]}, {"a": "${t2}"}),
        ({"not": {"properties": {"a": {"const": 1}}, "required": ["a"]}}, {"a": "${t2}"}),
        ({"enum": [["a"], ["b"]]}, ["${t2}"]),
        ({"type": "array", "contains": {"const": 1}, "uniqueItems": True}, ["${t2}", "${t2}"]),
        ({"if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["b"]}}, {"a": "${t2}"}),
    ],
)
def test_what_an_unknown_part_could_still_make_right_is_not_refused(schema: JsonObject, value: JsonValue) -> None:
    odd = tool("odd", {"type": "object", "properties": {"x": schema}})
    check({"tasks": [{"tool": "odd", "arguments": {"x": value}}, {"tool": "now"}]}, [odd, NOW])


def test_text_around_a_reference_is_text_and_nothing_else() -> None:
    told = complaints(arguments(size="number ${t2}"), {"tool": "now"})
    assert told == ("task 't1': argument 'size' must be a whole number, not text",)


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


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "objekt"},
        {"type": "object", "properties": {"x": {"$ref": "https://example.org/schema.json"}}},
        {"type": "object", "properties": {"x": {"$ref": "#/nowhere"}}},
        {"type": "object", "properties": {"x": {"pattern": r"^\p{L}$"}}},
        {"type": "object", "properties": {"x": {"$ref": "#/properties/x"}}},
    ],
)
def test_a_tool_whose_own_schema_is_broken_can_still_be_called(schema: JsonObject) -> None:
    check({"tasks": [{"tool": "odd", "arguments": {"x": "anything"}}]}, [tool("odd", schema)])


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


@given(st.dictionaries(st.integers(0, 8), st.lists(st.integers(0, 8), max_size=3), max_size=9))
@settings(max_examples=200, deadline=None)
def test_a_cycle_is_named_exactly_where_there_is_one(edges: dict[int, list[int]]) -> None:
    needs = {str(node): [str(other) for other in others if other in edges] for node, others in edges.items()}
    found = list(cycles(needs))
    for cycle in found:
        assert cycle[0] == cycle[-1]
        assert all(after in needs[before] for before, after in pairwise(cycle))
    assert bool(found) == has_cycle(needs)


def has_cycle(needs: dict[str, list[str]]) -> bool:
    """Whether something is left when tasks that wait for nothing are taken away again and again."""
    left = dict(needs)
    while free := [node for node, others in left.items() if not any(other in left for other in others)]:
        for node in free:
            del left[node]
    return bool(left)


def test_a_thousand_tasks_in_one_cycle_are_refused_with_one_complaint() -> None:
    tasks: list[JsonValue] = [
        {"id": f"n{number}", "tool": "now", "depends_on": [f"n{(number + 1) % MOST_TASKS}"]}
        for number in range(MOST_TASKS)
    ]
    assert len(complaints(*tasks)) == 1
