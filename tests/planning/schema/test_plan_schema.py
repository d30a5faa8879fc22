"""The plan's grammar: bounded everywhere, valid JSON Schema, and what it allows passes the check of arguments."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.models.ollama.grammar import OLLAMA_GRAMMAR
from agentic_search.planning.draft.argument_check import argument_complaints
from agentic_search.planning.schema.bounds import bounded_arguments
from agentic_search.planning.schema.plan_schema import plan_schema
from agentic_search.planning.schema.scalars import bounded_pattern
from agentic_search.planning.schema.scope import Scope, definitions
from tests.planning.schemas import KEEPABLE, input_schemas, instances, tool
from tests.support.effort import cases

SCOPE = Scope(("t1",))
DEFINITIONS = definitions(OLLAMA_GRAMMAR, SCOPE)
LARGEST_INTEGER, LONGEST_TEXT = OLLAMA_GRAMMAR.largest_integer, OLLAMA_GRAMMAR.longest_text
ALLOWED = {
    "$ref", "anyOf", "const", "enum", "type", "properties", "required", "additionalProperties", "items", "prefixItems",
    "minItems", "maxItems", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum",
}  # fmt: skip
SLOW = settings(
    max_examples=cases(40),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SEARCH: JsonObject = {
    "type": "object",
    "properties": {"query": {"type": "string"}, "size": {"type": "integer", "minimum": 1, "maximum": 50}},
    "required": ["query"],
}


def properties(input_schema: JsonObject) -> JsonObject:
    """The bounded arguments of a tool with this schema."""
    bounded = bounded_arguments(input_schema, OLLAMA_GRAMMAR, SCOPE)
    assert bounded is not None
    return cast("JsonObject", bounded["properties"])


def schemas_in(schema: JsonValue) -> Iterator[JsonObject]:
    """Every schema inside a bounded one, itself included."""
    assert isinstance(schema, dict)
    yield schema
    for value in cast("JsonObject", schema.get("properties", {})).values():
        yield from schemas_in(value)
    for keyword in ("anyOf", "prefixItems"):
        for value in cast("list[JsonValue]", schema.get(keyword, [])):
            yield from schemas_in(value)
    if "items" in schema:
        yield from schemas_in(schema["items"])


def fits(value: Mapping[str, JsonValue], schema: JsonObject) -> bool:
    """Whether the value is valid under the schema."""
    validator: Any = Draft202012Validator(schema)
    return bool(validator.is_valid(value))


def assert_bounded(schema: JsonObject) -> None:
    """Nothing under `schema` may go on without an end."""
    assert schema.keys() <= ALLOWED
    match schema.get("type"):
        case "string":
            assert 0 <= cast("int", schema["maxLength"]) <= LONGEST_TEXT
            assert cast("int", schema.get("minLength", 0)) <= LONGEST_TEXT
        case "array":
            assert 0 <= cast("int", schema["maxItems"]) <= LONGEST_TEXT
        case "object":
            assert schema["additionalProperties"] is False
            assert set(cast("list[str]", schema["required"])) <= cast("JsonObject", schema["properties"]).keys()
        case "integer":
            assert abs(cast("int", schema["minimum"])) <= LARGEST_INTEGER >= abs(cast("int", schema["maximum"]))
        case None:
            assert schema.keys() & {"$ref", "anyOf", "const", "enum"}
        case kind:
            assert kind in {"number", "boolean", "null"}
    if "pattern" in schema:
        assert_ends(cast("str", schema["pattern"]))


def assert_ends(pattern: str) -> None:
    assert pattern.startswith("^")
    assert pattern.endswith("$")
    assert not re.search(r"(?<!\\)[+*](?!\])|\\[dws]|\(\?|,\}", pattern.replace(r"[\*", ""))


@given(input_schemas())
@SLOW
def test_the_schema_of_any_tool_is_valid_and_bounded_everywhere(input_schema: JsonObject) -> None:
    schema = plan_schema([tool("a", input_schema), tool("b", SEARCH)], OLLAMA_GRAMMAR)
    Draft202012Validator.check_schema(schema)
    definitions = cast("JsonObject", schema.pop("$defs"))
    for each in [schema, *definitions.values()]:
        for inner in schemas_in(each):
            assert_bounded(inner)
    json.dumps(schema, allow_nan=False)


@given(data=st.data(), input_schema=input_schemas(KEEPABLE))
@SLOW
def test_arguments_that_the_grammar_allows_pass_the_check_against_the_tools_own_schema(
    data: st.DataObject, input_schema: JsonObject
) -> None:
    bounded = bounded_arguments(input_schema, OLLAMA_GRAMMAR, SCOPE)
    assume(bounded is not None)
    arguments = data.draw(instances(bounded, {"$defs": DEFINITIONS}))
    complaints = argument_complaints(cast("JsonObject", arguments), tool("a", input_schema))
    beyond_any_grammar = ["needs the argument"]  # what no value can meet is left out
    if "allOf" in json.dumps(input_schema):
        beyond_any_grammar.append("must match the pattern")  # of two patterns for one text a grammar keeps one
    assert [each for each in complaints if not any(words in each for words in beyond_any_grammar)] == []


def test_a_task_of_the_grammar_decides_before_it_goes_into_detail_also_in_alphabetical_order() -> None:
    schema = json.loads(json.dumps(plan_schema([tool("search", SEARCH)], OLLAMA_GRAMMAR), sort_keys=True))
    plain, looped = schema["$defs"]["task2"]["anyOf"]
    assert [name for name in plain["properties"] if name in plain["required"]] == ["search"]
    assert [name for name in looped["properties"] if name in looped["required"]] == ["for_each", "search"]


def test_a_tool_with_the_name_of_a_field_is_named_as_a_value() -> None:
    schema = plan_schema([tool("when", SEARCH)], OLLAMA_GRAMMAR)
    assert fits({"tasks": [{"tool": "when", "with": {"query": "a"}}]}, schema)
    assert not fits({"tasks": [{"when": {"query": "a"}}]}, schema)


def test_a_tool_without_arguments_is_written_with_none() -> None:
    schema = plan_schema([tool("now")], OLLAMA_GRAMMAR)
    assert fits({"tasks": [{"now": {}}]}, schema)
    assert not fits({"tasks": [{"now": {"a": 1}}]}, schema)


@pytest.mark.parametrize("plain", [{"most_tasks": 1}, {"linked": False}, {"linked": False, "earlier": ("t1", "t2")}])
def test_where_no_task_may_refer_to_another_there_is_no_way_to_write_it(plain: Any) -> None:
    schema = json.dumps(plan_schema([tool("search", SEARCH)], OLLAMA_GRAMMAR, **plain))
    assert not re.search("depends_on|for_each|reference|item[|)]|t[0-9]", schema)


def test_a_plan_over_no_tools_has_no_grammar() -> None:
    with pytest.raises(ValueError, match="at least one tool"):
        plan_schema([], OLLAMA_GRAMMAR)


def test_a_schema_that_contains_itself_many_times_over_comes_to_an_end() -> None:
    node: JsonObject = {"anyOf": [{"$ref": "#/$defs/n"} for _ in range(50)]}
    schema: JsonObject = {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}, "$defs": {"n": node}}
    assert properties(schema) == {"n": {"$ref": "#/$defs/reference"}}


def test_an_argument_of_any_type_may_be_a_reference() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {
            "n": {"type": "integer"},
            "l": {"type": "array", "items": {"type": "string"}},
            "e": {"enum": ["a", "b"]},
            "short": {"type": "string", "maxLength": 5},
        },
    }
    bounded = properties(schema)
    rules: JsonObject = {"properties": bounded, "$defs": DEFINITIONS}
    assert fits(dict.fromkeys(bounded, "${t1.stories[:3]}"), rules)
    assert not fits({"n": "${t1 + 1}"}, rules)
    assert not fits({"e": "c"}, rules)


def test_no_definition_has_the_name_of_a_rule_that_the_grammar_has_already() -> None:
    definitions = plan_schema([tool("search", SEARCH)], OLLAMA_GRAMMAR)["$defs"]
    built_in = {
        "boolean",
        "integer",
        "number",
        "string",
        "array",
        "object",
        "value",
        "null",
        "char",
        "uuid",
        "date",
        "time",
    }
    assert built_in.isdisjoint(cast("JsonObject", definitions))


def test_a_nullable_argument_that_may_be_left_out_is_never_written_as_null() -> None:
    schema: JsonObject = {"properties": {"q": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}}}
    assert properties(schema) == {"q": {"$ref": "#/$defs/text"}}


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        (r"^NCT\d{8}$", r"^NCT[0-9]{8}$"),
        (r"^\w+$", r"^[A-Za-z0-9_]{1,64}$"),
        (r"^[\w.-]+@x\.org$", r"^[A-Za-z0-9_.-]{1,64}@x\.org$"),
        (r"^a?b*$", r"^a{0,1}b{0,64}$"),
        (r"^[-a-c]{2,}$", r"^[a-c-]{2,66}$"),
        ("[a-z]+", None),
        (r"^(a|b)$", None),
        (r"^(?=a)a$", None),
        (r'^[^"]+$', None),
        (r"^.*$", None),
        (r"^a{3000}$", None),
        (r"^[z-a]$", None),
        (r"^[a-$", None),
        ("^$", None),
        ("^", None),
    ],
)
def test_a_pattern_is_kept_in_bounded_form_or_not_at_all(pattern: str, kept: str | None) -> None:
    assert bounded_pattern(pattern, OLLAMA_GRAMMAR) == kept


@given(
    data=st.data(),
    pattern=st.sampled_from([r"^NCT\d{8}$", r"^[\w.-]+@x\.org$", r"^[-a-c]{2,}$", r"^v\d+(,)?$", r"^a\-b\/c?$"]),
)
@SLOW
def test_what_a_kept_pattern_matches_the_tools_pattern_matches_too(data: st.DataObject, pattern: str) -> None:
    kept = bounded_pattern(pattern, OLLAMA_GRAMMAR)
    if kept is not None:
        assert re.search(pattern, data.draw(st.from_regex(kept, fullmatch=True)))
