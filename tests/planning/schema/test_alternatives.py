"""The plain forms of a schema: references followed, combinations multiplied out, contradictions left out."""

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.planning.schema.alternatives import MOST_FORMS, alternatives

TEXT: JsonObject = {"type": "string"}


FORMS: list[tuple[JsonValue, list[JsonObject]]] = [
    (True, [{}]),
    (False, []),
    ({}, [{}]),
    ({"$ref": "#/$defs/a~1b"}, [TEXT]),
    ({"$ref": "#/$defs/a~1b", "maxLength": 3}, [{"type": "string", "maxLength": 3}]),
    ({"$ref": "other.json#/x"}, [{}]),
    (
        {"type": ["string", "null"], "title": "x"},
        [{"title": "x", "type": "string"}, {"title": "x", "type": "null"}],
    ),
    ({"anyOf": [TEXT, False, {"type": "null"}]}, [TEXT, {"type": "null"}]),
    (
        {"allOf": [{"minLength": 2, "maxLength": 9}, {"minLength": 5, "maxLength": 7}]},
        [{"minLength": 5, "maxLength": 7}],
    ),
    ({"allOf": [{"type": "number"}, {"type": "integer"}]}, [{"type": "integer"}]),
    ({"allOf": [{"type": "string"}, {"type": "integer"}]}, []),
    ({"allOf": [{"enum": [1, 2, 3]}, {"enum": [3, 2]}]}, [{"enum": [2, 3]}]),
    ({"allOf": [{"const": 1}, {"const": 2}]}, []),
    (
        {"required": ["a"], "anyOf": [{"required": ["b"]}, {"required": ["a"]}]},
        [{"required": ["a", "b"]}, {"required": ["a"]}],
    ),
    (
        {"anyOf": [TEXT], "allOf": [{"anyOf": [{"maxLength": 1}, {"maxLength": 2}]}]},
        [{**TEXT, "maxLength": 1}, {**TEXT, "maxLength": 2}],
    ),
    (
        {"allOf": [{"properties": {"a": TEXT}}, {"additionalProperties": False}]},
        [{"properties": {"a": False}, "additionalProperties": False}],
    ),
    (
        {"allOf": [{"properties": {"a": TEXT}}, {"properties": {"a": {"maxLength": 2}}}]},
        [{"properties": {"a": {"allOf": [TEXT, {"maxLength": 2}]}}}],
    ),
]


@pytest.mark.parametrize(("schema", "forms"), FORMS)
def test_a_schema_is_taken_apart_into_the_forms_it_allows(schema: JsonValue, forms: list[JsonObject]) -> None:
    assert alternatives(schema, {"$defs": {"a/b": TEXT}}) == forms


def test_no_schema_has_more_forms_than_a_grammar_should_hold() -> None:
    wide: JsonObject = {"anyOf": [{"maxLength": length} for length in range(1_000)]}
    assert len(alternatives(wide, {})) == MOST_FORMS
