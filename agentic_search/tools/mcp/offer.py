"""What a server says it offers: reads its list of tools item by item, and leaves out those that cannot be used."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from jsonschema.exceptions import SchemaError
from mcp.shared.inbound import find_invalid_x_mcp_header
from pydantic import JsonValue
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012, Schema, specification_with

from agentic_search.domain.data import JsonObject
from agentic_search.domain.limits import SizeLimits
from agentic_search.domain.tool import Tool
from agentic_search.text.sentences import shortened
from agentic_search.tools.config.server_config import ServerConfig, matches
from agentic_search.tools.json_schema import checked_draft, is_pattern, json_size
from agentic_search.tools.provider import LeftOutTool, Offer

logger = logging.getLogger(__name__)

_DATA = {"default", "const", "enum", "example", "examples"}
"""JSON Schema keywords whose value is data: a `$ref` in it means nothing."""
_NAMED = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
"""JSON Schema keywords whose value has schemas by name; PHP writes none of them as an empty list."""
_LONGEST_NAME = 128

RETRIES = 2
"""Further attempts where the operator does not say."""


_HOLDS_NOTHING = "agentic-search/holds-nothing"
"""The key in a tool's `_meta` by which a server tells why it finds nothing now: planners are not offered it then."""


class CannotBeCalled(ValueError):
    """A tool that cannot be called, with the reason for people."""


def read_offer(
    config: ServerConfig,
    listed: Sequence[JsonValue],
    instructions: str = "",
    *,
    left_out: Sequence[LeftOutTool] = (),
    checks_headers: bool = False,
    runs_tasks: bool = False,
) -> Offer:
    """What the server says of itself, and the tools that the operator's rules allow and that can be used.

    `listed` are the tools as the server gave them, of any form. `left_out` is what is known to be missing from them.
    `checks_headers`: of a protocol revision by which a tool whose schema names bad headers must not be called.
    `runs_tasks`: whether the server can run a tool as a task.

    Checking schemas takes milliseconds a tool: call it outside the event loop.
    """
    tools: dict[str, Tool] = {}
    unusable: list[LeftOutTool] = []
    first: dict[str, JsonObject] = {}
    for number, item in enumerate(listed, start=1):
        shown = _shown_name(item, number)
        try:
            name, given = _name(item), cast(JsonObject, item)
            if not config.rules.offers(name) or (first.setdefault(name, given) == given and first[name] is not given):
                continue
            _check_call(name, given, tools, runs_tasks=runs_tasks)
            _check_sizes(given, config.sizes)
            tools[name] = _tool(config, name, given, checks_headers=checks_headers)
        except CannotBeCalled as reason:
            logger.warning("%s: its tool %r is left out: %s", config.name, shown, reason)
            unusable.append(LeftOutTool(config.name, shown, str(reason)))
    return Offer(config.name, tuple(tools.values()), (*unusable, *left_out), instructions)


def _check_call(name: str, listed: JsonObject, offered: Mapping[str, Tool], *, runs_tasks: bool) -> None:
    """Raises CannotBeCalled where a call could not mean this tool, or could not be made."""
    if name in offered:
        raise CannotBeCalled("the server lists another tool of this name before it, and that one is offered")
    if needs_task(listed) and not runs_tasks:
        raise CannotBeCalled("it must be run as a task, and its server does not say that it runs tasks")


def _check_sizes(listed: JsonObject, sizes: SizeLimits) -> None:
    """Raises CannotBeCalled where its words or schemas are larger than is taken in."""
    for key in ("title", "description"):
        if (length := len(_text(listed.get(key)))) > sizes.description:
            raise CannotBeCalled(
                f"its {key} is {length:,} characters long, and at most {sizes.description:,} are taken in "
                "(AGENTIC_SEARCH_MAX_TOOL_DESCRIPTION)"
            )
    _check_schema_size(listed.get("inputSchema"), "input", sizes)


def _check_schema_size(schema: JsonValue, kind: str, sizes: SizeLimits) -> None:
    """Raises CannotBeCalled: a large one is compiled and checked for seconds."""
    if (size := json_size(schema) or 0) > sizes.schema:  # one that is nested too deep is told as that
        raise CannotBeCalled(
            f"its {kind} schema has {size:,} bytes, and at most {sizes.schema:,} are taken in "
            "(AGENTIC_SEARCH_MAX_TOOL_SCHEMA)"
        )


def needs_task(listed: JsonObject) -> bool:
    """Whether a tool can only be called as a task."""
    return _object(listed.get("execution")).get("taskSupport") == "required"


def _shown_name(item: JsonValue, number: int) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return name[:_LONGEST_NAME] if isinstance(name, str) else f"(tool {number} of its list)"


def _name(item: JsonValue) -> str:
    """The name by which a tool can be called; raises CannotBeCalled."""
    if not isinstance(item, dict):
        raise CannotBeCalled("it is not described by a JSON object")
    name = item.get("name")
    if not isinstance(name, str):
        raise CannotBeCalled("it has no name" if name is None else "its name is not text")
    if not name.strip():
        raise CannotBeCalled("its name is empty")
    if len(name) > _LONGEST_NAME:
        raise CannotBeCalled(f"its name is {len(name):,} characters long, and at most {_LONGEST_NAME} are used")
    if not name.isprintable() or any(character.isspace() for character in name):
        raise CannotBeCalled("its name has a blank, a line break or another character that cannot be seen")
    return name


