"""Reads JSON as editors write it: with comments, commas after the last item, and names that stand twice.

Comments, such commas, and the blanks of web pages become blanks of JSON before the JSON parser sees them, so that its
complaints name the right place.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping

from pydantic import JsonValue

_TOKEN = re.compile(
    r"""
      (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<blank>[\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff])
    | (?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)
    | (?P<last>,)(?=(?:\s|//[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/)*(?:[}\]]|$))
    """,
    re.VERBOSE,
)


class JsonObjectRead(dict[str, JsonValue]):
    """An object as it was read; the last of two equal names counts, as in every JSON parser."""

    twice: tuple[str, ...] = ()
    """The names that stand in it more than once."""


def plain_json(text: str) -> str:
    """`text` with blanks in place of comments, of blanks that JSON does not know, and of commas after a last item.

    Every character keeps its place.
    """
    return _TOKEN.sub(lambda found: found[0] if found["text"] else re.sub(r"[^\n]", " ", found[0]), text)


def read_json(text: str) -> JsonValue:
    """Read one value; raises json.JSONDecodeError, or ValueError or RecursionError for what is too large."""
    return json.loads(text, object_pairs_hook=_object, parse_int=_whole)


def twice_in(value: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """The names that an object's text had more than once."""
    return value.twice if isinstance(value, JsonObjectRead) else ()


def _object(pairs: list[tuple[str, JsonValue]]) -> JsonObjectRead:
    made = JsonObjectRead(pairs)
    if len(made) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        made.twice = tuple(sorted(name for name, times in counted.items() if times > 1))
    return made


def _whole(text: str) -> int | float:
    """A number that is longer than Python reads is as good as endless."""
    return int(text) if len(text) < 400 else float("inf")
