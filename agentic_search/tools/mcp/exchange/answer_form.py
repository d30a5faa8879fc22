"""What a server wants filled in: the part of its schema that is understood, and answers checked against it.

A form is flat: texts, numbers, yes or no, choices. Of each field only the keywords that the protocol has are kept; a
regular expression of a stranger's, for one, is never run.
"""

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.text.sentences import shortened
from agentic_search.tools.json_schema import json_size

_MOST_FIELDS = 50
_MOST_CHOICES = 500
_LONGEST_TEXT = 1_000
_LARGEST = 64 * 1024
"""Bytes of all fields as JSON."""
_LONGEST_COMPLAINT = 300

_OF_ALL = {"type", "title", "description", "default"}
_OF_TYPE: dict[str, set[str]] = {
    "string": {"minLength", "maxLength", "format", "enum", "enumNames", "oneOf"},
    "number": {"minimum", "maximum"},
    "integer": {"minimum", "maximum"},
    "boolean": set(),
    "array": {"minItems", "maxItems", "items"},
}


class UnusableForm(ValueError):
    """A schema that is not one of a form."""


class AnswerForm:
    """The fields that a server asks for."""

    def __init__(self, requested: JsonObject) -> None:
        """Raises UnusableForm."""
        match requested.get("properties", {}):
            case {**properties} if len(properties) <= _MOST_FIELDS:
                fields = {name: _field(name, field) for name, field in properties.items()}
            case {**properties}:
                raise UnusableForm(f"it asks for {len(properties)} fields; {_MOST_FIELDS} are the most")
            case _:
                raise UnusableForm("its 'properties' are no object")
        match requested.get("required"):
            case [*names]:
                required: list[JsonValue] = [name for name in names if name in fields]
            case _:
                required = []
        self.schema: JsonObject = {"type": "object", "properties": {**fields}, "required": required}
        self._defaults = {name: field["default"] for name, field in fields.items() if "default" in field}
        size = json_size(self.schema)
        if size is None or size > _LARGEST:
            raise UnusableForm(f"it is larger than {_LARGEST // 1024} KB, or nested too deep")
        strict = {**self.schema, "additionalProperties": False}
        try:
            Draft202012Validator.check_schema(strict)
        except SchemaError as error:
            raise UnusableForm(f"its schema is not JSON Schema: {_said(error)}") from error
        self._validator: Any = Draft202012Validator(strict, format_checker=Draft202012Validator.FORMAT_CHECKER)

    def filled(self, content: JsonObject | None) -> JsonObject:
        """The content with the defaults of what was left out; raises ValueError, which says what is wrong with it."""
        filled = self._defaults | (content or {})
        errors: list[ValidationError] = list(self._validator.iter_errors(filled))
        for error in errors:
            where = ".".join(map(str, error.absolute_path))
            raise ValueError(f"{where}: {_said(error)}" if where else _said(error))
        return filled


def _field(name: str, schema: JsonValue) -> JsonObject:
    match schema:
        case {"type": str(kind), **rest} if kind in _OF_TYPE:
            known = _OF_ALL | _OF_TYPE[kind]
        case _:
            raise UnusableForm(f"its field {name!r} is not a text, a number, a choice, or yes or no")
    kept: JsonObject = {"type": kind} | {key: _bounded(value) for key, value in rest.items() if key in known}
    if isinstance(titled := kept.get("oneOf"), list):
        kept["oneOf"] = _titled(name, titled)
    if kind == "array":
        kept["items"] = _choices(name, rest.get("items"))
    return kept


def _choices(name: str, items: JsonValue) -> JsonObject:
    match items:
        case {"enum": [*choices]}:
            return {"type": "string", "enum": choices[:_MOST_CHOICES]}
        case {"anyOf": [*choices]} | {"oneOf": [*choices]}:
            return {"anyOf": _titled(name, choices)}
        case _:
            raise UnusableForm(f"its field {name!r} is a list of something else than choices")


def _titled(name: str, choices: list[JsonValue]) -> list[JsonValue]:
    """Values with titles for people, and nothing else: a reference in a choice, for one, would be fetched."""
    return [_choice(name, each) for each in choices[:_MOST_CHOICES]]


def _choice(name: str, choice: JsonValue) -> JsonObject:
    match choice:
        case {"const": str(value), "title": str(title)}:
            return {"const": value, "title": shortened(title, _LONGEST_TEXT)}
        case {"const": str(value)}:
            return {"const": value}
        case _:
            raise UnusableForm(f"its field {name!r} has a choice that is no text")


def _bounded(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return shortened(value, _LONGEST_TEXT)
        case [*values]:
            return values[:_MOST_CHOICES]
        case _:
            return value


def _said(error: SchemaError | ValidationError) -> str:
    return shortened(error.message, _LONGEST_COMPLAINT)
