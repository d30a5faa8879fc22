"""Turns what jsonschema says of a wrong argument into sentences that a person or a small model can act on."""

import json
from collections.abc import Callable, Iterator
from typing import Any, cast

from jsonschema.exceptions import ValidationError
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.text.naming import did_you_mean, json_kind

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_LIMITS = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "multipleOf": "must be a multiple of {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} elements",
    "maxItems": "must have at most {} elements",
    "pattern": "must match the pattern {!r}",
}
_MOST_CHOICES = 12
_LONGEST_MESSAGE = 200


def breaches(error: ValidationError, tool: str) -> Iterator[str]:
    """Say what is wrong with which argument of `tool`."""
    describe = _DESCRIBE.get(str(error.validator), _other)
    yield from describe(error, tool)


def _argument(error: ValidationError) -> str:
    first, *inner = error.absolute_path or ("",)
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in inner)
    return f"argument {str(first) + ''.join(steps)!r}"


def _owner(error: ValidationError, tool: str) -> str:
    return _argument(error) if error.absolute_path else repr(tool)


def _properties(error: ValidationError) -> JsonObject:
    match cast("JsonValue", error.schema):
        case {"properties": {**properties}}:
            return properties
        case _:
            return {}


def _type_words(wanted: JsonValue) -> str:
    names = wanted if isinstance(wanted, list) else [wanted]
    return " or ".join(_TYPES.get(str(name), str(name)) for name in names)


def _missing(error: ValidationError, tool: str) -> Iterator[str]:
    instance: Any = error.instance
    wanted: Any = error.validator_value
    for name in wanted:
        if name not in instance:
            yield f"{_owner(error, tool)} needs the argument {name!r}{_kind_of(_properties(error).get(name))}"


def _kind_of(schema: JsonValue) -> str:
    match schema:
        case {"type": kind}:
            return f" ({_type_words(kind)})"
        case _:
            return ""


def _unexpected(error: ValidationError, tool: str) -> Iterator[str]:
    instance: Any = error.instance
    known = _properties(error)
    for name in instance:
        if name not in known:
            yield f"{_owner(error, tool)} has no argument {name!r}{did_you_mean(name, known)}"


def _wrong_type(error: ValidationError, tool: str) -> Iterator[str]:
    wanted = cast("JsonValue", error.validator_value)
    yield f"{_argument(error)} must be {_type_words(wanted)}, not {json_kind(error.instance)}"


def _no_choice(error: ValidationError, tool: str) -> Iterator[str]:
    choices: Any = error.validator_value if error.validator == "enum" else [error.validator_value]
    shown = [_shown(choice) for choice in choices[:_MOST_CHOICES]]
    more = f" … ({len(choices)} in all)" if len(choices) > _MOST_CHOICES else ""
    texts = [choice for choice in choices if isinstance(choice, str)]
    hint = did_you_mean(error.instance, texts) if isinstance(error.instance, str) and len(choices) > 3 else ""
    one_of = "one of " if len(shown) > 1 else ""
    yield f"{_argument(error)} must be {one_of}{', '.join(shown)}{more}, not {_shown(error.instance)}{hint}"


def _beyond_limit(error: ValidationError, tool: str) -> Iterator[str]:
    must = _LIMITS[str(error.validator)].format(error.validator_value)
    instance: Any = error.instance
    actual = len(instance) if str(error.validator).endswith(("Length", "Items")) else _shown(instance)
    yield f"{_argument(error)} {must}, not {actual}"


def _no_form(error: ValidationError, tool: str) -> Iterator[str]:
    forms = error.context or []
    if not forms:
        yield from _other(error, tool)
    elif all(form.validator == "type" and form.absolute_path == error.absolute_path for form in forms):
        wanted = dict.fromkeys(_type_words(cast("JsonValue", form.validator_value)) for form in forms)
        yield f"{_argument(error)} must be {' or '.join(wanted)}, not {json_kind(error.instance)}"
    else:
        # the form that was followed furthest is most likely the one that was meant
        yield from breaches(max(forms, key=lambda form: len(form.absolute_path)), tool)


def _other(error: ValidationError, tool: str) -> Iterator[str]:
    yield f"{_owner(error, tool)} breaks the tool's schema: {_clipped(error.message)}"


def _shown(value: object) -> str:
    return _clipped(repr(value) if isinstance(value, str) else json.dumps(value, default=repr))


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 1] + "…"


_DESCRIBE: dict[str, Callable[[ValidationError, str], Iterator[str]]] = {
    "required": _missing,
    "additionalProperties": _unexpected,
    "type": _wrong_type,
    "enum": _no_choice,
    "const": _no_choice,
    "anyOf": _no_form,
    "oneOf": _no_form,
    **dict.fromkeys(_LIMITS, _beyond_limit),
}
