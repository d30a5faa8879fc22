"""JSON Schema as servers write it: the draft that a schema is of, and patterns that Python cannot read, or not in time.

The one place that decides by which draft a tool's schema is read, for whoever offers the tool and whoever checks
arguments.
"""

import json
import logging
import math
import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from hashlib import sha256
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
_ENDLESS = re.compile(rb'"(?:patternProperties|\$(?:dynamic|recursive)?[rR]ef)"')
"""Keywords beneath which the drafts' rules on what is left over look around by themselves, for as long as it takes."""
_MOST_COPIES = 100_000
_LEAST_REPEATS = re.compile(r"\{(\d{1,9})", re.ASCII)
"""How often what stands before it is written out, at least, when the pattern is compiled."""
_GROUP_REPEAT = re.compile(r"\)\{(?:\d+,)?(\d{1,9})\}", re.ASCII)
_LONGEST_MATCH = 0.1
"""Seconds that one pattern may take on one text."""
_DEEPEST_CHECK = 120
"""Keywords within keywords; beyond it Python's stack would end, which the library beneath does not always survive."""
_MOST_COMPARED = 200
"""Elements of a list that are compared each with each."""
_MOST_SLOW = 1_000
_MOST_KNOWN = 20_000
_known_drafts: dict[bytes, type[Validator]] = {}
"""The drafts of schemas, by a digest of their JSON, the latest ones."""
_too_slow: dict[str, None] = {}
"""Patterns that took too long once, the latest ones: each costs its time once."""


class CheckTooLong(Exception):
    """Whether data fits a schema cannot be told, not in the time, or at the depth, that there is."""


class _Check:
    """One check of data by a schema."""

    def __init__(self, seconds: float = math.inf) -> None:
        self.seconds = seconds
        self.due = time.thread_time() + seconds
        """What `time.thread_time` says when it is given up."""
        self.depth = 0


_this_check: ContextVar[_Check | None] = ContextVar("_this_check", default=None)


@contextmanager
def in_time(seconds: float) -> Generator[None]:
    """Let validators in this block raise CheckTooLong after as much work of this thread: references can multiply.

    They must be of `keywords_of`.
    """
    token = _this_check.set(_Check(seconds))
    try:
        yield
    except (ValueError, OverflowError) as problem:  # a reference or an id that is no URL; a number beyond any float
        raise CheckTooLong(f"the schema cannot be followed: {problem}") from problem
    finally:
        _this_check.reset(token)


def _timed(own: Keyword) -> Keyword:
    """The keyword's rule, as long as there is time."""

    def rule(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        check = _this_check.get() or _Check()
        if time.thread_time() > check.due:
            raise CheckTooLong(
                f"the schema takes longer than {check.seconds:g} s to check (AGENTIC_SEARCH_SCHEMA_CHECK_TIMEOUT)"
            )
        if check.depth >= _DEEPEST_CHECK:
            raise CheckTooLong("the schema is nested too deep")
        check.depth += 1
        try:
            yield from own(validator, value, instance, schema) or ()
        finally:
            check.depth -= 1

    return rule


def json_size(value: object) -> int | None:
    """Bytes of a value as JSON; None where it is nested too deep to be written."""
    try:
        return len(to_json(value))
    except ValueError:
        return None


def checked_draft(schema: JsonObject) -> type[Validator]:
    """The validator of the draft that the schema is of; raises SchemaError where it is of none, or RecursionError.

    Reading a large schema takes most of a second: what was found is kept, for whoever asks on the event loop.
    """
    try:
        key = sha256(to_json(schema)).digest()
    except ValueError as problem:
        raise RecursionError(str(problem)) from problem
    if (known := _known_drafts.get(key)) is None:
        known = _known_drafts[key] = _draft_of(schema)
        while len(_known_drafts) > _MOST_KNOWN:
            _known_drafts.pop(next(iter(_known_drafts)), None)
    return known


def _draft_of(schema: JsonObject) -> type[Validator]:
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
    copies = sum(map(int, _LEAST_REPEATS.findall(pattern)))
    if len(pattern) > _LONGEST_PATTERN or _repeats(pattern) > _MOST_REPEATS or copies > _MOST_COPIES:
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
    """The draft's own rule, except where it would search names for patterns or follow references without end."""

    def rule(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not _ENDLESS.search(to_json(schema)):
            yield from own(validator, allowed, instance, schema)

    return rule


def _unique_items(own: Keyword) -> Keyword:
    """The draft's own rule for short lists; in long ones only what is written alike is the same."""

    def rule(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not isinstance(instance, list) or len(cast("list[Any]", instance)) <= _MOST_COMPARED:
            yield from own(validator, wanted, instance, schema)
        elif wanted:
            written = {json.dumps(element, sort_keys=True) for element in cast("list[Any]", instance)}
            if len(written) < len(cast("list[Any]", instance)):
                yield ValidationError("its elements are not all different")

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
    rules["uniqueItems"] = _unique_items(own["uniqueItems"])
    if (unevaluated := own.get("unevaluatedProperties")) is not None:
        rules["unevaluatedProperties"] = _unevaluated(unevaluated)
    if (unevaluated := own.get("unevaluatedItems")) is not None:
        rules["unevaluatedItems"] = _unevaluated(unevaluated)
    rules["additionalProperties"] = _additional_properties
    return {name: _timed(rule) for name, rule in rules.items()}
