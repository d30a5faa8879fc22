"""Takes any JSON Schema apart into the plain forms that it allows: no `$ref`, no combination, one type each.

`$ref` is followed within the document only, and so far that a schema which contains itself comes to an end.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject

MOST_FORMS = 16
_MOST_STEPS = 300
_DEEPEST = 12
_COMBINED = frozenset({"$ref", "anyOf", "oneOf"})
_STRICTER_IS_MORE = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems"})
_STRICTER_IS_LESS = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems"})


def alternatives(schema: JsonValue, root: JsonObject, *, most: int = MOST_FORMS) -> list[JsonObject]:
    """The forms that a value may have by `schema`, at most `most`; `{}` is any value, no form at all is none.

    `root` is the document that `$ref` is resolved in.
    """
    steps = iter(range(_MOST_STEPS))
    return list(islice(_forms(schema, root, _DEEPEST, steps), most))


def _forms(schema: JsonValue, root: JsonObject, depth: int, steps: Iterator[int]) -> Iterator[JsonObject]:
    if schema is False or depth == 0 or next(steps, None) is None:
        return
    if not isinstance(schema, dict):
        yield {}
        return
    parts = _parts(schema, root)
    if parts is None:
        yield schema
        return
    for part in parts:
        if part is not None:
            yield from _forms(part, root, depth - 1, steps)


def _parts(schema: JsonObject, root: JsonObject) -> Sequence[JsonObject | None] | None:
    """One level of combination taken apart; none where the schema is a plain form already."""
    match schema:
        case {"$ref": str(reference), **rest}:
            return [merged(rest, _resolved(reference, root))]
        case {"anyOf": [*branches], **rest} | {"oneOf": [*branches], **rest}:
            return [merged(rest, branch) for branch in branches]
        case {"allOf": [first, *others], **rest}:
            remaining: JsonObject = {**rest, "allOf": others} if others else rest
            return [merged(remaining, first)]
        case {"type": [*kinds], **rest}:
            return [{**rest, "type": kind} for kind in kinds if isinstance(kind, str)]
        case _:
            return None


def _resolved(reference: str, root: JsonObject) -> JsonValue:
    """What `#/$defs/name` points at; anything at all where it leads nowhere in the document."""
    target: JsonValue = root
    if not reference.startswith("#"):
        return True
    for step in reference[1:].split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(target, dict) or name not in target:
            return True
        target = target[name]
    return target


def merged(one: JsonObject, other: JsonValue) -> JsonObject | None:
    """One schema that demands what both demand; none where nothing can meet both."""
    if other is False:
        return None
    result = dict(one)
    for name, value in other.items() if isinstance(other, dict) else ():
        if name in result and result[name] != value:
            stricter = _both(name, result[name], value)
            if stricter is None:
                return None
            result |= stricter if name not in _COMBINED else {"allOf": [*_list(result.get("allOf")), stricter]}
        else:
            result[name] = value
    return _closed_by(one, _closed_by(other, result))


def _closed_by(schema: JsonValue, result: JsonObject) -> JsonObject:
    """The result without the properties that `schema`, being closed, does not know."""
    match schema, result.get("properties"):
        case {"additionalProperties": False, **own}, {**properties}:
            known = own.get("properties")
            strange: JsonObject = dict.fromkeys(properties.keys() - (known if isinstance(known, dict) else {}), False)
            return {**result, "properties": {**properties, **strange}}
        case _:
            return result


def _both(name: str, one: JsonValue, other: JsonValue) -> JsonObject | None:
    """One keyword of two schemas; none where the two exclude each other."""
    if name in ("type", "enum"):
        common = _common_types(one, other) if name == "type" else [each for each in _list(one) if each in _list(other)]
        return {name: common} if common else None
    if name == "properties" and isinstance(one, dict) and isinstance(other, dict):
        shared = one.keys() & other.keys()
        both: JsonObject = {each: {"allOf": [one[each], other[each]]} for each in one if each in shared}
        return {name: {**one, **other, **both}}
    if name in ("required", "allOf"):
        return {name: [*_list(one), *(each for each in _list(other) if each not in _list(one))]}
    if isinstance(one, int | float) and isinstance(other, int | float):
        if name in _STRICTER_IS_MORE:
            return {name: max(one, other)}
        if name in _STRICTER_IS_LESS:
            return {name: min(one, other)}
    return None if name == "const" else {name: other}


def _common_types(one: JsonValue, other: JsonValue) -> list[JsonValue]:
    wide = {"integer": ("integer", "number")}
    left, right = _list(one), _list(other)
    narrowed = [
        narrow
        for narrow in ("string", "integer", "number", "boolean", "array", "object", "null")
        if set(wide.get(narrow, (narrow,))) & set(map(str, left))
        and set(wide.get(narrow, (narrow,))) & set(map(str, right))
    ]
    return [kind for kind in narrowed if kind != "integer" or "number" not in narrowed]


def _list(value: JsonValue) -> list[JsonValue]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
