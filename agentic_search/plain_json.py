"""Writes values as JSON that every program reads, whatever stands in them.

JSON has no NaN and no Infinity, and no encoding can write half of a surrogate pair, though Python's strings hold it.
"""

import re
import sys
from typing import Any, cast

from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

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
