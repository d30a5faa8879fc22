"""What a server says it offers: reads mcp's descriptions of its tools, and leaves out those that cannot be used."""

import logging
from collections.abc import Iterator, Sequence

import mcp_types
from jsonschema.exceptions import SchemaError
from jsonschema.validators import Draft202012Validator, validator_for
from pydantic import JsonValue, TypeAdapter, ValidationError
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012, Schema

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.tools.config.server_config import ServerConfig, matches
from agentic_search.tools.provider import LeftOutTool, Offer

logger = logging.getLogger(__name__)

_DATA = {"default", "const", "enum", "example", "examples"}
"""JSON Schema keywords whose value is data: a `$ref` in it means nothing."""
_JSON_OBJECT: TypeAdapter[JsonObject] = TypeAdapter(JsonObject)

RETRIES = 2
"""Further attempts where the operator does not say."""


_HOLDS_NOTHING = "agentic-search/holds-nothing"
"""The key in a tool's `_meta` by which a server tells why it finds nothing now: planners are not offered it then."""


class BrokenSchema(ValueError):
    """An input schema that arguments cannot be checked against."""


def read_offer(config: ServerConfig, listed: Sequence[mcp_types.Tool], instructions: str = "") -> Offer:
    """What the server says of itself, and the tools that the operator's rules allow and whose schemas can be used.

    Checking schemas takes milliseconds a tool: call it outside the event loop.
    """
    tools: dict[str, Tool] = {}
    left_out: list[LeftOutTool] = []
    for each in listed:
        if not config.rules.offers(each.name):
            continue
        try:
            tools.setdefault(each.name, _tool(config, each))
        except BrokenSchema as broken:
            logger.warning("%s: its tool %r is left out: %s", config.name, each.name, broken)
            left_out.append(LeftOutTool(config.name, each.name, str(broken)))
    return Offer(config.name, tuple(tools.values()), tuple(left_out), instructions)


def _tool(config: ServerConfig, listed: mcp_types.Tool) -> Tool:
    hints = listed.annotations or mcp_types.ToolAnnotations()
    read_only = bool(hints.read_only_hint) or matches(listed.name, config.rules.read_only)
    return Tool(
        name=listed.name,
        server=config.name,
        remote_name=listed.name,
        title=listed.title or hints.title or "",
        description=listed.description or "",
        input_schema=_input_schema(listed.input_schema),
        output_schema=listed.output_schema,
        read_only=read_only,
        writes=_says_it_writes(hints),
        destructive=bool(hints.destructive_hint),
        open_world=hints.open_world_hint,
        approved=matches(listed.name, config.rules.approve),
        idempotent=read_only or bool(hints.idempotent_hint) or matches(listed.name, config.rules.idempotent),
        timeout=config.timeout,
        retries=RETRIES if config.retries is None else config.retries,
        empty=str((listed.meta or {}).get(_HOLDS_NOTHING, "")),
    )


def _says_it_writes(hints: mcp_types.ToolAnnotations) -> bool:
    """The other hints mean something only for tools that change something."""
    return hints.read_only_hint is False or bool(hints.destructive_hint) or bool(hints.idempotent_hint)


def _input_schema(given: object) -> JsonObject:
    """The schema, sure to be one of an object; raises BrokenSchema."""
    try:
        schema = {"type": "object"} | _JSON_OBJECT.validate_python(given)
        if schema["type"] != "object":
            raise BrokenSchema(f"its arguments must be an object, not {schema['type']!r}")
        validator_for(schema, default=Draft202012Validator).check_schema(schema)
        _check_references(schema)
    except SchemaError as problem:
        where = ".".join(str(step) for step in problem.absolute_path)
        raise BrokenSchema(f"its input schema is not JSON Schema at {where!r}: {problem.message}") from problem
    except (ValidationError, RecursionError) as problem:
        raise BrokenSchema("its input schema is not plain JSON, or nested too deep") from problem
    return schema


def _check_references(schema: JsonObject) -> None:
    """Every `$ref` must lead to a place in the schema itself: nothing is ever fetched."""
    registry: Registry[Schema] = Registry()
    resolver = registry.with_resource("", Resource(contents=schema, specification=DRAFT202012)).resolver()
    for reference in _references(schema):
        try:
            resolver.lookup(reference)
        except Unresolvable as problem:
            raise BrokenSchema(f"its input schema refers to {reference!r}, which is not in it") from problem


def _references(schema: JsonValue) -> Iterator[str]:
    match schema:
        case dict():
            if isinstance(reference := schema.get("$ref"), str):
                yield reference
            for keyword, value in schema.items():
                if keyword not in _DATA:
                    yield from _references(value)
        case list():
            for value in schema:
                yield from _references(value)
        case _:
            return
