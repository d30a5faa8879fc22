"""Makes of a tool's input schema the bounded schema of the arguments that a model may write for it.

Providers turn the result into a grammar. So it is closed and bounded everywhere within the limits of the provider's
grammar, and lets a reference `${…}` stand wherever a value may. What is valid under it is valid under the tool's own
schema too, but for what no grammar can keep (`not`, `uniqueItems`, `multipleOf`, patterns without an end, two at once).
The forms that most arguments share are definitions, which keeps the grammar of many tools small.
"""

from collections.abc import Iterable

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import GrammarLimits
from agentic_search.planning.schema.alternatives import alternatives
from agentic_search.planning.schema.scalars import bounded_integer, bounded_number, bounded_text, honoured, span

_ROOM_FOR_REFERENCE = 100
"""Characters of a text that can hold a reference as it is."""

_STEP = r"\.[A-Za-z_][A-Za-z0-9_]{0,40}|\[[0-9]{1,3}\]|\[\*\]|\[:[0-9]{1,3}\]"
_REFERENCE: JsonObject = {
    "type": "string",
    "pattern": rf"^\$\{{(item|t[1-9][0-9]{{0,2}})({_STEP}){{0,6}}\}}$",
    "maxLength": 300,
}
"""One whole `${t1.stories[:3]}`: it always parses."""

_BOOLEAN: JsonObject = {"type": "boolean"}
_NULL: JsonObject = {"type": "null"}


def definition(name: str) -> JsonObject:
    """The `$ref` to one of the definitions."""
    return {"$ref": f"#/$defs/{name}"}


def definitions(limits: GrammarLimits) -> JsonObject:
    """What the `$ref` of a bounded schema lead to.

    A grammar names its rules after these: a name that it has a rule for already, like `integer`, would be taken for
    that.
    """
    shared = _shared(limits)
    numbers: JsonObject = {
        name: {"anyOf": [form, definition("reference")]} for name, form in shared.items() if name != "text"
    }
    return {"reference": honoured(_REFERENCE, limits), "text": shared["text"], **numbers}


def _shared(limits: GrammarLimits) -> dict[str, JsonObject]:
    """The commonest forms of a value, by the definition that stands for each."""
    largest = limits.largest_integer
    whole: JsonObject = {"type": "integer", "minimum": -largest, "maximum": largest}
    text: JsonObject = {"type": "string", "maxLength": limits.typical_text}
    forms: dict[str, JsonObject] = {"text": text, "whole": whole, "decimal": {"type": "number"}, "truth": _BOOLEAN}
    return {name: honoured(form, limits) for name, form in forms.items()}


def bounded_arguments(input_schema: JsonObject, limits: GrammarLimits) -> JsonObject:
    """The closed, bounded object schema of one tool's arguments; `$ref` lead to the definitions."""
    return _Bounds(input_schema, limits).arguments()


class _Bounds:
    """Bounds the schemas inside one tool's input schema."""

    def __init__(self, root: JsonObject, limits: GrammarLimits) -> None:
        self._root = root
        self._limits = limits
        self._shared = _shared(limits)

    def arguments(self) -> JsonObject:
        forms = [self._object(form, 0) for form in self._forms({**self._root, "type": "object"})]
        return _either(_unique(forms)) or _closed({}, [])

    def _forms(self, schema: JsonValue) -> list[JsonObject]:
        return alternatives(schema, self._root, most=self._limits.most_forms)

    def _value(self, schema: JsonValue, depth: int, *, nullable: bool = True) -> JsonObject | None:
        """What may stand where `schema` judges, a reference among it; none where nothing may."""
        if schema is False:
            return None
        plain = self._forms(schema) if depth <= self._limits.deepest else []
        forms = _unique(self._form(form, depth) for form in plain)
        if not nullable and len(forms) > 1:
            forms = [form for form in forms if form != _NULL]
        for name, shared in self._shared.items():
            if forms == [shared]:
                return definition(name)
        if forms and all(_needs_no_reference(form) for form in forms):
            return _either(forms)
        return _either([*forms, definition("reference")])

    def _form(self, schema: JsonObject, depth: int) -> JsonObject | None:
        """One plain form, bounded; none where nothing within the bounds can meet it."""
        kind = _kind(schema)
        if "const" in schema:
            return {"const": schema["const"]} if _is_of(kind, schema["const"]) else None
        if isinstance(choices := schema.get("enum"), list):
            fitting = [choice for choice in choices if _is_of(kind, choice)][: self._limits.most_choices]
            return {"enum": fitting} if fitting else None
        if kind == "object":
            return self._object(schema, depth)
        bounded = self._array(schema, depth) if kind == "array" else _scalar(kind, schema, self._limits)
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
            least, most, element = least, 0, definition("text")
        if least > most:
            return None
        return {"type": "array", "items": element, "minItems": least, "maxItems": most}


def _scalar(kind: str, schema: JsonObject, limits: GrammarLimits) -> JsonObject | None:
    match kind:
        case "integer":
            return bounded_integer(schema, limits)
        case "number":
            return bounded_number(schema)
        case "boolean":
            return _BOOLEAN
        case "null":
            return _NULL
        case _:
            return bounded_text(schema, limits)


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


def _closed(properties: JsonObject, required: list[str]) -> JsonObject:
    names: list[JsonValue] = [*dict.fromkeys(required)]
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False}


def _tuple(elements: list[JsonObject | None], least: int, most: int) -> JsonObject | None:
    kept = [element for element in elements if element is not None][:most]
    if len(kept) < min(len(elements), most) or len(kept) < least:
        return None
    return {"type": "array", "prefixItems": [*kept], "minItems": len(kept), "maxItems": len(kept)}


def _needs_no_reference(form: JsonObject) -> bool:
    """A constant is what it is, and a long text can hold a reference as it is."""
    match form:
        case {"type": "string", "maxLength": int(most)}:
            return most >= _ROOM_FOR_REFERENCE and not form.keys() & {"pattern", "format"}
        case {"type": "string"}:
            return not form.keys() & {"pattern", "format"}
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
