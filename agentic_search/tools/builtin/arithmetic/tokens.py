"""Takes an expression apart into numbers, names and signs, with what people write in numbers: 1,234,567.89."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from agentic_search.errors import ToolFailed

_LARGEST_EXPONENT = 1_000
"""Of a number that is written as 1e3."""
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d[\d_'’\u00a0\u202f]*(?:[.,]\d[\d_]*)*(?:[eE][+-]?\d+\b)?|\.\d+(?:[eE][+-]?\d+\b)?)
    | (?P<name>[A-Za-z_]+(?:\d+(?=\s*\())?)
    | (?P<sign>\*\*|//|[-+*/%()!°,;])
    )""",
    re.VERBOSE | re.ASCII,
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?(?:[eE].+)?$")
_SPACED = re.compile(r"[1-9]\d{0,2}(?:['’\u00a0\u202f]\d{3})+(?:\.\d+)?$")
_PLAIN = re.compile(r"(?:\d+(?:_\d+)*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$", re.ASCII)
_DECIMAL_COMMA = re.compile(r"(\d+),(\d+)$")


@dataclass(frozen=True, slots=True)
class Token:
    """One of an expression's parts."""

    kind: str
    """number, name, the sign itself, or `end`."""
    text: str = ""
    value: Fraction = Fraction(0)
    """Of a number."""

    @property
    def begins_value(self) -> bool:
        """What a number, a name or a bracket does."""
        return self.kind in ("number", "name", "(") and self.text not in OPERATOR_WORDS


OPERATOR_WORDS = frozenset({"of", "off", "mod"})


def tokens(expression: str) -> Sequence[Token]:
    """All of them, with one of the kind `end`; raises ToolFailed for what is none, or is not clear.

    Between the brackets of a function a comma separates numbers; elsewhere it stands before thousands.
    """
    return [*_tokens(expression), Token("end")]


def _tokens(expression: str) -> Iterator[Token]:
    text, at = expression.rstrip(), 0
    brackets: list[bool] = []
    """Of each that is open: whether it is a function's."""
    before = Token("end")
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _unreadable(text[at:].lstrip())
        at = found.end()
        kind, part = str(found.lastgroup), found[found.lastgroup or 0]
        in_call = bool(brackets) and brackets[-1]
        if kind == "number" and in_call and "," in part:
            yield from _separated(part)
            before = Token("number")
            continue
        token = Token(kind, part, _number(part)) if kind == "number" else Token(part if kind == "sign" else kind, part)
        if token.kind == "(":
            brackets.append(before.kind == "name" and before.text not in OPERATOR_WORDS)
        elif token.kind == ")" and brackets:
            brackets.pop()
        yield token
        before = token


def _unreadable(rest: str) -> ToolFailed:
    if rest[0] in "=<>≤≥≠":
        return ToolFailed(f"comparisons and equations are not calculated: leave {rest[0]!r} and one side of it out")
    if rest[0] in "$€£¥₹":
        return ToolFailed(f"units and currencies are not calculated: leave {rest[0]!r} out and give the numbers alone")
    return ToolFailed(f"{rest[:20]!r} cannot be read as arithmetic: write numbers, signs and functions")


def _separated(part: str) -> Iterator[Token]:
    for index, each in enumerate(part.split(",")):
        if index:
            yield Token(",", ",")
        yield Token("number", each, _number(each))


def _number(written: str) -> Fraction:
    text = written.strip("'’\u00a0\u202f")
    if _THOUSANDS.match(text):
        text = text.replace(",", "")
    elif _SPACED.match(text):
        text = re.sub(r"['’\u00a0\u202f]", "", text)
    if not _PLAIN.match(text):
        raise ToolFailed(_why_no_number(text))
    digits, _, exponent = text.lower().replace("_", "").partition("e")
    if len(exponent.lstrip("+-0")) > len(str(_LARGEST_EXPONENT)) or abs(int(exponent or 0)) > _LARGEST_EXPONENT:
        raise ToolFailed(f"the exponent of {written!r} is beyond {_LARGEST_EXPONENT:,}: ask for less")
    return Fraction(digits) * Fraction(10) ** int(exponent or 0)


def _why_no_number(text: str) -> str:
    if comma := _DECIMAL_COMMA.match(text):
        return f"{text!r} has a decimal comma: write a point, as in {comma[1]}.{comma[2]}"
    return f"{text!r} is no number that can be read: write it as 1234567.89 or 1,234,567.89"
