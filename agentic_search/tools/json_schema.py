"""JSON Schema as servers write it: the draft that a schema is of, and patterns that Python cannot read, or not in time.

The one place that decides by which draft a tool's schema is read, for whoever offers the tool and whoever checks
arguments.
"""

import logging
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, cast

import regex
from jsonschema import FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import (
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
    extend,  # pyright: ignore[reportUnknownVariableType] - untyped in its stub
)
from pydantic_core import to_json
from referencing import Registry
from referencing.jsonschema import SchemaRegistry

from agentic_search.domain.data import JsonObject

logger = logging.getLogger(__name__)

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]
"""A keyword's rule: validator, the keyword's value, instance and schema to errors."""

_DRAFTS: Mapping[str, type[Validator]] = {
    "draft-04": Draft4Validator,
    "draft-06": Draft6Validator,
    "draft-07": Draft7Validator,
    "2019-09": Draft201909Validator,
    "2020-12": Draft202012Validator,
}
_GUESSES = (Draft202012Validator, Draft7Validator, Draft4Validator)
"""Where a schema names no draft, or is not of the one that it names: the first by whose rules it is a schema."""
_DECLARED = re.compile(r"json-schema\.org/(?:draft/)?(draft-0[3467]|2019-09|2020-12)/")
_FORMATS = FormatChecker(())
"""None: a pattern is not judged by whether Python can read it."""
_NOTHING_TO_FETCH: SchemaRegistry = Registry()
_LONGEST_PATTERN = 5_000
_MOST_REPEATS = 10_000
_GROUP_REPEAT = re.compile(r"\)\{(?:\d+,)?(\d{1,9})\}", re.ASCII)
_LONGEST_MATCH = 0.1
"""Seconds that one pattern may take on one text."""
_MOST_SLOW = 1_000
_too_slow: dict[str, None] = {}
"""Patterns that took too long once, the latest ones: each costs its time once."""


def checked_draft(schema: JsonObject) -> type[Validator]:
    """The validator of the draft that the schema is of; raises SchemaError where it is of none, or RecursionError."""
    declared = _declared(schema.get("$schema"))
    guesses = [declared, *_GUESSES] if declared is not None else list(_GUESSES)
    plain = {key: value for key, value in schema.items() if key != "$schema"}
    problem: SchemaError | None = None
    for draft in guesses:
        try:
            cast(Any, draft).check_schema(plain, format_checker=_FORMATS)  # its protocol lacks the second parameter
        except SchemaError as error:
            problem = problem or error
        else:
            return draft
    raise cast(SchemaError, problem)


def _declared(given: object) -> type[Validator] | None:
    found = _DECLARED.search(given) if isinstance(given, str) else None
    return _DRAFTS[found[1]] if found is not None else None


def is_pattern(pattern: str) -> bool:
    """Whether it may be a regular expression of any dialect; what Python cannot read is one, if its brackets close."""
    if _compiled(pattern) is not None:
        return True
    bare = re.sub(r"\[(?:[^\]\\]|\\.)*\]|\\.", "", pattern)
    return "[" not in bare and bare.count("(") == bare.count(")")


def _found(pattern: str, text: str) -> bool | None:
    """Whether the pattern is found in the text; None where that is not known: it cannot be read, or takes too long."""
    compiled = _compiled(pattern)
    if compiled is None or pattern in _too_slow:
        return None
    try:
        return compiled.search(text, timeout=_LONGEST_MATCH) is not None
    except TimeoutError:
        logger.warning("arguments are not checked by the pattern %r: it takes too long", pattern[:200])
        _too_slow[pattern] = None
        while len(_too_slow) > _MOST_SLOW:
            del _too_slow[next(iter(_too_slow))]
        return None


@lru_cache(maxsize=2_048)
def _compiled(pattern: str) -> "regex.Pattern[str] | None":
    """None where Python cannot read it. `regex` is there for its timeout: it reads more, and that rarely as meant."""
    if len(pattern) > _LONGEST_PATTERN or _repeats(pattern) > _MOST_REPEATS:
        return None
    try:
        re.compile(pattern)
        return regex.compile(pattern, cache_pattern=False)
    except (re.error, regex.error, RecursionError, OverflowError):
        return None


def _repeats(pattern: str) -> int:
    """How often the innermost of repeated groups may be written out, which compiling may do."""
    return math.prod(max(1, int(most)) for most in _GROUP_REPEAT.findall(pattern))


def _pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and _found(pattern, instance) is False:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, inner in patterns.items():
        for name, value in instance.items():
            if _found(pattern, name):
                yield from validator.descend(value, inner, path=name, schema_path=pattern)


def _additional_properties(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    patterns = [pattern for pattern in schema.get("patternProperties", {}) if isinstance(pattern, str)]
    known = schema.get("properties", {})
    extras = [name for name in instance if name not in known and all(_found(each, name) is False for each in patterns)]
    if validator.is_type(allowed, "object"):
        for name in extras:
            yield from validator.descend(instance[name], allowed, path=name)
    elif not allowed and extras:
        yield ValidationError(f"additional properties are not allowed: {', '.join(map(repr, extras))}")


def _unevaluated(own: Keyword) -> Keyword:
    """The draft's own rule, except where it would search names for patterns, for as long as that takes."""

    def rule(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if b'"patternProperties"' not in to_json(schema):
            yield from own(validator, allowed, instance, schema)

    return rule


def validator_of(schema: JsonObject) -> Validator:
    """Checks data by the schema, by its own draft; raises SchemaError. Nothing is fetched."""
    draft = checked_draft(schema)
    return with_rules(draft, keywords_of(draft))(schema, registry=_NOTHING_TO_FETCH)


def with_rules(draft: type[Validator], rules: Mapping[str, Keyword]) -> type[Validator]:
    """The draft's validator, with other rules for some keywords."""
    return cast("type[Validator]", extend(draft, validators=rules))


@cache
def keywords_of(draft: type[Validator]) -> Mapping[str, Keyword]:
    """The draft's keywords; a pattern that cannot be read is met by any text, and none takes long."""
    own = cast("Mapping[str, Keyword]", draft.VALIDATORS)
    rules = {**own, "pattern": _pattern, "patternProperties": _pattern_properties}
    if (unevaluated := own.get("unevaluatedProperties")) is not None:
        rules["unevaluatedProperties"] = _unevaluated(unevaluated)
    return {**rules, "additionalProperties": _additional_properties}
