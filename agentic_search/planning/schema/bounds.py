"""A tool's input schema flows in; the bounded schema of the arguments that a model may write for it flows out.

Ollama turns the result into a grammar. So it is closed and bounded everywhere, holds only keywords that the grammar
honours, and lets a reference `${…}` stand wherever a value may. What is valid under it is valid under the tool's own
schema too, but for what no grammar can keep (`not`, `uniqueItems`, `multipleOf`, patterns without an end, two at once).
The forms that most arguments share are definitions, which keeps the grammar of many tools small.
"""

import math
from collections.abc import Callable, Iterable

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.planning.schema.alternatives import alternatives
from agentic_search.planning.schema.pattern import LONGEST_TEXT, bounded_pattern

TYPICAL_TEXT = 400
"""Characters of a text that its tool does not bound."""

MOST_ELEMENTS = 16
LARGEST_INTEGER = 999_999_999_999_999
"""Fifteen nines: exact for every reader of JSON, and cheap as a grammar."""

_DEEPEST = 5
_MOST_OPTIONAL = 40
_MOST_CHOICES = 256
_ROOM_FOR_REFERENCE = 100
_LONGEST_STAMP = 40
_KEPT_FORMATS = frozenset({"date", "time", "date-time", "uuid"})

_STEP = r"\.[A-Za-z_][A-Za-z0-9_]{0,40}|\[[0-9]{1,3}\]|\[\*\]|\[:[0-9]{1,3}\]"
_TEXT: JsonObject = {"type": "string", "maxLength": TYPICAL_TEXT}
_INTEGER: JsonObject = {"type": "integer", "minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER}
_NUMBER: JsonObject = {"type": "number"}
_BOOLEAN: JsonObject = {"type": "boolean"}
_NULL: JsonObject = {"type": "null"}


def definition(name: str) -> JsonObject:
    """The `$ref` to one of DEFINITIONS."""
    return {"$ref": f"#/$defs/{name}"}


DEFINITIONS: JsonObject = {
    "reference": {
        "type": "string",
        "pattern": rf"^\$\{{(item|t[1-9][0-9]{{0,2}})({_STEP}){{0,6}}\}}$",
        "maxLength": 300,
    },
    "text": _TEXT,
    "whole": {"anyOf": [_INTEGER, definition("reference")]},
    "decimal": {"anyOf": [_NUMBER, definition("reference")]},
    "truth": {"anyOf": [_BOOLEAN, definition("reference")]},
}
"""What the `$ref` of a bounded schema lead to. `reference` is one whole `${t1.stories[:3]}`: it always parses.

The grammar names its rules after these: a name that it has a rule for already, like `integer`, would be taken for that.
"""

_SHARED = {"text": _TEXT, "whole": _INTEGER, "decimal": _NUMBER, "truth": _BOOLEAN}


def bounded_arguments(input_schema: JsonObject) -> JsonObject:
    """The closed, bounded object schema of one tool's arguments; `$ref` lead to DEFINITIONS."""
    schema: JsonObject = {**input_schema, "type": "object"}
    forms = [_object(form, input_schema, 0) for form in alternatives(schema, input_schema)]
    return _either(_unique(forms)) or _closed({}, [])


def _value(schema: JsonValue, root: JsonObject, depth: int, *, nullable: bool = True) -> JsonObject | None:
    """What may stand where `schema` judges, a reference among it; none where nothing may."""
    if schema is False:
        return None
    plain = alternatives(schema, root) if depth <= _DEEPEST else []
    forms = _unique(_form(form, root, depth) for form in plain)
    if not nullable and len(forms) > 1:
        forms = [form for form in forms if form != _NULL]
    for name, shared in _SHARED.items():
        if forms == [shared]:
            return definition(name)
    if forms and all(_needs_no_reference(form) for form in forms):
        return _either(forms)
    return _either([*forms, definition("reference")])


def _form(schema: JsonObject, root: JsonObject, depth: int) -> JsonObject | None:
    """One plain form, bounded; none where nothing within the bounds can meet it."""
    kind = _kind(schema)
    if "const" in schema:
        return {"const": schema["const"]} if _is_of(kind, schema["const"]) else None
    if isinstance(choices := schema.get("enum"), list):
        fitting = [choice for choice in choices if _is_of(kind, choice)][:_MOST_CHOICES]
        return {"enum": fitting} if fitting else None
    if kind == "object":
        return _object(schema, root, depth)
    if kind == "array":
        return _array(schema, root, depth)
    return _SCALARS.get(kind, _text)(schema)


def _kind(schema: JsonObject) -> str:
    match schema:
        case {"type": str(kind)}:
            return kind
        case {"properties": _}:
            return "object"
        case {"items": _} | {"prefixItems": _}:
            return "array"
        case _:
            return ""


def _is_of(kind: str, value: JsonValue) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer" | "number":
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            return not isinstance(value, bool) and (whole or (kind == "number" and isinstance(value, float)))
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case _:
            return True


def _object(schema: JsonObject, root: JsonObject, depth: int) -> JsonObject | None:
    match schema.get("properties"):
        case {**properties}:
            pass
        case _:
            properties = {}
    wanted = schema.get("required")
    required = [name for name in wanted if isinstance(name, str)] if isinstance(wanted, list) else []
    optional = [name for name in properties if name not in required]
    kept = optional[:_MOST_OPTIONAL] if depth < _DEEPEST else []
    values: dict[str, JsonObject | None] = {
        name: _value(properties.get(name, True), root, depth + 1, nullable=name in required)
        for name in (*properties, *required)
        if name in required or name in kept
    }
    if any(values[name] is None for name in required):
        return None
    return _closed({name: value for name, value in values.items() if value is not None}, required)


def _closed(properties: JsonObject, required: list[str]) -> JsonObject:
    names: list[JsonValue] = [*dict.fromkeys(required)]
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False}


