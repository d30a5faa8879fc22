"""Shows a model a tool on one line: what it is called, what it takes and gives, what it is for."""

import json
from collections.abc import Iterator

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.schema.alternatives import alternatives
from agentic_search.text.sentences import shortened

_LONGEST_DESCRIPTION = 200
_LONGEST_HINT = 60
_MOST_CHOICES = 8
_MOST_OPTIONAL = 6
_MOST_FIELDS = 8
_DEEPEST_RESULT = 2
_KINDS = {"string": "text", "boolean": "bool", "": "any"}
_CLEAR_NAMES = frozenset({"q", "query", "question", "search", "text", "prompt", "topic", "keywords", "url", "date"})
"""Arguments whose names say all that a hint would."""


ASKS = "[asks]"
"""Marks a tool that waits for approval."""


def signature(tool: Tool, *, linked: bool = True, asks: bool = False) -> str:
    """`search_stories(query: text, size?: integer) gives {stories: [{id}]} ~4 s - Find stories`.

    What it gives and how long it takes help only where plans may be `linked`: where tasks use results of others.
    `asks`: it waits for approval, and is marked so.
    """
    call = f"{tool.name}({', '.join(_arguments(tool.input_schema))})"
    said = shortened(tool.description or tool.title, _LONGEST_DESCRIPTION)
    mark = f" {ASKS}" if asks else ""
    return "".join((call, mark, _outcome(tool) if linked else "", f" - {said}" if said else ""))


def _outcome(tool: Tool) -> str:
    result = result_schema(tool)
    gives = _shape(result, tool.output_schema or {}, _DEEPEST_RESULT)
    took = f" ~{tool.slow_seconds:g} s" if tool.slow_seconds else ""
    return (f" gives {gives}" if gives else "") + took


def result_schema(tool: Tool) -> JsonValue:
    """The schema of what references to the tool's result read: a lone `{"result": x}` is x."""
    match tool.output_schema:
        case {"properties": {"result": result, **others}} if not others:
            return result
        case schema:
            return schema or {}


def _arguments(schema: JsonObject) -> Iterator[str]:
    """Required arguments with a hint where the name does not say enough, then optional ones marked `?`."""
    match schema.get("properties"), schema.get("required"):
        case {**properties}, [*wanted]:
            required = [name for name in properties if name in wanted]
        case {**properties}, _:
            required = []
        case _:
            return
    for name in required:
        yield f"{name}: {_kind(properties[name], schema)}{_hint(name, properties[name])}"
    optional = [name for name in properties if name not in required]
    for name in optional[:_MOST_OPTIONAL]:
        yield f"{name}?: {_kind(properties[name], schema)}"


def _kind(schema: JsonValue, root: JsonObject) -> str:
    forms = [_form(form, root) for form in alternatives(schema, root)]
    return "|".join(dict.fromkeys(form for form in forms if form != "null")) or "any"


def _form(form: JsonObject, root: JsonObject) -> str:
    match form:
        case {"enum": [*choices]}:
            return "|".join(json.dumps(choice, ensure_ascii=False) for choice in choices[:_MOST_CHOICES])
        case {"type": "array", "items": items} if items != {}:
            return f"[{_kind(items, root)}]"
        case _:
            kind = str(form.get("type", ""))
            return _KINDS.get(kind, kind)


def _hint(name: str, schema: JsonValue) -> str:
    match schema:
        case {"description": str(text)} if name.lower() not in _CLEAR_NAMES:
            said = shortened(text, _LONGEST_HINT).rstrip(".")
            return f" ({said})" if said else ""
        case _:
            return ""


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
