"""What of a stranger's form is kept: nothing that is fetched, run or without bounds."""

import pytest
from pydantic_core import to_json

from agentic_search.domain.data import JsonObject
from agentic_search.tools.mcp.exchange.answer_form import AnswerForm, UnusableForm


def form(**properties: JsonObject) -> AnswerForm:
    return AnswerForm({"type": "object", "properties": {**properties}})


@pytest.mark.parametrize(
    "choice",
    [
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"$ref": "#"},
        {"pattern": "(a+)+$"},
        {"const": {"a": 1}},
        {"allOf": [{"const": "a"}]},
        "a",
    ],
)
@pytest.mark.parametrize("place", ["field", "list"])
def test_a_choice_that_is_no_text_makes_the_form_unusable(choice: JsonObject, place: str) -> None:
    field: JsonObject = {"type": "string", "oneOf": [choice]}
    with pytest.raises(UnusableForm, match="a choice that is no text"):
        form(colour=field if place == "field" else {"type": "array", "items": {"anyOf": [choice]}})


@pytest.mark.parametrize("place", ["field", "list"])
def test_of_a_choice_only_its_value_and_title_are_kept(place: str) -> None:
    choice: JsonObject = {"const": "r", "title": "Red", "$ref": "http://127.0.0.1:9/x", "pattern": "(a+)+$"}
    given: JsonObject = {"type": "string", "oneOf": [choice]}
    made = form(colour=given if place == "field" else {"type": "array", "items": {"anyOf": [choice]}})
    assert b"127.0.0.1" not in to_json(made.schema) and b"pattern" not in to_json(made.schema)
    content: JsonObject = {"colour": "r" if place == "field" else ["r"]}
    assert made.filled(content) == content
    with pytest.raises(ValueError, match="colour"):
        made.filled({"colour": "b" if place == "field" else ["b"]})


@pytest.mark.parametrize(
    "field",
    [
        {"type": "string", "enum": ["x" * 1_000_000]},
        {"type": "string", "default": {"a": ["x"] * 100_000}},
        {"type": "string", "oneOf": [{"const": "x" * 1_000_000}]},
    ],
)
def test_a_form_has_bounds(field: JsonObject) -> None:
    with pytest.raises(UnusableForm, match="larger than 64 KB"):
        form(name=field)
