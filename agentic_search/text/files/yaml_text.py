"""Reads YAML text as plain JSON; a complaint names line and column.

Stricter and plainer than YAML 1.1: a key that stands twice is refused; only `true` and `false` are booleans, and a date
or `12:30` stays the text that was written, as in YAML 1.2. What aliases repeat is counted before it is made.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml
from pydantic import JsonValue, TypeAdapter, ValidationError

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
_DATE, _BOOLEAN, _WHOLE_NUMBER = (f"tag:yaml.org,2002:{kind}" for kind in ("timestamp", "bool", "int"))
_MERGE, _TEXT = (f"tag:yaml.org,2002:{kind}" for kind in ("merge", "str"))
_CHANGED = frozenset({_DATE, _BOOLEAN, _WHOLE_NUMBER})
MOST_NODES = 200_000
"""Values of a document, where no setting says otherwise, each counted as often as aliases repeat it."""


class BadYaml(ValueError):
    """What is wrong with the text, and where."""


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """What tells numbers, booleans and null from text, by a value's first character."""
    made = {
        first: [(tag, form) for tag, form in forms if tag not in _CHANGED]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for first in "tTfF":
        made.setdefault(first, []).append((_BOOLEAN, re.compile(r"(?:true|True|TRUE|false|False|FALSE)$")))
    for first in "-+0123456789":
        made.setdefault(first, []).append((_WHOLE_NUMBER, re.compile(r"[-+]?(?:0|[1-9][0-9]*)$")))
    return made


class _Loader(yaml.SafeLoader):
    """Makes plain data only."""

    yaml_implicit_resolvers = _resolvers()

    def __init__(self, text: str, most_nodes: int) -> None:
        super().__init__(text)
        self._most_nodes = most_nodes

    def get_single_node(self) -> yaml.Node | None:
        """Compose the document; raises ValueError where it has too many values."""
        node: yaml.Node | None = super().get_single_node()
        if node is not None:
            _count(node, {}, (), self._most_nodes)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Make an object, each of whose keys stands once and is the text that was written; raises yaml.YAMLError."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here twice", key.start_mark)
            seen.add(key.value)
            if key.tag != _MERGE:
                key.tag = _TEXT
        return super().construct_mapping(node, deep=deep)


def _count(node: yaml.Node, known: dict[int, int], above: tuple[int, ...], most: int) -> int:
    """How many values `node` stands for; raises ValueError."""
    if id(node) in known:
        return known[id(node)]
    if id(node) in above:
        raise ValueError("an alias holds itself")
    inner = [each for pair in node.value for each in pair] if isinstance(node, yaml.MappingNode) else node.value
    nodes = [] if isinstance(node, yaml.ScalarNode) else inner
    total = 1 + sum(_count(each, known, (*above, id(node)), most) for each in nodes)
    if total > most:
        raise ValueError(
            f"it has more than {most:,} values, or its aliases repeat too much; remove some, or raise "
            "AGENTIC_SEARCH_MAX_YAML_NODES"
        )
    known[id(node)] = total
    return total


def read_yaml(text: str, most_nodes: int = MOST_NODES) -> JsonValue:
    """Read one document of at most `most_nodes` values; raises BadYaml."""
    try:
        return _JSON.validate_python(_loaded(text, most_nodes))
    except yaml.MarkedYAMLError as problem:
        raise BadYaml(f"{_where(problem)}{_what(problem)}") from problem
    except yaml.reader.ReaderError as problem:
        raise BadYaml(f"line {_line(text, problem.position)}: {problem.reason}") from problem
    except (ValueError, RecursionError) as problem:
        raise BadYaml(f"it is no plain data: {_not_json(problem)}") from problem


def _loaded(text: str, most_nodes: int) -> object:
    loader = _Loader(text, most_nodes)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()  # pyright: ignore[reportUnknownMemberType] - untyped in its stub


def _where(problem: yaml.MarkedYAMLError) -> str:
    mark = problem.problem_mark or problem.context_mark
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


def _what(problem: yaml.MarkedYAMLError) -> str:
    return " ".join(filter(None, (problem.problem, problem.context and f"({problem.context})")))


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _not_json(problem: ValueError | RecursionError) -> str:
    if isinstance(problem, RecursionError):
        return "it is nested too deep"
    if not isinstance(problem, ValidationError):
        return str(problem)
    first = problem.errors(include_url=False)[0]
    path = ".".join(str(step) for step in first["loc"])
    return f"{first['msg']}" + (f" at {path}" if path else "")
