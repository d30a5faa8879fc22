"""Makes of a tool's input schema the bounded schema of the arguments that a model may write for it.

Providers turn the result into a grammar. So it is closed and bounded everywhere within the limits of the provider's
grammar, and lets a reference `${…}` stand wherever a value may. What is valid under it is valid under the tool's own
schema too, but for what no grammar can keep (`not`, `uniqueItems`, `multipleOf`, patterns without an end, two at once).
The forms that most arguments share are definitions, which keeps the grammar of many tools small.
"""

import json
from collections.abc import Iterable
from typing import cast

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import GrammarLimits
from agentic_search.planning.schema.alternatives import alternatives
from agentic_search.planning.schema.scalars import bounded_integer, bounded_number, bounded_text, honoured, span
from agentic_search.planning.schema.scope import ROOM_FOR_REFERENCE, STEP, Scope, free_text, shared_forms

_BOOLEAN: JsonObject = {"type": "boolean"}
_NULL: JsonObject = {"type": "null"}


def bounded_arguments(input_schema: JsonObject, limits: GrammarLimits, scope: Scope) -> JsonObject | None:
    """The closed, bounded object schema of one tool's arguments at one place; `$ref` lead to its definitions.

    None where no arguments within the bounds can meet the tool's schema.
    """
    return _Bounds(input_schema, limits, scope).arguments()


class _Bounds:
    """Bounds the schemas inside one tool's input schema."""

    def __init__(self, root: JsonObject, limits: GrammarLimits, scope: Scope) -> None:
        self._root = root
        self._limits = limits
        self._scope = scope
        self._shared = shared_forms(limits, scope)

    def arguments(self) -> JsonObject | None:
        forms = [self._object(form, 0) for form in self._forms({**self._root, "type": "object"})]
        return _either(_unique(forms))

    def _forms(self, schema: JsonValue) -> list[JsonObject]:
        return alternatives(schema, self._root, most=self._limits.most_forms)

    def _value(self, schema: JsonValue, depth: int, *, nullable: bool = True) -> JsonObject | None:
        """What may stand where `schema` judges, a reference of the scope among it; none where nothing may."""
        if schema is False:
            return None
        plain = self._forms(schema) if depth <= self._limits.deepest else []
        forms = _unique(self._form(form, depth) for form in plain)
        if not nullable and len(forms) > 1:
            forms = [form for form in forms if form != _NULL]
        for name, shared in self._shared.items():
            if forms == [shared]:
                return self._scope.definition(name)
        if not self._scope.names or (forms and all(_needs_no_reference(form) for form in forms)):
            return _either(forms)
        return _either([*forms, self._scope.definition("reference")])

    def _form(self, schema: JsonObject, depth: int) -> JsonObject | None:
        """One plain form, bounded; none where nothing within the bounds can meet it."""
        kind = _kind(schema)
        if "const" in schema:
            return {"const": schema["const"]} if _is_literal(kind, schema["const"]) else None
        if isinstance(choices := schema.get("enum"), list):
            fitting = [choice for choice in choices if _is_literal(kind, choice)][: self._limits.most_choices]
            return {"enum": fitting} if fitting else None
        if kind == "object":
            return self._object(schema, depth)
        bounded = self._array(schema, depth) if kind == "array" else self._scalar(kind, schema)
        return bounded and honoured(bounded, self._limits)

    def _object(self, schema: JsonObject, depth: int) -> JsonObject | None:
        match schema.get("properties"):
            case {**properties}:
                pass
            case _:
                properties = {}
        wanted = schema.get("required")
        required = [name for name in wanted if isinstance(name, str)] if isinstance(wanted, list) else []
        optional = [name for name in properties if name not in required]
        kept = optional[: self._limits.most_optional] if depth < self._limits.deepest else []
        values: dict[str, JsonObject | None] = {
            name: self._value(properties.get(name, True), depth + 1, nullable=name in required)
            for name in (*properties, *required)
            if name in required or name in kept
        }
        if any(values[name] is None for name in required):
            return None
        return _closed({name: value for name, value in values.items() if value is not None}, required)

    def _array(self, schema: JsonObject, depth: int) -> JsonObject | None:
        least, most = span(schema, "Items", self._limits.typical_list, limit=self._limits.longest_list)
        prefix = schema.get("prefixItems")
        if isinstance(prefix, list) and prefix:
            return _tuple([self._value(element, depth + 1) for element in prefix], least, most)
        element = self._value(schema.get("items", True), depth + 1) if most else None
        if element is None:
            least, most, element = least, 0, self._scope.definition("text")
        if least > most:
            return None
        return {"type": "array", "items": element, "minItems": least, "maxItems": most}

    def _scalar(self, kind: str, schema: JsonObject) -> JsonObject | None:
        match kind:
            case "integer":
                return bounded_integer(schema, self._limits)
            case "number":
                return bounded_number(schema)
            case "boolean":
                return _BOOLEAN
            case "null":
                return _NULL
            case _:
                return self._any_text(schema)

    def _any_text(self, schema: JsonObject) -> JsonObject | None:
        text = bounded_text(schema, self._limits)
        if text is None or text.keys() & {"pattern", "format"}:
            return text
        least, most = text.get("minLength", 0), text["maxLength"]
        return free_text(cast("int", least), cast("int", most), self._limits, self._scope)


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


def _is_literal(kind: str, value: JsonValue) -> bool:
    return _is_of(kind, value) and "${" not in json.dumps(value, ensure_ascii=False)


def _closed(properties: JsonObject, required: list[str]) -> JsonObject:
    names: list[JsonValue] = [*dict.fromkeys(required)]
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False}


def _tuple(elements: list[JsonObject | None], least: int, most: int) -> JsonObject | None:
    kept = [element for element in elements if element is not None][:most]
    if len(kept) < min(len(elements), most) or len(kept) < least:
        return None
    return {"type": "array", "prefixItems": [*kept], "minItems": len(kept), "maxItems": len(kept)}


def _needs_no_reference(form: JsonObject) -> bool:
    """A constant is what it is, and the schema of a long text has references in it already."""
    match form:
        case {"type": "string", "pattern": str(pattern)}:
            return STEP in pattern
        case {"type": "string", "maxLength": int(most)}:
            return most >= ROOM_FOR_REFERENCE and "format" not in form
        case {"type": "string"}:
            return "format" not in form
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
