"""What kind of value an argument takes, by its name, its type, its format and what is said of it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from pydantic import JsonValue
from pydantic_core import from_json, to_json

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.arguments.argument import Argument, Role
from agentic_search.planning.schema.alternatives import alternatives
from agentic_search.text.lexicon import terms

_BY_NAME: tuple[tuple[Role, frozenset[str]], ...] = (
    ("unit", frozenset({"unit", "units"})),
    ("url", frozenset({"url", "urls", "uri", "link", "href", "website", "webpage"})),
    ("path", frozenset({"path", "paths", "file", "files", "filename", "filepath", "folder", "directory", "dir"})),
    ("zone", frozenset({"timezone", "timezones", "tz", "zone"})),
    ("code", frozenset({"connection", "token", "password", "secret", "sql", "code", "script", "command", "regex"})),
    ("code", frozenset({"cypher", "pipeline", "selector", "xpath", "html", "json", "xml", "key", "credential"})),
    ("id", frozenset({"id", "ids", "identifier", "uuid", "number"})),
    ("date", frozenset({"date", "day", "since", "until"})),
    ("question", frozenset({"question", "prompt"})),
    ("query", frozenset({"q", "query", "queries", "search", "keyword", "keywords", "term", "terms", "topic"})),
    ("expression", frozenset({"expression"})),
    ("text", frozenset({"text"})),
    ("person", frozenset({"user", "username", "author", "login", "handle"})),
)
_QUERY_PHRASES = ("search query", "search term", "search for", "search string", "keyword", "question", "topic")
_DOTTED_PHRASES = ("dotted name", "qualified name")
_DOTTED_EXAMPLE = re.compile(r"(?:such as|as|like|e\.g\.|example:?)\s+[`'\"]?[a-z_]\w*\.[A-Za-z_]\w*(?!\.\w|/)\b")
_DATE_SAID = re.compile(r"^(?:the )?(?:\w+[- ]){0,2}date\b|yyyy|\bdate\b.{0,40}\bformat\b")
_FILE_EXAMPLE = re.compile(r"\.(?:md|txt|pdf|py|json|csv|html)\b")


def arguments_of(tool: Tool) -> tuple[Argument, ...]:
    """The arguments of a tool, the required ones first."""
    return _arguments(to_json(tool.input_schema))


@lru_cache(maxsize=4_096)
def _arguments(schema: bytes) -> tuple[Argument, ...]:
    root = cast("JsonObject", from_json(schema))
    found = root.get("properties")
    properties = found if isinstance(found, dict) else {}
    wanted = root.get("required")
    required = [name for name in wanted if isinstance(name, str)] if isinstance(wanted, list) else []
    return tuple(
        _argument(name, properties.get(name, True), root, required=name in required)
        for name in dict.fromkeys([*required, *properties])
    )


def _argument(name: str, schema: JsonValue, root: JsonObject, *, required: bool) -> Argument:
    forms = [form for form in alternatives(schema, root) if form.get("type") != "null"]
    form: JsonObject = dict(forms[0]) if forms else {}
    for key in ("description", "default"):
        if isinstance(schema, dict) and key in schema:
            form.setdefault(key, schema[key])
    words = frozenset(terms(f"{name} {form.get('description', '')}"))
    return Argument(name, form, _role(name, form), words, required)


def _role(name: str, schema: JsonObject) -> Role:
    kind = schema.get("type", "string")
    items = schema.get("items")
    if kind == "array" and isinstance(items, dict):
        kind = items.get("type", "string")
    if kind in ("integer", "number"):
        return "number"
    if kind != "string":
        return "other"
    parts = {part for run in re.split(r"[\W_]+", name) for part in _humps(run)}
    for role, names in _BY_NAME:
        if parts & names:
            return role
    return _role_by_description(schema)


def _role_by_description(schema: JsonObject) -> Role:
    form = schema.get("format")
    if form in ("uri", "url", "date"):
        return "date" if form == "date" else "url"
    said = str(schema.get("description", ""))
    low = said.lower()
    if any(phrase in low for phrase in _DOTTED_PHRASES) or (
        _DOTTED_EXAMPLE.search(said) and not _FILE_EXAMPLE.search(low)
    ):
        return "dotted"
    if _DATE_SAID.search(low):
        return "date"
    if "time zone" in low or "iana" in low:
        return "zone"
    return "query" if any(phrase in low for phrase in _QUERY_PHRASES) else "phrase"


def _humps(name: str) -> Iterator[str]:
    start = 0
    for end in range(1, len(name) + 1):
        if end == len(name) or (name[end].isupper() and name[end - 1].islower()):
            yield name[start:end].lower()
            start = end
