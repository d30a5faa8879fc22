"""The check of arguments: each breach of a tool's schema has its sentence, and what is not known yet breaks none."""

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.planning.draft.argument_check import argument_complaints
from agentic_search.planning.draft.check import check
from tests.planning.draft.drafts import NOW, TOOLS, arguments, complaints
from tests.planning.schemas import tool


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
        ({"enum": [True, None, "a"]}, 1, "must be one of true, null, 'a', not 1"),
        (
            {"enum": ["date", 1, None, "score"]},
            "dat",
            "must be one of 'date', 1, null, 'score', not 'dat'; did you mean",
        ),
        ({"anyOf": [{"type": "string", "minLength": 5}, {"type": "integer"}]}, "x", "must have at least 5 characters"),
    ],
)
def test_each_kind_of_breach_has_its_sentence(schema: JsonObject, value: JsonValue, complaint: str) -> None:
    odd = tool("odd", {"type": "object", "properties": {"x": schema}})
    [told] = complaints({"tool": "odd", "arguments": {"x": value}}, tools=[odd])
    assert told.startswith("task 't1': argument 'x")
    assert complaint in told
    assert len(told) < 300


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"properties": {"a": {"type": "integer"}, "b": {}}}, {"'odd' needs the argument 'b'"}),
        ({}, {"'odd' needs the argument 'b'"}),
        ({"properties": {"b": {"type": ["string", "null"]}}}, {"'odd' needs the argument 'b' (text or null)"}),
        (
            {"properties": {"b": {"type": "boolean"}}, "additionalProperties": False},
            {"'odd' has no argument 'a'", "'odd' needs the argument 'b' (true or false)"},
        ),
        (
            {"properties": {"a": True, "c": {"type": "number"}}, "required": ["a", "b", "c"]},
            {"'odd' needs the argument 'b'", "'odd' needs the argument 'c' (a number)"},
        ),
        (
            {"const": {"b": 1}},
            {"'odd' needs the argument 'b'", 'argument \'\' must be {"b": 1}, not {"a": 1}'},
        ),
        (
            {"minProperties": 2},
            {
                "'odd' needs the argument 'b'",
                "'odd' breaks the tool's schema: {'a': 1} does not have enough properties",
            },
        ),
    ],
)
def test_each_argument_that_is_missing_or_too_much_is_named(schema: JsonObject, told: set[str]) -> None:
    odd = tool("odd", {"type": "object", "required": ["b"], **schema})
    found = complaints({"tool": "odd", "with": {"a": 1}}, tools=[odd])
    assert set(found) == {f"task 't1': {complaint}" for complaint in told}


def of_choices(choices: Sequence[JsonValue], value: JsonValue) -> str:
    odd = tool("odd", {"type": "object", "properties": {"x": {"enum": [*choices]}}})
    [told] = complaints({"tool": "odd", "arguments": {"x": value}}, tools=[odd])
    return told.removeprefix("task 't1': argument 'x' must be ")


def test_of_many_choices_twelve_are_shown_and_of_more_than_three_the_nearest_is_named() -> None:
    assert of_choices(range(12), 99).endswith("9, 10, 11, not 99")
    assert of_choices(range(13), 99).endswith("9, 10, 11 … (13 in all), not 99")
    assert of_choices(["date", "score", "author"], "dat") == "one of 'date', 'score', 'author', not 'dat'"
    assert of_choices(["date", "a", "b", "c"], "dat").endswith("; did you mean 'date'?")


@pytest.mark.parametrize("length", [198, 199, 5_000])
def test_a_wrong_value_is_shown_in_two_hundred_characters_at_most(length: int) -> None:
    text = repr("x" * length)
    shown = text if len(text) <= 200 else text[:199] + "…"
    assert of_choices([1], "x" * length) == f"1, not {shown}"


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


def test_a_task_s_result_is_not_known_however_much_of_the_workflow_s_inputs_is() -> None:
    draft: JsonValue = {"tasks": [{"tool": "now"}, {"tool": "read_story", "with": {"id": "${t1}"}}]}
    assert check(draft, TOOLS, inputs={"query": "?"}).tasks[1].depends_on == ("t1",)


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


def _doubling(levels: int) -> JsonObject:
    doubled: JsonObject = {
        f"d{level}": {"allOf": [{"$ref": f"#/$defs/d{level - 1}"}, {"$ref": f"#/$defs/d{level - 1}"}]}
        for level in range(1, levels)
    }
    return {"type": "object", "$defs": {"d0": {"type": "string"}, **doubled}}


SLOW: list[tuple[Any, Any]] = [
    ({**_doubling(40), "properties": {"x": {"$ref": "#/$defs/d39"}}}, "lamp"),
    ({"properties": {"x": {"items": {"enum": [{"n": each} for each in range(9_000)]}}}}, [{"n": -1}] * 9_000),
    ({"properties": {"x": {"items": {"anyOf": [{"const": each} for each in range(900)]}}}}, list(range(1_000, 9_000))),
    ({"properties": {"x": {"uniqueItems": True}}}, [{"n": number} for number in range(50_000)]),
    ({"properties": {"x": {"allOf": [{"pattern": f"^(a|a)*{each}$"} for each in range(900)]}}}, "a" * 60 + "!"),
    ({**_doubling(30), "unevaluatedProperties": False, "allOf": [{"$ref": "#/$defs/d29"}]}, "lamp"),
    ({"properties": {"x": {"not": {"allOf": [{"$ref": "#/properties/x"}, {"$ref": "#/properties/x"}]}}}}, "lamp"),
    ({"properties": {"x": {"dependentSchemas": {"a": {"$ref": "#/properties/x"}}}}}, {"a": 1}),
]


@pytest.mark.parametrize(("schema", "value"), SLOW)
def test_a_check_that_would_take_too_long_is_given_up(schema: JsonObject, value: JsonValue) -> None:
    """Without a bound each of them takes from half a minute to years."""
    checked = tool("odd", {"type": "object", **schema})
    assert argument_complaints({"x": value}, checked) == ()


def test_a_long_list_with_equal_elements_is_still_told() -> None:
    checked = tool("odd", {"type": "object", "properties": {"x": {"type": "array", "uniqueItems": True}}})
    elements: list[JsonValue] = [{"n": number % 900, "m": 1} for number in range(1_000)]
    assert argument_complaints({"x": elements}, checked)
    assert not argument_complaints({"x": elements[:900]}, checked)
