"""Strategies: input schemas as tools have them, and values that are valid under a bounded schema."""

import json
import re
from collections.abc import Sequence
from typing import Any, cast

from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool

NAMES = st.sampled_from(["query", "size", "id", "filters", "from_date", "x", "Größe", "$odd/name"])
SCALARS = st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=6)

JSON: st.SearchStrategy[JsonValue] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | NAMES, inner, max_size=3),
    max_leaves=8,
)
"""Any JSON."""


def tool(name: str, schema: JsonObject | None = None, *, read_only: bool = True, **fields: object) -> Tool:
    """A tool of a server `test`."""
    return Tool.model_validate(
        {
            "name": name,
            "server": "test",
            "remote_name": name,
            "input_schema": schema or {"type": "object"},
            "read_only": read_only,
            **fields,
        }
    )


def _some(*schemas: JsonObject) -> st.SearchStrategy[JsonObject]:
    return st.sampled_from(schemas)


@st.composite
def _texts(draw: st.DrawFn) -> JsonObject:
    least = draw(st.sampled_from([0, 0, 1, 7, 450, 1_999, 2_500]))
    more = draw(st.sampled_from([0, 0, 5, 300, 5_000]))
    schema: JsonObject = {"type": "string"}
    if least:
        schema["minLength"] = least
    if more:
        schema["maxLength"] = least + more
    return {**schema, **draw(_some({}, {}, {"format": "date"}, {"format": "uri"}))}


KEEPABLE = (r"^NCT\d{8}$", r"^[a-z-]{1,9}$", r"^\w+@x\.org$")
"""Patterns that a grammar can keep."""
PATTERNS = (*KEEPABLE, r"^v(?:x)$", r"^[^\"]*$", r"^a{9999}$", "loose")


@st.composite
def _numbers(draw: st.DrawFn) -> JsonObject:
    keywords = st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])
    limits = draw(st.dictionaries(keywords, st.sampled_from([-9_000_000, -3, 0, 2.5, 9, 9_000_000]), max_size=2))
    return {**draw(_some({"type": "integer"}, {"type": "number"})), **limits}


@st.composite
def _choices(draw: st.DrawFn) -> JsonObject:
    kind = draw(_some({}, {}, {"type": "string"}, {"type": ["string", "null"]}))
    values = draw(st.lists(SCALARS, min_size=1, max_size=4))
    return {**kind, "enum": [*values]} if draw(st.booleans()) else {**kind, "const": values[0]}


@st.composite
def _wider(draw: st.DrawFn, inner: st.SearchStrategy[JsonValue]) -> JsonObject:
    if draw(st.booleans()):
        bounds = _some({}, {"maxItems": 3}, {"minItems": 2}, {"minItems": 40}, {"minItems": 5, "maxItems": 2})
        return {"type": "array", "items": draw(inner), **draw(bounds)}
    word = draw(st.sampled_from(["anyOf", "allOf", "prefixItems"]))
    return {word: draw(st.lists(inner, min_size=1, max_size=3))}


@st.composite
def objects(draw: st.DrawFn, values: st.SearchStrategy[JsonValue]) -> JsonObject:
    """An object schema with some of its properties required."""
    properties = draw(st.dictionaries(NAMES, values, max_size=4))
    required: list[JsonValue] = [name for name in properties if draw(st.booleans())]
    more = _some({}, {"additionalProperties": False}, {"additionalProperties": {"type": "string"}})
    return {"type": "object", "properties": properties, "required": required, **draw(more)}


DEFINITIONS: JsonObject = {
    "node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "name": {"type": "string"}}}
}


def _leaves(patterns: Sequence[str]) -> st.SearchStrategy[JsonValue]:
    return st.one_of(
        _texts(),
        st.sampled_from(patterns).map(lambda pattern: {"type": "string", "pattern": pattern}),
        _numbers(),
        _choices(),
        st.just(True),
        _some({}, {"type": "boolean"}, {"type": "null"}, {"$ref": "#/$defs/node"}, {"$ref": "#/nowhere"}),
        _some({"type": ["string", "integer"]}, {"type": ["array", "null"], "items": {}}),
    )


def input_schemas(patterns: Sequence[str] = PATTERNS) -> st.SearchStrategy[JsonObject]:
    """Input schemas with every kind of property, nested, with a definition that contains itself."""
    properties = st.recursive(_leaves(patterns), lambda inner: _wider(inner) | objects(inner), max_leaves=6)
    return objects(properties).map(lambda schema: {**schema, "$defs": DEFINITIONS})


def instances(schema: JsonValue, root: JsonObject) -> st.SearchStrategy[JsonValue]:
    """Values that are valid under a bounded schema, as a grammar would let a model write them."""
    match schema:
        case {"$ref": str(reference)}:
            name = reference.removeprefix("#/$defs/")
            return instances(cast("JsonObject", root["$defs"])[name], root)
        case {"anyOf": [*forms]}:
            return st.one_of([instances(form, root) for form in forms])
        case {"const": value}:
            return st.just(value)
        case {"enum": [*values]}:
            return st.sampled_from(values)
        case {"type": "object", "properties": {**properties}, "required": [*required]}:
            wanted = {name: instances(properties[str(name)], root) for name in required}
            optional = {name: instances(value, root) for name, value in properties.items() if name not in wanted}
            return cast("st.SearchStrategy[JsonValue]", st.fixed_dictionaries(wanted, optional=optional))
        case {"type": "array", "prefixItems": [*elements]}:
            return st.tuples(*(instances(element, root) for element in elements)).map(list)
        case {"type": "array", "items": element, "minItems": int(least), "maxItems": int(most)}:
            return st.lists(instances(element, root), min_size=least, max_size=most)
        case {"type": str(kind), **limits}:
            return _scalars(kind, limits)
        case _:
            raise AssertionError(f"a bounded schema holds nothing like {schema!r}")


def _scalars(kind: str, limits: JsonObject) -> st.SearchStrategy[JsonValue]:
    match kind:
        case "string" if "pattern" in limits:
            return _written(str(limits["pattern"]))
        case "string":
            least = cast("int", limits.get("minLength", 0))
            most = cast("int", limits["maxLength"])
            return st.text("ab é$", min_size=least, max_size=min(most, least + 5))
        case "integer":
            return st.integers(cast("int", limits["minimum"]), cast("int", limits["maximum"]))
        case "number":
            least = max(cast("float", limits.get(name, -1e6)) for name in ("minimum", "exclusiveMinimum"))
            most = min(cast("float", limits.get(name, 1e6)) for name in ("maximum", "exclusiveMaximum"))
            return st.floats(least, max(least, most)).filter(lambda number: _within(number, limits))
        case "boolean":
            return st.booleans()
        case _:
            return st.none()


def _written(pattern: str) -> st.SearchStrategy[JsonValue]:
    """Texts that a grammar lets through for the pattern, which it matches against JSON as it is written.

    Only short ones: repetitions end soon after their least.
    """
    short = re.sub(r"\{(\d+),(\d+)\}", lambda found: f"{{{found[1]},{min(int(found[1]) + 3, int(found[2]))}}}", pattern)
    return st.from_regex(short, fullmatch=True).map(lambda text: json.loads(f'"{text}"'))


def _within(number: float, limits: JsonObject) -> bool:
    rules: Any = Draft202012Validator(limits)
    return bool(rules.is_valid(number))
