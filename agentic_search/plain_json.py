"""Writes values as JSON that every program reads, whatever stands in them; reads and writes large ones step by step.

JSON has no NaN and no Infinity, and no encoding can write half of a surrogate pair, though Python's strings hold it.

To read or write 30 MB of it in one call of C code stops all threads of the process for up to half a second. What is
done here step by step goes through a Python function at each object and number, where another thread may go on.
"""

import json
import re
import sys
from collections.abc import Iterable
from io import StringIO
from math import isfinite
from typing import Any, cast

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

LARGE = 1024 * 1024
"""Characters or bytes of JSON that are read and written step by step, in a thread: less takes some milliseconds."""

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
    out = StringIO()
    try:
        for piece in _ENCODER.iterencode(value):
            out.write(piece)
    except ValueError:  # NaN or Infinity
        return json_bytes(value)
    text = out.getvalue()
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _HALF_PAIR.sub(_REPLACEMENT, text).encode()


def read_json(text: str) -> Any:
    """The value, step by step; NaN, and what is too large for a float, are None, and texts may hold line breaks.

    Raises ValueError for what is no JSON, RecursionError where it is nested too deep for that.
    """
    return _DECODER.decode(text)


def nested_at(value: Any, level: int) -> list[Any]:
    """The lists and objects that stand so many levels deep in the value, which is level 0 itself."""
    found = [value] if isinstance(value, list | dict) else []
    for _ in range(level):
        found = [inner for outer in found for inner in _inside(outer) if isinstance(inner, list | dict)]
        if not found:
            break
    return found


def _inside(outer: Any) -> Iterable[Any]:
    return outer.values() if isinstance(outer, dict) else outer


def _fields(value: object) -> dict[str, object]:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {name: each for name, each in value if not fields[name].exclude}
    raise TypeError(f"{type(value).__name__} is no JSON")


def _same(fields: dict[str, Any]) -> dict[str, Any]:
    return fields


def _finite(text: str) -> float | None:
    return number if isfinite(number := float(text)) else None


def _whole(text: str) -> int:
    return int(text)


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_fields)
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
