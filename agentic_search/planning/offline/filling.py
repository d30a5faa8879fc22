"""Fills a tool's arguments from the question alone, or says which it does not give."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.question import Question
from agentic_search.planning.schema.alternatives import alternatives
from agentic_search.text.lexicon import terms

Role = Literal["query", "question", "text", "url", "date", "id", "number", "phrase", "other"]

_QUERY_NAMES = frozenset({"q", "query", "queries", "search", "keyword", "keywords", "term", "terms", "topic"})
_QUERY_PHRASES = ("search query", "search term", "search for", "search string", "keyword", "question", "topic")
_QUESTION_NAMES = frozenset({"question", "prompt"})
_TEXT_NAMES = frozenset({"text"})
_URL_NAMES = frozenset({"url", "urls", "uri", "link", "href", "website", "webpage"})
_DATE_NAMES = frozenset({"date", "day", "since", "until"})
_ID_NAMES = frozenset({"id", "ids", "identifier", "uuid", "number"})


ASKING: frozenset[Role] = frozenset({"query", "question", "text"})
"""Roles that take what was asked itself; as "text" also what is to be typed, waited for or translated."""

SEARCHING = frozenset(terms("search query lookup find ask retrieve"))
"""Words by which a tool says that it searches."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What the question gives a tool."""

    arguments: JsonObject = field(default_factory=dict[str, JsonValue])
    roles: frozenset[Role] = frozenset()
    """What kinds of value the arguments are that it is called with."""
    missing: tuple[str, ...] = ()
    """Required arguments that the question does not give."""


@dataclass(frozen=True, slots=True)
class _Argument:
    name: str
    schema: JsonObject
    role: Role


def fill(tool: Tool, question: Question) -> Filling:
    """Fill what is required, an optional query where none is required, and a choice that the question names."""
    schemas = tool.input_schema.get("properties")
    properties = schemas if isinstance(schemas, dict) else {}
    wanted = tool.input_schema.get("required")
    required = [name for name in wanted if isinstance(name, str)] if isinstance(wanted, list) else []
    arguments = [_argument(name, properties.get(name, True), tool.input_schema) for name in required]
    optional = [_argument(name, properties[name], tool.input_schema) for name in properties if name not in required]
    if not any(argument.role in ASKING for argument in arguments):
        arguments += [argument for argument in optional if argument.role in ASKING][:1]
    values = _values(arguments, question)
    choices = {
        argument.name: choice
        for argument in optional
        if (choice := _mentioned(argument.schema, question)) is not None and argument.name not in values
    }
    return Filling(
        arguments={**values, **choices},
        roles=frozenset(argument.role for argument in arguments),
        missing=tuple(name for name in required if name not in values),
    )


def _argument(name: str, schema: JsonValue, root: JsonObject) -> _Argument:
    forms = [form for form in alternatives(schema, root) if form.get("type") != "null"]
    form: JsonObject = forms[0] if forms else {}
    return _Argument(name, form, _role(name, form))


def _role(name: str, schema: JsonObject) -> Role:
    kind = schema.get("type", "string")
    items = schema.get("items")
    if kind == "array" and isinstance(items, dict):
        kind = items.get("type", "string")
    if kind in ("integer", "number"):
        return "number"
    if kind != "string":
        return "other"
    parts = {part for run in name.split("_") for part in _humps(run)}
    by_name: tuple[tuple[Role, frozenset[str]], ...] = (
        ("url", _URL_NAMES),
        ("id", _ID_NAMES),
        ("date", _DATE_NAMES),
        ("question", _QUESTION_NAMES),
        ("query", _QUERY_NAMES),
        ("text", _TEXT_NAMES),
    )
    for role, names in by_name:
        if parts & names:
            return role
    return _role_by_description(schema)


def _role_by_description(schema: JsonObject) -> Role:
    if schema.get("format") in ("uri", "url"):
        return "url"
    if schema.get("format") == "date":
        return "date"
    said = str(schema.get("description", "")).lower()
    return "query" if any(phrase in said for phrase in _QUERY_PHRASES) else "phrase"


def _humps(name: str) -> Iterator[str]:
    start = 0
    for end in range(1, len(name) + 1):
        if end == len(name) or (name[end].isupper() and name[end - 1].islower()):
            yield name[start:end].lower()
            start = end


def _values(arguments: list[_Argument], question: Question) -> dict[str, JsonValue]:
    """A value for each argument that has one; numbers and phrases only where there are as many as are wanted."""
    values: dict[str, JsonValue] = {}
    unsettled: list[_Argument] = []
    for argument in arguments:
        settled = None if argument.role in ASKING else _settled(argument.schema, question)
        if settled is not None:
            values[argument.name] = settled
        elif "enum" not in argument.schema:
            unsettled.append(argument)
    for role, found in _found(question).items():
        of_role = [argument for argument in unsettled if argument.role == role]
        values |= _shared_out(of_role, found, exactly=role in ("number", "phrase"))
    return values


def _found(question: Question) -> Mapping[Role, tuple[JsonValue, ...]]:
    return {
        "query": (question.search,),
        "text": (question.search,),
        "question": (question.text,),
        "url": question.urls,
        "date": question.dates,
        "id": question.ids,
        "number": question.numbers,
        "phrase": question.phrases,
    }


def _shared_out(arguments: list[_Argument], found: tuple[JsonValue, ...], *, exactly: bool) -> dict[str, JsonValue]:
    if len(arguments) == 1 and arguments[0].schema.get("type") == "array":
        return {arguments[0].name: [*found]} if found else {}
    if not found or (exactly and len(found) != len(arguments)):
        return {}
    supply = [*found, *[found[-1]] * len(arguments)]
    return {argument.name: _cast(value, argument.schema) for argument, value in zip(arguments, supply, strict=False)}


def _cast(value: JsonValue, schema: JsonObject) -> JsonValue:
    if schema.get("type") == "array":
        return [value]
    if schema.get("type") == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _settled(schema: JsonObject, question: Question) -> JsonValue:
    """A value that the schema itself settles: its default, its only one, or the choice that the question names."""
    match schema:
        case {"const": constant}:
            return constant
        case {"enum": [only]}:
            return only
        case _:
            named = _mentioned(schema, question)
            return named if named is not None else schema.get("default")


def _mentioned(schema: JsonValue, question: Question) -> JsonValue:
    match schema:
        case {"enum": [*choices]}:
            asked = set(terms(question.text))
            named = [choice for choice in choices if isinstance(choice, str) and asked.issuperset(_content(choice))]
            return named[0] if len(named) == 1 else None
        case _:
            return None


def _content(choice: str) -> list[str]:
    return terms(choice) or [choice]
