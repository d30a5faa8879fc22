"""Facts without prose, such as counts, versions, dates, lists and rows of a table, as lines that people can read."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from pydantic import JsonValue
from pydantic_core import to_json

_MOST_LINES = 500
_DEEPEST = 8
_MOST_FACTS = 12
_LONGEST_FACT = 300
"""Characters; what is longer is a text."""
_FOR_PROGRAMS = frozenset({"id", "kind", "line", "file", "defined_in", "source", "num_comments", "parent", "position"})
"""Fields that say where a thing is kept, and nothing of it."""


def plain_facts(fields: Mapping[str, JsonValue], passed_over: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Names and values of a record's plain fields, in its order: versions, authors, dates, points, signatures, tags."""
    facts: list[tuple[str, str]] = []
    for name, value in fields.items():
        if name in _FOR_PROGRAMS or name in passed_over or isinstance(value, bool):
            continue
        text = ", ".join(filter(None, map(said, value))) if isinstance(value, list) else said(value)
        if text and len(text) <= _LONGEST_FACT:
            facts.append((name, text))
    return tuple(facts[:_MOST_FACTS])


def as_lines(value: JsonValue) -> str:
    """A line a fact or row: `count: 13`; `id: 1, name: red`; empty where there is no fact."""
    lines: list[str] = []
    for line in _lines(value, "", _DEEPEST):
        if len(lines) == _MOST_LINES:
            lines.append("…")
            break
        lines.append(line)
    return "\n".join(lines)


def said(value: JsonValue) -> str:
    """A single value as people write it; empty for what is none."""
    match value:
        case None | dict() | list():
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return value.strip()
        case _:
            return str(value)


def _lines(value: JsonValue, name: str, deeper: int) -> Iterator[str]:
    match value:
        case dict() if deeper:
            for field, inner in value.items():
                yield from _lines(inner, f"{name}, {field}" if name else field, deeper - 1)
        case list() if deeper:
            yield from _of_list(value, name, deeper)
        case _:
            nested = isinstance(value, dict | list) and value
            if text := to_json(value).decode() if nested else said(value):
                yield f"{name}: {text}" if name else text


def _of_list(values: Sequence[JsonValue], name: str, deeper: int) -> Iterator[str]:
    plain = [text for each in values if (text := said(each))]
    if plain:
        yield from ([f"{name}: {', '.join(plain)}"] if name else plain)
    for each in values:
        match each:
            case dict() if row := _row(each):
                yield f"{name}: {row}" if name else row
            case dict() | list():
                yield from _lines(each, name, deeper - 1)
            case _:
                continue


def _row(fields: Mapping[str, JsonValue]) -> str:
    """One line, where all its values are single ones."""
    if any(isinstance(each, dict | list) and each for each in fields.values()):
        return ""
    return ", ".join(f"{name}: {text}" for name, each in fields.items() if (text := said(each)))
