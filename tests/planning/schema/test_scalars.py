"""Single values under a grammar: where numbers begin and end, and what other limits than Ollama's come to."""

from dataclasses import replace
from typing import cast

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import GrammarLimits
from agentic_search.models.ollama.grammar import OLLAMA_GRAMMAR
from agentic_search.planning.schema.bounds import bounded_arguments
from agentic_search.planning.schema.plan_schema import plan_schema
from agentic_search.planning.schema.scalars import bounded_integer, bounded_number, bounded_pattern, bounded_text
from agentic_search.planning.schema.scope import Scope, definitions
from tests.planning.schemas import tool

LARGEST = OLLAMA_GRAMMAR.largest_integer
SCOPE = Scope(("t1",))


def properties(schema: JsonObject, limits: GrammarLimits) -> JsonValue:
    """The bounded arguments of a tool with this schema."""
    bounded = bounded_arguments(schema, limits, SCOPE)
    assert bounded is not None
    return bounded["properties"]


@pytest.mark.parametrize(
    ("limits", "least", "most"),
    [
        ({}, -LARGEST, LARGEST),
        ({"minimum": 1, "maximum": 5}, 1, 5),
        ({"exclusiveMinimum": 1, "exclusiveMaximum": 5}, 2, 4),
        ({"exclusiveMaximum": 5}, -LARGEST, 4),
        ({"exclusiveMinimum": 5}, 6, LARGEST),
        ({"exclusiveMinimum": -1, "exclusiveMaximum": 1}, 0, 0),
        ({"minimum": 1.5, "maximum": 4.5}, 2, 4),
        ({"exclusiveMinimum": 1.5, "exclusiveMaximum": 4.5}, 2, 4),
        ({"exclusiveMinimum": 1.0, "exclusiveMaximum": 5.0}, 2, 4),
        ({"minimum": -4.5, "maximum": -1.5}, -4, -2),
        ({"exclusiveMinimum": -4.5, "exclusiveMaximum": -1.5}, -4, -2),
        ({"minimum": 1, "exclusiveMinimum": 1, "maximum": 5, "exclusiveMaximum": 5}, 2, 4),
        ({"minimum": 3, "exclusiveMinimum": 1, "maximum": 4, "exclusiveMaximum": 9}, 3, 4),
        ({"minimum": -(10**20), "maximum": 10**20}, -LARGEST, LARGEST),
        ({"exclusiveMinimum": -LARGEST - 1, "exclusiveMaximum": LARGEST + 1}, -LARGEST, LARGEST),
        ({"exclusiveMinimum": -LARGEST, "exclusiveMaximum": LARGEST}, 1 - LARGEST, LARGEST - 1),
        ({"minimum": True, "maximum": "5", "exclusiveMaximum": float("inf")}, -LARGEST, LARGEST),
    ],
)
def test_a_whole_number_ends_exactly_where_its_tool_says(limits: JsonObject, least: int, most: int) -> None:
    bounded = {"type": "integer", "minimum": least, "maximum": most}
    assert bounded_integer({"type": "integer", **limits}, OLLAMA_GRAMMAR) == bounded


@pytest.mark.parametrize(
    "limits",
    [
        {"minimum": 2, "maximum": 1},
        {"exclusiveMinimum": 1, "exclusiveMaximum": 2},
        {"exclusiveMinimum": 1, "maximum": 1},
        {"minimum": 1, "exclusiveMaximum": 1},
        {"minimum": 1.2, "maximum": 1.8},
        {"minimum": LARGEST + 1},
    ],
)
def test_where_no_whole_number_is_left_there_is_no_schema(limits: JsonObject) -> None:
    assert bounded_integer({"type": "integer", **limits}, OLLAMA_GRAMMAR) is None


