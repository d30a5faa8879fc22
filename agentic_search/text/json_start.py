"""The beginning of a value's JSON, made without reading the rest: a look at a result of any size costs nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import isfinite

from pydantic import JsonValue


def json_start(value: JsonValue, length: int) -> str:
    """The value as JSON cut after `length` characters; a text as it is, without quotes."""
    if isinstance(value, str):
        return value if len(value) <= length else f"{value[:length]}…"
    parts: list[str] = []
    size = 0
    for part in _parts(value, length):
        parts.append(part)
        size += len(part)
        if size > length:
            return f"{''.join(parts)[:length]}…"
    return "".join(parts)


def _parts(value: JsonValue, length: int) -> Iterator[str]:
    match value:
        case str():
            yield json.dumps(value[: length + 1], ensure_ascii=False)
        case Mapping():
            yield from _inside("{}", (_pair(name, each, length) for name, each in value.items()))
        case Sequence():
            yield from _inside("[]", (_parts(each, length) for each in value))
        case float() if not isfinite(value):
            yield "null"
        case _:
            yield json.dumps(value)


def _pair(name: str, value: JsonValue, length: int) -> Iterator[str]:
    yield f"{json.dumps(name[: length + 1], ensure_ascii=False)}: "
    yield from _parts(value, length)


def _inside(brackets: str, items: Iterator[Iterator[str]]) -> Iterator[str]:
    yield brackets[0]
    for first in islice(items, 1):
        yield from first
    for item in items:
        yield ", "
        yield from item
    yield brackets[1]
