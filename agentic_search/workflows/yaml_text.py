"""Reads YAML text as plain JSON; a complaint names line and column.

Stricter and plainer than YAML: a key that stands twice is refused, and a date stays the text that was written.
"""

from collections.abc import Hashable
from typing import Any

import yaml
from pydantic import JsonValue, TypeAdapter, ValidationError

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
_DATE = "tag:yaml.org,2002:timestamp"


class BadYaml(ValueError):
    """What is wrong with the text, and where."""


class _Loader(yaml.SafeLoader):
    """Makes plain data only."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own form, written here once
        first: [(tag, form) for tag, form in forms if tag != _DATE]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Make an object, each of whose keys stands once; raises yaml.YAMLError."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def read_yaml(text: str) -> JsonValue:
    """Read one document; raises BadYaml."""
    try:
        return _JSON.validate_python(yaml.load(text, Loader=_Loader))  # noqa: S506 - it is a SafeLoader
    except yaml.MarkedYAMLError as problem:
        raise BadYaml(f"{_where(problem)}{_what(problem)}") from problem
    except yaml.reader.ReaderError as problem:
        raise BadYaml(f"line {_line(text, problem.position)}: {problem.reason}") from problem
    except (ValueError, RecursionError) as problem:
        raise BadYaml(f"it is no plain data: {_not_json(problem)}") from problem


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
