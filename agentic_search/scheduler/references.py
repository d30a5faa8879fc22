"""Fills `${…}` in arguments with the values of finished tasks.

A string that is one whole reference takes the value with its type; inside longer text a value becomes text. Values are
put in as they are: a `${` inside a tool's result is never looked at.
"""

from collections.abc import Mapping

from pydantic import JsonValue
from pydantic_core import to_json

from agentic_search.domain.data import JsonObject
from agentic_search.domain.references import Reference, split_template, whole_reference


def fill(arguments: JsonObject, values: Mapping[str, JsonValue]) -> JsonObject:
    """Replace every reference; raises BadReference where an expression cannot be evaluated."""
    return {name: _filled(value, values) for name, value in arguments.items()}


def evaluate(expression: str, values: Mapping[str, JsonValue]) -> JsonValue:
    """The value of one whole reference, as `for_each` and `when` hold; raises BadReference."""
    return whole_reference(expression).resolve(values)


def is_true(value: JsonValue) -> bool:
    """A condition holds unless its value is false, null or empty; the number 0 is a value like any other."""
    return not (value is None or value is False or value in ("", [], {}))


def _filled(value: JsonValue, values: Mapping[str, JsonValue]) -> JsonValue:
    match value:
        case str():
            return _filled_text(value, values)
        case list():
            return [_filled(element, values) for element in value]
        case dict():
            return {name: _filled(element, values) for name, element in value.items()}
        case _:
            return value


def _filled_text(text: str, values: Mapping[str, JsonValue]) -> JsonValue:
    pieces = split_template(text)
    if len(pieces) == 1 and isinstance(pieces[0], Reference):
        return pieces[0].resolve(values)
    return "".join(piece if isinstance(piece, str) else _as_text(piece.resolve(values)) for piece in pieces)


def _as_text(value: JsonValue) -> str:
    return value if isinstance(value, str) else to_json(value).decode()
