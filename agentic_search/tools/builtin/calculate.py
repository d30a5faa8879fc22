"""The tool `calculate`: arithmetic with an exact result where there is one, for models and plans that cannot count."""

import asyncio
import math
from decimal import Context, Decimal
from fractions import Fraction

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import BUILT_IN, Tool
from agentic_search.errors import ToolFailed
from agentic_search.tools.builtin.arithmetic.expression import calculated
from agentic_search.tools.builtin.arithmetic.numbers import MOST_DIGITS, Number
from agentic_search.tools.builtin.arithmetic.wording import as_expression
from agentic_search.tools.results.content import read_value

_LONGEST = 500
"""Characters of an expression: the dearest of that length takes some hundredths of a second."""
_MOST_PLACES = 40
"""Digits of a decimal that is shown in full."""
_DIGITS = 15
"""Those that floating point gives reliably."""
_ROUNDING = Context(prec=_DIGITS)
_MOST_ZEROS = 9
_FEW_DIGITS = 12
"""What has no more of them, of those that floating point gives, has a rounding error and no others."""
_TOOL = Tool(
    name="calculate",
    server=BUILT_IN,
    remote_name="calculate",
    title="Calculate",
    description=(
        "Calculate arithmetic: + - * / // % **, brackets, percentages (15% of 80), functions such as sqrt, log, sin,"
        " round, min, max, the constants pi and e."
    ),
    input_schema={
        "type": "object",
        "properties": {
            "expression": {
                "type": "string",
                "minLength": 1,
                "maxLength": _LONGEST,
                "pattern": "[0-9½¼¾⅓⅔π]|pi",
                "description": "Arithmetic with its numbers, such as (3 + 4) * 2.5 or 15% of 80.",
            }
        },
        "required": ["expression"],
        "additionalProperties": False,
    },
    output_schema={
        "type": "object",
        "properties": {
            "text": {"type": "string", "description": "17 × 23 = 391"},
            "value": {"type": "number"},
            "exact": {"type": "boolean", "description": "false: rounded"},
        },
        "required": ["text", "value", "exact"],
    },
    read_only=True,
    idempotent=True,
    open_world=False,
)


class Calculate:
    """Calculates away from the event loop, within what `arithmetic` bounds."""

    tool = _TOOL

    async def call(self, arguments: JsonObject, on_progress: OnProgress) -> ToolResult:
        """Calculate; raises ToolFailed, which says what cannot be read or calculated."""
        written = str(arguments.get("expression", ""))
        if len(written) > _LONGEST:
            raise ToolFailed(f"the expression is longer than {_LONGEST} characters: calculate it in parts")
        value = await asyncio.to_thread(_answered, written)
        return read_value(value, self.tool, arguments)


def _answered(written: str) -> JsonObject:
    if not written.strip():
        raise ToolFailed("the expression is missing: give one, as in 17 * 23")
    found = calculated(as_expression(written))
    digits, is_exact = _in_digits(found.value)
    is_sure = is_exact or (isinstance(found.value, float) and sum(map(str.isdigit, digits)) <= _FEW_DIGITS)
    text = f"{found.shown} {'=' if is_sure else '≈'} {digits}"
    return {"text": text, "value": _as_json_number(found.value, digits), "exact": is_exact}


def _in_digits(number: Number) -> tuple[str, bool]:
    """The number in decimal digits, and whether they are all of it."""
    if isinstance(number, float):
        return _short(_ROUNDING.create_decimal(number)), False
    if number.denominator == 1:
        return str(number.numerator), True
    above, below = Decimal(number.numerator), Decimal(number.denominator)
    if _ends(number.denominator):
        exact = Context(prec=5 * MOST_DIGITS).divide(above, below)
        if len(exact.as_tuple().digits) <= _MOST_PLACES:
            return _short(exact), True
    return _short(_ROUNDING.divide(above, below)), False


def _ends(denominator: int) -> bool:
    """Whether a fraction with this denominator, in its lowest terms, has an end as a decimal."""
    for factor in (2, 5):
        while denominator % factor == 0:
            denominator //= factor
    return denominator == 1


def _short(number: Decimal) -> str:
    """As people write it: with an exponent only where there would be rows of zeros."""
    plain = number.normalize(_ROUNDING if len(number.as_tuple().digits) <= _DIGITS else Context(prec=_MOST_PLACES))
    return f"{plain:f}" if -_MOST_ZEROS <= plain.adjusted() <= _DIGITS + _MOST_ZEROS else f"{plain:e}"


def _as_json_number(number: Number, digits: str) -> int | float:
    """A whole number of any size, else the nearest that floating point has."""
    if isinstance(number, Fraction) and number.denominator == 1:
        return int(number)
    nearest = float(digits)
    if math.isinf(nearest):
        raise ToolFailed("the result is too large to be rounded: ask for less")
    return nearest
