r"""Bounds single values, texts and numbers: schemas no wider than the tool's, within the limits of a grammar.

Of patterns only bounded ones of plain characters and positive classes pass: written anew, with every repetition given
an end, and nothing that could match a quote or a backslash and so break the JSON around it. `\d`, `\w`, look-ahead and
what is not anchored are more than grammars keep.
"""

import math
import re

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import GrammarLimits

_LONGEST_STAMP = 40
"""Characters of a text with a `format`."""
_NUMBER_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_BOUNDING = frozenset({"minLength", "maxLength", "pattern", "format", "minItems", "maxItems", *_NUMBER_LIMITS})

_ELEMENT = re.compile(
    r"""(?P<shorthand>\\[dw])
      | \[(?P<members>(?:\\[dw.\-/+]|[A-Za-z0-9_ .,:;/+@=#%-])+)\]
      | \\(?P<escaped>[.\-+*?()\[\]{}|^$/])
      | (?P<plain>[A-Za-z0-9_ ,:;/@=#%-])""",
    re.VERBOSE,
)
_REPEAT = re.compile(r"(?P<sign>[?*+])|\{(?P<least>\d{1,4})(?P<comma>,(?P<most>\d{1,4})?)?\}")
_INSIDE_CLASS = {r"\d": "0-9", r"\w": "A-Za-z0-9_", r"\-": r"\-"}
_SHORTHAND = {r"\d": "[0-9]", r"\w": "[A-Za-z0-9_]"}
_MUST_BE_ESCAPED = ".+*?()[]{}|^$"


def honoured(form: JsonObject, limits: GrammarLimits) -> JsonObject:
    """The form without those bounds that the grammar does not honour."""
    return {name: value for name, value in form.items() if name in limits.keywords or name not in _BOUNDING}


def bounded_text(schema: JsonObject, limits: GrammarLimits) -> JsonObject | None:
    """The schema of a text; none where no text within the bounds can meet it."""
    least, most = span(schema, "Length", limits.typical_text, limit=limits.longest_text)
    if least > most:
        return None
    length: JsonObject = {"minLength": least, "maxLength": most} if least else {"maxLength": most}
    pattern, stamp = schema.get("pattern"), schema.get("format")
    if isinstance(pattern, str) and (bounded := bounded_pattern(pattern, limits)):
        return {"type": "string", "pattern": bounded, **length}
    if isinstance(stamp, str) and stamp in limits.formats and least <= _LONGEST_STAMP:
        return {"type": "string", "format": stamp, **length, "maxLength": min(most, _LONGEST_STAMP)}
    return {"type": "string", **length}


def bounded_integer(schema: JsonObject, limits: GrammarLimits) -> JsonObject | None:
    """The schema of a whole number; none where no number within the bounds can meet it."""
    largest = limits.largest_integer
    least = max(
        math.ceil(_limit(schema, "minimum", -largest)),
        math.floor(_limit(schema, "exclusiveMinimum", -largest - 1)) + 1,
        -largest,
    )
    most = min(
        math.floor(_limit(schema, "maximum", largest)),
        math.ceil(_limit(schema, "exclusiveMaximum", largest + 1)) - 1,
        largest,
    )
    return {"type": "integer", "minimum": least, "maximum": most} if least <= most else None


def bounded_number(schema: JsonObject) -> JsonObject | None:
    """The schema of any number, with the tool's own bounds; none where these exclude each other."""
    least = max(_limit(schema, name, -math.inf) for name in ("minimum", "exclusiveMinimum"))
    most = min(_limit(schema, name, math.inf) for name in ("maximum", "exclusiveMaximum"))
    open_ended = schema.keys() & {"exclusiveMinimum", "exclusiveMaximum"}
    if least > most or (least == most and open_ended):
        return None
    return {"type": "number", **{name: schema[name] for name in _NUMBER_LIMITS if name in schema}}


def span(schema: JsonObject, of: str, typical: int, *, limit: int) -> tuple[int, int]:
    """The least and the most characters or elements, by `min{of}` and `max{of}`; least above most allows none."""
    least = max(0, math.ceil(_limit(schema, f"min{of}", 0)))
    most = math.floor(_limit(schema, f"max{of}", max(typical, least)))
    return least, min(most, limit, max(typical, least))


def _limit(schema: JsonObject, keyword: str, otherwise: float) -> float:
    value = schema.get(keyword)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    return value if math.isfinite(value) else otherwise


def bounded_pattern(pattern: str, limits: GrammarLimits) -> str | None:
    """`^NCT[0-9]{8}$` for `^NCT\\d{8}$`; none for a pattern that cannot be kept."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return None
    offset, end, longest = 1, len(pattern) - 1, 0
    written: list[str] = []
    while offset < end:
        element = _ELEMENT.match(pattern, offset, end)
        if element is None:
            return None
        repeat = _REPEAT.match(pattern, element.end(), end)
        least, most = _repeats(repeat, limits.most_repeats)
        written.append(_element(element) + _repeat(least, most))
        longest += most
        offset = (repeat or element).end()
    return f"^{''.join(written)}$" if 0 < longest <= limits.longest_text and _readable(written) else None


def _repeats(repeat: "re.Match[str] | None", unbounded: int) -> tuple[int, int]:
    """How often at least and at most; `unbounded` is how often more than at least, where there is no end."""
    if repeat is None:
        return 1, 1
    if repeat["sign"]:
        return {"?": (0, 1), "*": (0, unbounded), "+": (1, unbounded)}[repeat["sign"]]
    least = int(repeat["least"])
    if not repeat["comma"]:
        return least, least
    return least, int(repeat["most"]) if repeat["most"] else least + unbounded


def _repeat(least: int, most: int) -> str:
    if (least, most) == (1, 1):
        return ""
    return f"{{{least}}}" if least == most else f"{{{least},{most}}}"


def _element(found: "re.Match[str]") -> str:
    if found["shorthand"]:
        return _SHORTHAND[found["shorthand"]]
    if found["members"]:
        return f"[{_members(found['members'])}]"
    literal = found["escaped"] or found["plain"]
    return f"\\{literal}" if literal in _MUST_BE_ESCAPED else literal


def _members(members: str) -> str:
    """A class without escapes: a dash that is meant as one goes last, where it can mean nothing else."""
    parts: list[str] = re.findall(r"\\.|.", members)
    dash = r"\-" in parts or parts[0] == "-" or parts[-1] == "-"
    inner = parts[1 if parts[0] == "-" else 0 : -1 if len(parts) > 1 and parts[-1] == "-" else None]
    plain = "".join(_INSIDE_CLASS.get(part, part.removeprefix("\\")) for part in inner if part != r"\-")
    return plain + ("-" if dash else "")


def _readable(written: list[str]) -> bool:
    try:
        re.compile("".join(written))
    except re.error:  # a range that runs backwards, repeats that cross
        return False
    return True
