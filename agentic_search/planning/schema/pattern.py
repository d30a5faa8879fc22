r"""A JSON Schema's `pattern` flows in; the same or narrower, as Ollama's grammar keeps it, flows out, if there is such.

The grammar ignores a pattern that is not anchored or that uses `\d`, `\w` or look-ahead, and forgets `maxLength` beside
a pattern. So only bounded patterns of plain characters and positive classes pass: written anew, with every repetition
given an end, and nothing that could match a quote or a backslash and so break the JSON around it.
"""

import re

LONGEST_TEXT = 2_000
"""Characters; the grammar takes a longer bound for none at all."""

_MOST_REPEATS = 64
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


def bounded_pattern(pattern: str) -> str | None:
    """`^NCT[0-9]{8}$` for `^NCT\\d{8}$`; none for a pattern that cannot be kept."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return None
    place, end, longest = 1, len(pattern) - 1, 0
    written: list[str] = []
    while place < end:
        element = _ELEMENT.match(pattern, place, end)
        if element is None:
            return None
        repeat = _REPEAT.match(pattern, element.end(), end)
        least, most = _span(repeat)
        written.append(_element(element) + _repeat(least, most))
        longest += most
        place = (repeat or element).end()
    return f"^{''.join(written)}$" if 0 < longest <= LONGEST_TEXT and _readable(written) else None


def _span(repeat: "re.Match[str] | None") -> tuple[int, int]:
    if repeat is None:
        return 1, 1
    if repeat["sign"]:
        return {"?": (0, 1), "*": (0, _MOST_REPEATS), "+": (1, _MOST_REPEATS)}[repeat["sign"]]
    least = int(repeat["least"])
    if not repeat["comma"]:
        return least, least
    return least, int(repeat["most"]) if repeat["most"] else least + _MOST_REPEATS


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