def _array(schema: JsonObject, root: JsonObject, depth: int) -> JsonObject | None:
    least, most = _span(schema, "Items", MOST_ELEMENTS, limit=LONGEST_TEXT)
    prefix = schema.get("prefixItems")
    if isinstance(prefix, list) and prefix:
        return _tuple([_value(element, root, depth + 1) for element in prefix], least, most)
    element = _value(schema.get("items", True), root, depth + 1) if most else None
    if element is None:
        least, most, element = least, 0, definition("text")
    if least > most:
        return None
    return {"type": "array", "items": element, "minItems": least, "maxItems": most}


def _tuple(elements: list[JsonObject | None], least: int, most: int) -> JsonObject | None:
    kept = [element for element in elements if element is not None][:most]
    if len(kept) < min(len(elements), most) or len(kept) < least:
        return None
    return {"type": "array", "prefixItems": [*kept], "minItems": len(kept), "maxItems": len(kept)}


def _text(schema: JsonObject) -> JsonObject | None:
    least, most = _span(schema, "Length", TYPICAL_TEXT, limit=LONGEST_TEXT)
    if least > most:
        return None
    length: JsonObject = {"minLength": least, "maxLength": most} if least else {"maxLength": most}
    pattern, stamp = schema.get("pattern"), schema.get("format")
    if isinstance(pattern, str) and (bounded := bounded_pattern(pattern)):
        return {"type": "string", "pattern": bounded, **length, "maxLength": max(most, least)}
    if isinstance(stamp, str) and stamp in _KEPT_FORMATS and least <= _LONGEST_STAMP:
        return {"type": "string", "format": stamp, **length, "maxLength": min(most, _LONGEST_STAMP)}
    return {"type": "string", **length}


def _span(schema: JsonObject, of: str, typical: int, *, limit: int) -> tuple[int, int]:
    """The least and the most characters or elements; least above most where the bounds allow none."""
    least = max(0, math.ceil(_limit(schema, f"min{of}", 0)))
    most = math.floor(_limit(schema, f"max{of}", max(typical, least)))
    return least, min(most, limit, max(typical, least))


def _integer(schema: JsonObject) -> JsonObject | None:
    least = max(
        math.ceil(_limit(schema, "minimum", -LARGEST_INTEGER)),
        math.floor(_limit(schema, "exclusiveMinimum", -LARGEST_INTEGER - 1)) + 1,
        -LARGEST_INTEGER,
    )
    most = min(
        math.floor(_limit(schema, "maximum", LARGEST_INTEGER)),
        math.ceil(_limit(schema, "exclusiveMaximum", LARGEST_INTEGER + 1)) - 1,
        LARGEST_INTEGER,
    )
    return {"type": "integer", "minimum": least, "maximum": most} if least <= most else None


def _limit(schema: JsonObject, keyword: str, otherwise: float) -> float:
    value = schema.get(keyword)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    return value if math.isfinite(value) else otherwise


def _number(schema: JsonObject) -> JsonObject | None:
    least = max(_limit(schema, name, -math.inf) for name in ("minimum", "exclusiveMinimum"))
    most = min(_limit(schema, name, math.inf) for name in ("maximum", "exclusiveMaximum"))
    open_ended = schema.keys() & {"exclusiveMinimum", "exclusiveMaximum"}
    if least > most or (least == most and open_ended):
        return None
    limits = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    return {"type": "number", **{name: schema[name] for name in limits if name in schema}}


_SCALARS: dict[str, Callable[[JsonObject], JsonObject | None]] = {
    "integer": _integer,
    "number": _number,
    "boolean": lambda _: _BOOLEAN,
    "null": lambda _: _NULL,
}


def _needs_no_reference(form: JsonObject) -> bool:
    """A constant is what it is, and a roomy text can hold a reference as it is."""
    match form:
        case {"type": "string", "maxLength": int(most)}:
            return most >= _ROOM_FOR_REFERENCE and not form.keys() & {"pattern", "format"}
        case _:
            return "const" in form


def _unique(forms: Iterable[JsonObject | None]) -> list[JsonObject]:
    kept: list[JsonObject] = []
    for form in forms:
        if form is not None and form not in kept:
            kept.append(form)
    return kept


def _either(forms: list[JsonObject]) -> JsonObject | None:
    if len(forms) < 2:
        return forms[0] if forms else None
    return {"anyOf": [*forms]}