def _tool(config: ServerConfig, name: str, listed: JsonObject, *, checks_headers: bool) -> Tool:
    hints = _object(listed.get("annotations"))
    schema = _input_schema(listed)
    if checks_headers and (why := find_invalid_x_mcp_header(schema)) is not None:
        raise CannotBeCalled(f"its input schema names a header that cannot be sent: {why}")
    rules = config.rules
    read_only = hints.get("readOnlyHint") is True or matches(name, rules.read_only)
    open_world = hints.get("openWorldHint")
    return Tool(
        name=name,
        server=config.name,
        remote_name=name,
        origin=config.origin,
        title=_text(listed.get("title")) or _text(hints.get("title")),
        description=_text(listed.get("description")),
        input_schema=schema,
        output_schema=_output_schema(listed, config.sizes),
        read_only=read_only,
        writes=_says_it_writes(hints),
        destructive=hints.get("destructiveHint") is True,
        open_world=open_world if isinstance(open_world, bool) else None,
        approved=matches(name, rules.approve),
        idempotent=read_only or hints.get("idempotentHint") is True or matches(name, rules.idempotent),
        as_task=needs_task(listed),
        timeout=config.timeout,
        check_seconds=config.sizes.check_seconds,
        retries=RETRIES if config.retries is None else config.retries,
        empty=_text(_object(listed.get("_meta")).get(_HOLDS_NOTHING)),
    )


def _says_it_writes(hints: JsonObject) -> bool:
    """The other hints mean something only for tools that change something."""
    changes = hints.get("destructiveHint") is True or hints.get("idempotentHint") is True
    return hints.get("readOnlyHint") is False or changes


def _object(given: JsonValue) -> JsonObject:
    return given if isinstance(given, dict) else {}


def _text(given: JsonValue) -> str:
    return given if isinstance(given, str) else ""


def _input_schema(listed: JsonObject) -> JsonObject:
    """The schema, sure to be one of an object; raises CannotBeCalled."""
    given = listed.get("inputSchema")
    if given is None:
        raise CannotBeCalled("it has no input schema, so that nobody knows its arguments")
    if given != [] and not isinstance(given, dict):
        raise CannotBeCalled("its input schema is not a JSON object")
    try:
        schema = {"type": "object"} | _object(_with_objects(given))
        if schema["type"] != "object":
            raise CannotBeCalled(f"its arguments must be an object, not {schema['type']!r}")
        _check_schema(schema, "input")
    except RecursionError as problem:
        raise CannotBeCalled("its input schema is nested too deep to read") from problem
    return schema


def _output_schema(listed: JsonObject, sizes: SizeLimits) -> JsonObject | None:
    """The schema of its results; none where it gives none that can be used, as results can be read without."""
    given = listed.get("outputSchema")
    if not isinstance(given, dict):
        return None
    try:
        _check_schema_size(given, "output", sizes)
        schema = _object(_with_objects(given))
        _check_schema(schema, "output")
    except (CannotBeCalled, RecursionError) as problem:
        logger.info("the output schema of %r is not used: %s", listed.get("name"), problem)
        return None
    return schema


def _with_objects(schema: JsonValue) -> JsonValue:
    """The schema with empty objects where PHP wrote empty lists."""
    match schema:
        case dict():
            return {
                key: {} if value == [] and key in _NAMED else value if key in _DATA else _with_objects(value)
                for key, value in schema.items()
            }
        case list():
            return [_with_objects(value) for value in schema]
        case _:
            return schema


def _check_schema(schema: JsonObject, kind: str) -> None:
    """Raises CannotBeCalled where arguments or results cannot be checked by the schema."""
    try:
        draft = checked_draft(schema)
    except SchemaError as problem:
        where = ".".join(str(step) for step in problem.absolute_path)
        said = shortened(problem.message, 200)
        raise CannotBeCalled(f"its {kind} schema is not JSON Schema at {where!r}: {said}") from problem
    specification = specification_with(
        cast("dict[str, str]", draft.META_SCHEMA).get("$schema", ""), default=DRAFT202012
    )
    registry: Registry[Schema] = Registry()
    resolver = registry.with_resource("", Resource(contents=schema, specification=specification)).resolver()
    for keyword, value in _references_and_patterns(schema):
        if keyword == "pattern":
            if not is_pattern(value):
                raise CannotBeCalled(f"its {kind} schema is not JSON Schema: {value!r} is no regular expression")
            continue
        try:
            resolver.lookup(value)
        except Unresolvable as problem:
            # Nothing is ever fetched.
            raise CannotBeCalled(f"its {kind} schema refers to {value!r}, which is not in it") from problem


def _references_and_patterns(schema: JsonValue) -> Iterator[tuple[str, str]]:
    match schema:
        case dict():
            for keyword, value in schema.items():
                if keyword in {"$ref", "pattern"} and isinstance(value, str):
                    yield keyword, value
                elif keyword == "patternProperties" and isinstance(value, dict):
                    yield from (("pattern", pattern) for pattern in value)
                if keyword not in _DATA:
                    yield from _references_and_patterns(value)
        case list():
            for value in schema:
                yield from _references_and_patterns(value)
        case _:
            return
