"""Checks the arguments of a task against its tool's input schema, by the draft of JSON Schema that it is of.

A value that holds a reference is not known yet: one whole reference fits any schema, text with references
in it is text of unknown wording. What a workflow was given is known, and checked as it is. Nothing is fetched: a `$ref`
leads only within the schema.
"""

import logging
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, TypeAlias, cast

from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.protocols import Validator
from pydantic import JsonValue
from pydantic_core import from_json, to_json
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import SchemaRegistry

from agentic_search.domain.data import JsonObject
from agentic_search.domain.references import INPUTS, BadReference, Reference, split_template
from agentic_search.domain.tool import Tool
from agentic_search.planning.draft.argument_complaints import breaches
from agentic_search.scheduler.references import fill
from agentic_search.tools.json_schema import CheckTooLong, Keyword, checked_draft, in_time, keywords_of, with_rules

logger = logging.getLogger(__name__)

_WORDING = frozenset({"const", "contentEncoding", "enum", "format", "maxLength", "minLength", "pattern"})
"""Keywords that judge the wording of a text."""

_WHOLE_VALUE = frozenset({"const", "contains", "enum", "if", "not", "uniqueItems"})
"""Keywords whose verdict on a value can turn when a part of it that is unknown becomes known."""


def argument_complaints(arguments: JsonObject, tool: Tool, *, inputs: JsonObject | None = None) -> tuple[str, ...]:
    """Every way in which the arguments break the tool's schema; none where the schema itself is broken.

    `inputs` is what a workflow was given.
    """
    validator = _validator(to_json(tool.input_schema))
    if validator is None:
        return ()
    partly_known: Any = _with_unknowns(arguments, inputs)
    try:
        with in_time(tool.check_seconds):
            errors: list[ValidationError] = list(validator.iter_errors(partly_known))
    except (Unresolvable, RecursionError, CheckTooLong) as problem:
        logger.warning("arguments of %r are not checked, its input schema cannot be followed: %s", tool.name, problem)
        return ()
    return tuple(dict.fromkeys(sentence for error in errors for sentence in breaches(error, tool.name)))


class _Unknown:
    """Stands for the value of one whole reference."""

    def __repr__(self) -> str:
        return "${…}"


class _UnknownText(str):
    """Stands for text with references in it."""

    __slots__ = ()


_PartlyKnown: TypeAlias = "bool | int | float | str | _Unknown | list[_PartlyKnown] | dict[str, _PartlyKnown] | None"


def _with_unknowns(value: JsonValue, inputs: JsonObject | None) -> _PartlyKnown:
    match value:
        case str():
            return _text_with_unknowns(value, inputs)
        case list():
            return [_with_unknowns(element, inputs) for element in value]
        case dict():
            return {name: _with_unknowns(element, inputs) for name, element in value.items()}
        case _:
            return value


def _text_with_unknowns(text: str, inputs: JsonObject | None) -> _PartlyKnown:
    try:
        pieces = split_template(text)
        references = [piece for piece in pieces if isinstance(piece, Reference)]
        if not references:
            return text
        if inputs is not None and all(_is_given(reference, inputs) for reference in references):
            return cast("_PartlyKnown", fill({"it": text}, {INPUTS: inputs}, required=("it",))["it"])
    except BadReference:
        return _Unknown()  # as a reference it has a complaint already; what it would give is not known
    return _Unknown() if len(pieces) == 1 else _UnknownText(text)


def _is_given(reference: Reference, inputs: JsonObject) -> bool:
    return reference.names <= {INPUTS} and all(field in inputs for _, field in reference.fields)


def _holds_unknown(value: _PartlyKnown) -> bool:
    match value:
        case _Unknown() | _UnknownText():
            return True
        case list():
            return any(_holds_unknown(element) for element in value)
        case dict():
            return any(_holds_unknown(element) for element in value.values())
        case _:
            return False


def _lenient(keyword: str, judge: Keyword, any_of: Keyword) -> Keyword:
    """The keyword's rule, silent where its verdict would rest on something unknown."""

    def rule(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if isinstance(instance, _Unknown) or (isinstance(instance, _UnknownText) and keyword in _WORDING):
            return
        if keyword in _WHOLE_VALUE and _holds_unknown(instance):
            return
        chosen = any_of if keyword == "oneOf" and _holds_unknown(instance) else judge
        try:
            yield from chosen(validator, wanted, instance, schema) or ()
        except re.error as problem:
            logger.debug("a pattern that Python cannot read is not checked: %s", problem)

    return rule


_NOTHING_TO_FETCH: SchemaRegistry = Registry()


@cache
def _lenient_draft(draft: type[Validator]) -> type[Validator]:
    """The draft's validator, silent on what is not known yet."""
    keywords = keywords_of(draft)
    rules = {name: _lenient(name, judge, keywords["anyOf"]) for name, judge in keywords.items()}
    return with_rules(draft, rules)


@lru_cache(maxsize=1_024)
def _validator(schema_json: bytes) -> Validator | None:
    """The compiled schema; none for what is no JSON Schema, so that the server alone judges the arguments."""
    schema = from_json(schema_json)
    try:
        draft = checked_draft(schema)
    except (SchemaError, RecursionError) as problem:
        logger.warning("a tool's input schema is no JSON Schema: %s", problem)
        return None
    return _lenient_draft(draft)(schema, registry=_NOTHING_TO_FETCH)
