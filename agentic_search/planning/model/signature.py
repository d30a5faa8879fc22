"""Shows a tool to a model in one short line: how to call it, and what it gives."""

import json
from collections.abc import Iterator

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.schema.alternatives import alternatives

_LONGEST_DESCRIPTION = 200
_LONGEST_HINT = 60
_MOST_CHOICES = 8
_MOST_OPTIONAL = 6
_MOST_FIELDS = 8
_DEEPEST_RESULT = 2
_KINDS = {"string": "text", "boolean": "bool", "": "any"}


def signature(tool: Tool) -> str:
    """`search_stories(query: text, size?: integer) gives {stories: [{id, title}]} ~4 s - Find stories`."""
    gives = _shape(_unwrapped(tool.output_schema), tool.output_schema, _DEEPEST_RESULT) if tool.output_schema else ""
    said = clipped(tool.description or tool.title, _LONGEST_DESCRIPTION)
    call = f"{tool.name}({', '.join(_arguments(tool.input_schema))})"
    took = f" ~{tool.slow_seconds:g} s" if tool.slow_seconds else ""
    return "".join((call, f" gives {gives}" if gives else "", took, f" - {said}" if said else ""))


def clipped(text: str, longest: int) -> str:
    """The text on one line, cut to `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _arguments(schema: JsonObject) -> Iterator[str]:
    """Required arguments with a hint, then optional ones marked `?`."""
    match schema.get("properties"), schema.get("required"):
        case {**properties}, [*wanted]:
            required = [name for name in properties if name in wanted]
        case {**properties}, _:
            required = []
        case _:
            return
    for name in required:
        yield f"{name}: {_kind(properties[name], schema)}{_hint(properties[name])}"
    optional = [name for name in properties if name not in required]
    for name in optional[:_MOST_OPTIONAL]:
        yield f"{name}?: {_kind(properties[name], schema)}"
    if len(optional) > _MOST_OPTIONAL:
        yield "…"


def _kind(schema: JsonValue, root: JsonObject) -> str:
    forms = [_form(form, root) for form in alternatives(schema, root)]
    return "|".join(dict.fromkeys(form for form in forms if form != "null")) or "any"


def _form(form: JsonObject, root: JsonObject) -> str:
    match form:
        case {"enum": [*choices]}:
            more = "|…" if len(choices) > _MOST_CHOICES else ""
            return "|".join(json.dumps(choice, ensure_ascii=False) for choice in choices[:_MOST_CHOICES]) + more
        case {"type": "array", "items": items} if items != {}:
            return f"[{_kind(items, root)}]"
        case _:
            kind = str(form.get("type", ""))
            return _KINDS.get(kind, kind)


def _hint(schema: JsonValue) -> str:
    match schema:
        case {"description": str(text)} if text.strip():
            return f" ({clipped(text, _LONGEST_HINT)})"
        case _:
            return ""


def _unwrapped(schema: JsonObject) -> JsonValue:
    """The schema of what references read: a lone `{"result": x}` is x."""
    match schema:
        case {"properties": {"result": result, **others}} if not others:
            return result
        case _:
            return schema


def _shape(schema: JsonValue, root: JsonObject, depth: int) -> str:
    """The names in a result, `{stories: [{id, title}]}`, so that a reference can be written to them."""
    for form in alternatives(schema, root):
        match form:
            case {"properties": {**properties}} if properties and depth:
                return f"{{{', '.join(_fields(properties, root, depth))}}}"
            case {"items": items}:
                return f"[{_shape(items, root, depth)}]"
            case _:
                pass
    return ""


def _fields(properties: JsonObject, root: JsonObject, depth: int) -> Iterator[str]:
    for name, schema in list(properties.items())[:_MOST_FIELDS]:
        inner = _shape(schema, root, depth - 1)
        yield f"{name}: {inner}" if inner else name
    if len(properties) > _MOST_FIELDS:
        yield "…"