@pytest.mark.parametrize(
    ("limits", "possible"),
    [
        ({"minimum": 1, "maximum": 1}, True),
        ({"exclusiveMinimum": 0, "exclusiveMaximum": 0.5}, True),
        ({"minimum": 0.5, "exclusiveMaximum": 0.5}, False),
        ({"exclusiveMinimum": 0.5, "maximum": 0.5}, False),
        ({"minimum": 0.6, "maximum": 0.5}, False),
        ({"exclusiveMinimum": 7}, True),
    ],
)
def test_a_number_keeps_its_tools_own_bounds_where_any_number_meets_them(limits: JsonObject, *, possible: bool) -> None:
    assert bounded_number({"type": "number", **limits}) == ({"type": "number", **limits} if possible else None)


def test_the_sizes_of_a_schema_are_those_of_the_providers_grammar() -> None:
    small = replace(
        OLLAMA_GRAMMAR,
        typical_text=30,
        longest_text=60,
        most_repeats=5,
        typical_list=2,
        longest_list=3,
        largest_integer=99,
        most_forms=2,
        most_choices=2,
        most_optional=5,
        deepest=2,
        formats=frozenset({"date"}),
    )
    assert bounded_text({"maxLength": 500, "minLength": 50}, small) == {
        "type": "string", "minLength": 50, "maxLength": 50,
    }  # fmt: skip
    assert bounded_text({"minLength": 61, "maxLength": 500}, small) is None
    assert bounded_text({}, small) == {"type": "string", "maxLength": 30}
    assert bounded_text({"format": "uuid"}, small) == {"type": "string", "maxLength": 30}
    assert bounded_text({"format": "date"}, small) == {"type": "string", "format": "date", "maxLength": 30}
    assert bounded_pattern("^a+$", small) == "^a{1,5}$" and bounded_pattern("^a{61}$", small) is None
    assert bounded_integer({"minimum": 7}, small) == {"type": "integer", "minimum": 7, "maximum": 99}
    schema: JsonObject = {
        "properties": {
            "choice": {"enum": ["a", "b", "c"]},
            "list": {"type": "array", "items": {"type": "integer"}},
            "long": {"type": "array", "items": True, "minItems": 3, "maxItems": 9},
            "forms": {"anyOf": [{"const": number} for number in range(5)]},
            "inside": {"type": "object", "properties": {"in": {"type": "object", "properties": {"too deep": True}}}},
            "left out": True,
        }
    }
    text, reference = SCOPE.definition("text"), SCOPE.definition("reference")
    empty: JsonObject = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    assert properties(schema, small) == {
        "choice": {"anyOf": [{"enum": ["a", "b"]}, reference]},
        "list": {
            "anyOf": [{"type": "array", "items": SCOPE.definition("whole"), "minItems": 0, "maxItems": 2}, reference],
        },
        "long": {"anyOf": [{"type": "array", "items": text, "minItems": 3, "maxItems": 3}, reference]},
        "forms": {"anyOf": [{"const": 0}, {"const": 1}]},
        "inside": {"anyOf": [{**empty, "properties": {"in": {"anyOf": [empty, reference]}}}, reference]},
    }


def test_a_keyword_that_the_providers_grammar_does_not_honour_is_left_out_everywhere() -> None:
    none = replace(OLLAMA_GRAMMAR, keywords=frozenset())
    schema: JsonObject = {
        "properties": {
            "format": {"type": "string", "format": "date"},
            "pattern": {"type": "string", "pattern": "^a$", "minLength": 1},
            "maximum": {"type": "integer", "maximum": 3},
            "minimum": {"type": "number", "minimum": 3},
            "minItems": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        }
    }
    text = {"type": "string"}
    assert definitions(none, SCOPE)["reference"] == definitions(none, SCOPE)["text"] == text
    assert properties(schema, none) == {
        "format": SCOPE.definition("text"),
        "pattern": SCOPE.definition("text"),
        "maximum": SCOPE.definition("whole"),
        "minimum": SCOPE.definition("decimal"),
        "minItems": {"anyOf": [{"type": "array", "items": SCOPE.definition("whole")}, SCOPE.definition("reference")]},
    }
    tasks = cast("dict[str, JsonObject]", plan_schema([tool("now")], none)["properties"])["tasks"]
    assert tasks.keys() == {"type", "items"}
