"""Fills `${…}` in arguments with the values of finished tasks.

A string that is one whole reference takes the value with its type; inside longer text a value becomes text. Values are
put in as they are: a `${` inside a tool's result is never looked at.
"""

import re
from collections.abc import Container, Mapping

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.references import BadReference, Reference, parse_reference, split_template, whole_reference
from agentic_search.plain_json import json_bytes

_FIELD_OF = re.compile(r"(.+)\.([A-Za-z_][A-Za-z0-9_]*)")
"""An expression that ends in a field, and that field."""
_MOST_NAMED = 12
_DEEPEST = 30
"""Levels that arguments may put around what a task gave, which has 200 at most: events are written up to 255."""


class NothingFound(BadReference):
    """A reference that leads nowhere in what the task gave; the text says what is there instead."""


def fill(arguments: JsonObject, values: Mapping[str, JsonValue], *, required: Container[str]) -> JsonObject:
    """Replace every reference; an argument is left out whose reference finds nothing, if it is not required.

    Raises BadReference where an expression cannot be evaluated, NothingFound for a required argument.
    """
    filled: JsonObject = {}
    for name, value in arguments.items():
        try:
            filled[name] = _filled(value, values, _DEEPEST)
        except NothingFound:
            if name in required or not isinstance(value, str):  # half an object would mean something else
                raise
    return filled


def evaluate(expression: str, values: Mapping[str, JsonValue]) -> JsonValue:
    """The value of one whole reference, as `for_each` and `when` hold; raises BadReference."""
    return whole_reference(expression).resolve(values)


def is_true(value: JsonValue) -> bool:
    """A condition holds unless its value is false, null or empty; the number 0 is a value like any other."""
    return not (value is None or value is False or value in ("", [], {}))


def _filled(value: JsonValue, values: Mapping[str, JsonValue], levels: int) -> JsonValue:
    match value:
        case str():
            filled = _filled_text(value, values)
            if levels < 0 and isinstance(filled, list | dict):
                raise BadReference(f"{value} stands in more than {_DEEPEST} lists and objects")
            return filled
        case list():
            return [_filled(element, values, levels - 1) for element in value]
        case dict():
            return {name: _filled(element, values, levels - 1) for name, element in value.items()}
        case _:
            return value


def _filled_text(text: str, values: Mapping[str, JsonValue]) -> JsonValue:
    pieces = split_template(text)
    if len(pieces) == 1 and isinstance(pieces[0], Reference):
        return _resolved(pieces[0], values)
    return "".join(piece if isinstance(piece, str) else _as_text(_resolved(piece, values)) for piece in pieces)


def _resolved(reference: Reference, values: Mapping[str, JsonValue]) -> JsonValue:
    """The value; raises NothingFound where there is none, which is not the same as one that is null."""
    value = reference.resolve(values)
    if value is None and not _is_there(reference, values):
        described = "; ".join(f"{name} {_described(values[name])}" for name in sorted(reference.names & values.keys()))
        raise NothingFound(f"${{{reference.text}}} finds nothing: {described}")
    return value


def _is_there(reference: Reference, values: Mapping[str, JsonValue]) -> bool:
    """Whether a null stands where the reference leads."""
    if reference.text.strip('"') in values:
        return True
    if (path := _FIELD_OF.fullmatch(reference.text)) is None:
        return False
    try:
        owner = parse_reference(path[1]).resolve(values)
    except BadReference:
        return False
    return isinstance(owner, dict) and path[2] in owner


def _described(value: JsonValue) -> str:
    """What a value has, in a few words."""
    match value:
        case dict():
            return f"has {_listed(value)}" if value else "is an empty object"
        case list():
            first = value[0] if value else None
            having = f", the first with {_listed(first)}" if isinstance(first, dict) and first else ""
            return f"is a list of {len(value)}{having}" if value else "is an empty list"
        case str():
            return "is text" if value else "is empty text"
        case None:
            return "has no result"
        case _:
            return f"is {json_bytes(value).decode()}"


def _listed(fields: Mapping[str, JsonValue]) -> str:
    names = [repr(name) for name in list(fields)[:_MOST_NAMED]]
    return ", ".join(names) + (" …" if len(fields) > _MOST_NAMED else "")


def _as_text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json_bytes(value).decode()
