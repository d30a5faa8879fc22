"""The draft that a schema is of, and patterns that cannot be read or never come to an end."""

from contextlib import suppress

import pytest
from jsonschema.exceptions import SchemaError
from pydantic import JsonValue
from referencing.exceptions import Unresolvable

from agentic_search.domain.data import JsonObject
from agentic_search.tools.json_schema import CheckTooLong, checked_draft, in_time, is_pattern, validator_of

TUPLE: JsonObject = {"properties": {"a": {"items": [{"type": "string"}, {"type": "integer"}]}}}
ABOVE: JsonObject = {"properties": {"a": {"minimum": 1, "exclusiveMinimum": True}}}
DEPENDENT: JsonObject = {"dependentRequired": {"a": ["b"]}}
PREFIX: JsonObject = {"properties": {"a": {"prefixItems": [{"type": "string"}, {"type": "integer"}]}}}


@pytest.mark.parametrize(
    ("declared", "schema", "wrong", "right"),
    [
        ("http://json-schema.org/draft-04/schema#", ABOVE, {"a": 1}, {"a": 2}),
        ("http://json-schema.org/draft-06/schema#", TUPLE, {"a": ["x", "y"]}, {"a": ["x", 1]}),
        ("http://json-schema.org/draft-07/schema#", TUPLE, {"a": ["x", "y"]}, {"a": ["x", 1]}),
        ("https://json-schema.org/draft-07/schema", TUPLE, {"a": ["x", "y"]}, {"a": ["x", 1]}),
        ("https://json-schema.org/draft/2019-09/schema", DEPENDENT, {"a": 1}, {"a": 1, "b": 2}),
        ("https://json-schema.org/draft/2019-09/schema", TUPLE, {"a": ["x", "y"]}, {"a": ["x", 1]}),
        ("https://json-schema.org/draft/2020-12/schema", PREFIX, {"a": ["x", "y"]}, {"a": ["x", 1]}),
        # None declared, or one that is not known, or not the right one: by whose rules it is a schema.
        (None, PREFIX, {"a": ["x", "y"]}, {"a": ["x", 1]}),
        (None, TUPLE, {"a": ["x", "y"]}, {"a": ["x", 1]}),
        (None, ABOVE, {"a": 1}, {"a": 2}),
        ("https://example.org/schema", TUPLE, {"a": ["x", "y"]}, {"a": ["x", 1]}),
        ("https://json-schema.org/draft/2020-12/schema", TUPLE, {"a": ["x", "y"]}, {"a": ["x", 1]}),
        (7, TUPLE, {"a": ["x", "y"]}, {"a": ["x", 1]}),
    ],
)
def test_data_is_checked_by_the_draft_of_its_schema(
    declared: JsonValue, schema: JsonObject, wrong: JsonObject, right: JsonObject
) -> None:
    validator = validator_of({**schema, **({} if declared is None else {"$schema": declared})})
    assert list(validator.iter_errors(right)) == []
    assert len(list(validator.iter_errors(wrong))) == 1


def test_what_is_a_schema_of_no_draft_is_refused() -> None:
    with pytest.raises(SchemaError):
        checked_draft({"type": "objekt"})


@pytest.mark.parametrize("pattern", [r"(?<year>\d{4})", r"\p{L}+", "[^]", r"\u{1F600}", "a{2}", ""])
def test_a_pattern_that_python_cannot_read_may_still_be_one(pattern: str) -> None:
    assert is_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(", "(a))", "[a"])
def test_brackets_that_do_not_close_are_no_pattern(pattern: str) -> None:
    assert not is_pattern(pattern)


@pytest.mark.parametrize("name", ["a" * 60 + "!", "b" * 60 + "!"])
def test_a_pattern_that_never_comes_to_an_end_is_given_up(name: str) -> None:
    """Without its bound this test would run for years."""
    schema: JsonObject = {
        "additionalProperties": False,
        "properties": {"text": {"type": "string", "pattern": "^(a|aa)+$"}, "kind": {"enum": ["x"]}},
        "patternProperties": {"^(b|bb)+$": {"type": "string"}},
    }
    validator = validator_of(schema)
    assert list(validator.iter_errors({"text": name, "b" * 60 + "!": 7})) == [] or name.startswith("b")
    assert [error.validator for error in validator.iter_errors({"text": "a" * 60 + "!", "kind": "y"})] == ["enum"]


@pytest.mark.parametrize("pattern", ["((a{1000}){1000}){1000}", "(" * 600 + ")" * 600, "a" * 10_000])
def test_a_pattern_that_would_take_long_to_read_is_not_read(pattern: str) -> None:
    validator = validator_of({"properties": {"text": {"pattern": pattern}}})
    assert list(validator.iter_errors({"text": "b"})) == []


def test_a_pattern_is_still_checked_where_it_can_be() -> None:
    schema: JsonObject = {"patternProperties": {"^n_": {"type": "integer"}}, "additionalProperties": {"pattern": "^x"}}
    validator = validator_of(schema)
    wrong = [".".join(map(str, error.absolute_path)) for error in validator.iter_errors({"n_a": "1", "b": "y"})]
    assert sorted(wrong) == ["b", "n_a"]


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        ({"$id": "http://["}, {}),
        ({"properties": {"a": {"$id": "http://[", "type": "string"}}}, {"a": 1}),
        ({"$id": "http://a.example/", "properties": {"a": {"$ref": "//["}}}, {"a": 1}),
        ({"properties": {"a": {"multipleOf": 0.1}}}, {"a": 10**400}),
    ],
)
def test_a_schema_that_cannot_be_followed_makes_no_check_fail_otherwise(schema: JsonObject, data: JsonObject) -> None:
    with suppress(CheckTooLong, Unresolvable), in_time(0.1):
        list(validator_of(schema).iter_errors(data))


@pytest.mark.parametrize("pattern", ["a{65000}" * 50, "[ab]{99999}[ab]{99999}", "a{999999999}"])
def test_a_pattern_that_is_written_out_at_length_is_met_by_any_text(pattern: str) -> None:
    schema: JsonObject = {"properties": {"a": {"pattern": pattern}}}
    assert not list(validator_of(schema).iter_errors({"a": "b"}))
