"""Writes values as JSON that every program reads, whatever stands in them; reads and writes large ones step by step.

JSON has no NaN and no Infinity, and no encoding can write half of a surrogate pair, though Python's strings hold it.

To read or write 30 MB of it in one call of C code stops all threads of the process for up to half a second. What is
done here step by step goes through a Python function at each object and number, where another thread may go on.
"""

import json
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from io import BytesIO
from math import isfinite
from typing import Any, cast

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

LARGE = 1024 * 1024
"""Characters or bytes of JSON that are read and written step by step, in a thread: less takes some milliseconds."""

LONGEST_NUMBER = 308
"""Digits of a whole number that is not too large for a float."""
_AT_ONCE = 256 * 1024
"""Characters of a text that are written by one call."""
_MOST_VALUES = 100
"""That are written by one call, where each is small."""
_LONGEST_TEXT = 1_000
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def json_bytes(value: object) -> bytes:
    """The value as JSON: NaN and Infinity are null, half of a surrogate pair is U+FFFD.

    Raises PydanticSerializationError for what is no JSON at all.
    """
    try:
        return to_json(value, inf_nan_mode="null")
    except PydanticSerializationError:
        plain = cast(Any, value) if isinstance(value, str | list | dict) else to_jsonable_python(value)
        return to_json(well_formed(plain), inf_nan_mode="null")


def large_json_bytes(value: object) -> bytes:
    """As `json_bytes`, step by step: of lists, objects, and models whose fields are written under their own names."""
    writer = _Writer()
    writer.write(value)
    return writer.out.getvalue()


class _Writer:
    """Writes what is small by one call of C code; of what is large, one part after another."""

    def __init__(self) -> None:
        self.out = BytesIO()

    def write(self, value: object) -> None:
        """Write one value."""
        add = self.out.write
        match value:
            case str() if len(value) > _AT_ONCE:
                pieces = (value[at : at + _AT_ONCE] for at in range(0, len(value), _AT_ONCE))
                add(b'"')
                self.out.writelines(json_bytes(piece)[1:-1] for piece in pieces)
                add(b'"')
            case dict() if not _is_small(cast("dict[str, object]", value).values()):
                for at, (name, each) in enumerate(cast("dict[str, object]", value).items()):
                    self.out.writelines((b"," if at else b"{", json_bytes(name), b":"))
                    self.write(each)
                add(b"}")
            case list() | tuple() if not _is_small(cast("Sequence[object]", value)):
                items = cast("Sequence[object]", value)
                for at in range(0, len(items), _MOST_VALUES):
                    add(b"," if at else b"[")
                    self._write_items(items[at : at + _MOST_VALUES])
                add(b"]")
            case BaseModel():
                fields = type(value).model_fields
                self.write({name: each for name, each in value if not fields[name].exclude})
            case _:
                add(json_bytes(value))

    def _write_items(self, items: Sequence[object]) -> None:
        if _is_small(items):
            self.out.write(json_bytes(items)[1:-1])
            return
        for at, each in enumerate(items):
            if at:
                self.out.write(b",")
            self.write(each)


def _is_small(values: Collection[object]) -> bool:
    """Whether there are few of them, and each is a short text, a number or the like."""
    return len(values) <= _MOST_VALUES and not any(
        len(each) > _LONGEST_TEXT if isinstance(each, str) else isinstance(each, list | dict | tuple | BaseModel)
        for each in values
    )


def read_json(text: str) -> Any:
    """The value, step by step; NaN, and what is too large for a float, are None, and texts may hold line breaks.

    Raises ValueError for what is no JSON, RecursionError where it is nested too deep for that.
    """
    return _DECODER.decode(text)


def nested_at(value: Any, level: int) -> list[Any]:
    """The lists and objects that stand so many levels deep in the value, which is level 0 itself."""
    found: list[Any] = [value] if isinstance(value, list | dict) else []
    for _ in range(level):
        found = nested_in(found)
        if not found:
            break
    return found


def nested_in(level: list[Any]) -> list[Any]:
    """The lists and objects that stand in those of a level."""
    return [inner for outer in level for inner in _inside(outer) if isinstance(inner, list | dict)]


def _inside(outer: Any) -> Iterable[Any]:
    return cast("dict[str, Any]", outer).values() if isinstance(outer, dict) else outer


def _same(fields: dict[str, Any]) -> dict[str, Any]:
    return fields


def _finite(text: str) -> float | None:
    return number if isfinite(number := float(text)) else None


def _whole(text: str) -> int | None:
    return int(text) if len(text) <= LONGEST_NUMBER else None


_DECODER = json.JSONDecoder(
    object_hook=_same, parse_float=_finite, parse_int=_whole, parse_constant=lambda _: None, strict=False
)
"""Its functions are what lets other threads go on."""


def well_formed(value: Any, *, deepest: int = sys.maxsize) -> Any:
    """The JSON value with U+FFFD for each half of a surrogate pair in its texts.

    Raises RecursionError where lists and objects are nested deeper than `deepest` levels.
    """
    match value:
        case str():
            return value if value.isascii() else _HALF_PAIR.sub(_REPLACEMENT, value)
        case list() | dict() if deepest == 0:
            raise RecursionError("lists and objects are nested too deep")
        case list():
            return [well_formed(each, deepest=deepest - 1) for each in cast("list[Any]", value)]
        case dict():
            fields = cast("dict[str, Any]", value)
            return {well_formed(name): well_formed(each, deepest=deepest - 1) for name, each in fields.items()}
        case _:
            return value
