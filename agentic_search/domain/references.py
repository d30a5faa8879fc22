"""References in arguments: parses text with `${…}` into expressions, with the tasks that they name.

A reference holds a JMESPath expression (https://jmespath.org) whose first name is a task id, `item` or, in a workflow,
`inputs`. Nothing is evaluated here but by `Reference.resolve`, and a value, returned by a tool or given as an input, is
never looked at for references.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import jmespath
import jmespath.exceptions
from pydantic import JsonValue

from agentic_search.plain_json import well_formed

ITEM = "item"
"""The name of the current element in a task that runs `for_each`."""

INPUTS = "inputs"
"""The name of what a workflow was given, as one object."""

_OPEN = "${"
_QUOTED = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`"
_DASHED_NAME = re.compile(rf"({_QUOTED})|((?<![\w-])[A-Za-z_]\w*+-[\w-]*)")
_NAME = re.compile(rf"{_QUOTED}|[A-Za-z_][\w-]*")
_STEP = re.compile(rf"{_QUOTED}|[{{}}]|[^\"'`{{}}]+|.", re.DOTALL)
_LONGEST = 4_000
"""Characters of one expression."""
_DEEPEST = 100
"""Levels of an expression's syntax tree: evaluating it takes several frames of the stack a level."""
_COPYING = {"multi_select_list", "multi_select_dict"}
_MOST_ENCLOSING = 20
"""Levels of the tree that make lists and objects: so many more levels the value has than what is read."""
_EVALUATION_FAILS = (
    jmespath.exceptions.JMESPathError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""JMESPath's own errors, and those that its functions let pass: `ceil` of Infinity, a slice by steps of 0."""
_MOST_COPIES = 10_000
"""How often an expression may repeat what it reads: `[@, @]` does it twice, in itself four times."""
_SHOWN = 200
"""Characters of a faulty expression that its complaint quotes."""
_PROBE = "__probe__"
"""A name that nothing has, put in the place of another to see how that is read."""
_INNER_CONTEXT = {
    "subexpression",
    "index_expression",
    "pipe",
    "projection",
    "filter_projection",
    "value_projection",
}
"""JMESPath nodes whose first child is read from the whole document, and the others from what that gave."""


class BadReference(ValueError):
    """A `${…}` that cannot be read; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One parsed `${…}`."""

    text: str
    """The expression as written."""

    names: frozenset[str]
    """The task ids it reads, and `item` or `inputs` where it reads those."""

    fields: frozenset[tuple[str, str]]
    """The fields it reads of those by name: (`inputs`, `topic`) for `inputs.topic`."""

    _compiled: Any

    def resolve(self, values: Mapping[str, JsonValue]) -> JsonValue:
        """Evaluate against the values of finished tasks by id; null where the path leads nowhere."""
        try:
            return self._compiled.search(dict(values))
        except _EVALUATION_FAILS as problem:
            raise BadReference(f"${{{_shortened(self.text)}}} cannot be evaluated: {problem}") from problem


@lru_cache(maxsize=4_096)
def parse_reference(expression: str) -> Reference:
    """Read one expression, without its `${` and `}`; raises BadReference."""
    text = expression.strip()
    if not text:
        raise BadReference("${} is empty: name a task, as in ${t1}")
    shown = _shortened(text)
    if len(text) > _LONGEST:
        raise BadReference(f"${{{shown}}} is longer than {_LONGEST:,} characters")
    quoted = _DASHED_NAME.sub(lambda found: found[1] or f'"{found[2]}"', text)
    try:
        compiled: Any = jmespath.compile(quoted)
        _check_bounds(compiled.parsed, shown)
        _mend_literals(compiled.parsed)
    except jmespath.exceptions.JMESPathError as problem:
        raise BadReference(f"${{{shown}}} is not a JMESPath expression: {_shortened(str(problem))}") from problem
    except RecursionError as problem:
        raise BadReference(f"${{{shown}}} is nested too deep: {_DEEPEST} levels are read") from problem
    names = frozenset(_names(compiled.parsed))
    if not names:
        raise BadReference(f"${{{shown}}} names no task: begin with a task id, as in ${{t1.title}}")
    return Reference(text, names, frozenset(_fields(compiled.parsed)), compiled)


@lru_cache(maxsize=4_096)
def split_template(text: str) -> tuple[str | Reference, ...]:
    """Cut text into literal pieces and references, in order; raises BadReference."""
    pieces: list[str | Reference] = []
    position = 0
    while (start := text.find(_OPEN, position)) >= 0:
        if start > position:
            pieces.append(text[position:start])
        end = _closing_brace(text, start + len(_OPEN))
        pieces.append(parse_reference(text[start + len(_OPEN) : end]))
        position = end + 1
    if position < len(text):
        pieces.append(text[position:])
    return tuple(pieces)


def whole_reference(text: str) -> Reference:
    """The one reference that `text` must be, as `for_each` and `when` ask; raises BadReference."""
    pieces = split_template(text.strip())
    if len(pieces) == 1 and isinstance(pieces[0], Reference):
        return pieces[0]
    raise BadReference(f"{_shortened(text)!r} must be one whole reference, as in ${{t1.items}}")


def references_in(value: JsonValue) -> Iterator[Reference]:
    """Every reference in the strings of a JSON value, however deep; raises BadReference."""
    match value:
        case str():
            yield from (piece for piece in split_template(value) if isinstance(piece, Reference))
        case list():
            for element in value:
                yield from references_in(element)
        case dict():
            for element in value.values():
                yield from references_in(element)
        case _:
            return


def renamed(value: JsonValue, names: Mapping[str, str]) -> JsonValue:
    """The value with references to other tasks, by `names`; text with references that cannot be read stays."""
    match value:
        case str():
            return _renamed_text(value, names)
        case list():
            return [renamed(element, names) for element in value]
        case dict():
            return {name: renamed(element, names) for name, element in value.items()}
        case _:
            return value


def _renamed_text(text: str, names: Mapping[str, str]) -> str:
    try:
        pieces = split_template(text)
    except BadReference:
        return text
    return "".join(piece if isinstance(piece, str) else f"${{{_reading(piece, names)}}}" for piece in pieces)


def _reading(reference: Reference, names: Mapping[str, str]) -> str:
    """The expression with other names where it reads the whole document; fields of these names stay."""
    text = reference.text
    for old in reference.names & names.keys():
        places = [found.span() for found in _NAME.finditer(text) if found[0].strip('"') == old]
        for start, end in reversed(places):
            if _PROBE in parse_reference(f"{text[:start]}{_PROBE}{text[end:]}").names:
                text = f"{text[:start]}{names[old]}{text[end:]}"
    return text


def _closing_brace(text: str, start: int) -> int:
    depth = 1
    for step in _STEP.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(step[0], 0)
        if depth == 0:
            return step.start()
    raise BadReference(f"{_shortened(text[start - len(_OPEN) :])!r} has no closing brace")


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _check_bounds(tree: dict[str, Any], shown: str) -> None:
    """Raises BadReference where evaluating the expression would go too deep, or multiply what it reads."""
    copies, enclosing = 1, 0
    level = [tree]
    for _ in range(_DEEPEST):
        copies *= math.prod(len(node["children"]) or 1 for node in level if node["type"] in _COPYING)
        enclosing += any(node["type"] in _COPYING for node in level)
        if enclosing > _MOST_ENCLOSING:
            raise BadReference(
                f"${{{shown}}} is nested too deep: it may make {_MOST_ENCLOSING} levels of lists and objects"
            )
        if copies > _MOST_COPIES:
            raise BadReference(f"${{{shown}}} repeats what it reads more than {_MOST_COPIES:,} times")
        children: list[Any] = [child for node in level for child in node["children"]]
        level = [cast("dict[str, Any]", child) for child in children if isinstance(child, dict)]
        if not level:
            return
    raise BadReference(f"${{{shown}}} is nested too deep: {_DEEPEST} levels are read")


def _mend_literals(node: dict[str, Any]) -> None:
    """A literal's JSON may write half of a surrogate pair; raises RecursionError where it is nested too deep."""
    if node["type"] == "literal":
        node["value"] = well_formed(node["value"], deepest=_DEEPEST)
    for child in node["children"]:
        if isinstance(child, dict):
            _mend_literals(cast("dict[str, Any]", child))


def _names(node: dict[str, Any]) -> Iterator[str]:
    """The field names that a JMESPath syntax tree reads from the whole document."""
    if node["type"] == "field":
        yield node["value"]
        return
    if node["type"] == "expref":
        return
    for child in _in_document(node):
        yield from _names(child)


def _fields(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that a JMESPath syntax tree reads by name of the names it reads."""
    if node["type"] == "subexpression":
        owner, field, *_ = node["children"]
        if owner["type"] == "field":
            yield from ((owner["value"], name) for name in _names(field))
    if node["type"] != "expref":
        for child in _in_document(node):
            yield from _fields(child)


def _in_document(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The children that are read from the whole document."""
    return node["children"][:1] if node["type"] in _INNER_CONTEXT else node["children"]


def readable(before: Sequence[str], *, for_each: bool) -> tuple[str, ...]:
    """What references in the arguments of a task may begin with, where `before` are the ids that it may wait for.

    Check and grammar both keep to this. References outside of arguments are those of a task without `for_each`.
    """
    return (*before, ITEM) if for_each else tuple(before)
