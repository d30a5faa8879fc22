"""Numbers that stay exact while they can: fractions, and floating point for what is irrational; all of bounded size."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from agentic_search.errors import ToolFailed

Number: TypeAlias = Fraction | float

MOST_DIGITS = 1_000
"""Of a number, above and below the line of a fraction."""
_MOST_BITS = math.ceil(MOST_DIGITS * math.log2(10))
_LARGEST_FACTORIAL = 449
"""The last one that has no more than MOST_DIGITS digits."""
_NOISE = 1e-15
"""What is left of a zero by floating point."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A function by name: how many numbers it takes, and what it does with them."""

    least: int
    most: int | None
    """None: any number of them."""
    of: Callable[[Sequence[Number]], Number]


def bounded(number: Number) -> Number:
    """The number itself; raises ToolFailed for what is too large to go on with, or no number."""
    if isinstance(number, float):
        if not math.isfinite(number):
            raise ToolFailed("the result is not a finite number")
        return number
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > _MOST_BITS:
        raise _too_large()
    return number


def power(base: Number, exponent: Number) -> Number:
    """Exact for whole exponents; raises ToolFailed where there is no real result, or too large a one."""
    if base == 0 and exponent < 0:
        raise _divided_by_zero()
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
        if abs(base) in (0, 1):
            return base ** (2 - int(exponent) % 2) if exponent else Fraction(1)
        bits = max(base.numerator.bit_length(), base.denominator.bit_length()) - 1
        if abs(int(exponent)) * max(bits, 1) > _MOST_BITS:
            raise _too_large()
        return bounded(Fraction(base ** int(exponent)))
    if base < 0 and not float(exponent).is_integer():
        raise ToolFailed("a negative number has no real power with a broken exponent")
    return _root(base, exponent) or bounded(math.pow(base, exponent))


def divided(number: Number, by: Number, *, sign: str) -> Number:
    """`number` divided by another: `/`, `//` (rounded down) or `mod` (what is left)."""
    if by == 0:
        raise _divided_by_zero()
    if sign == "//":
        return bounded(Fraction(number // by))
    return bounded(number % by if sign == "mod" else number / by)


def _root(base: Number, exponent: Number) -> Fraction | None:
    """An exact square root, if that is what is asked for and there is one."""
    if exponent != Fraction(1, 2) or not isinstance(base, Fraction):
        return None
    above, below = math.isqrt(base.numerator), math.isqrt(base.denominator)
    return Fraction(above, below) if above**2 == base.numerator and below**2 == base.denominator else None


def _square_root(number: Number) -> Number:
    if number < 0:
        raise ToolFailed("a negative number has no real square root")
    return power(number, Fraction(1, 2))


def _cube_root(number: Number) -> Number:
    found = Fraction(round(math.copysign(abs(float(number)) ** (1 / 3), float(number))))
    return found if found**3 == number else math.copysign(abs(float(number)) ** (1 / 3), float(number))


def _rounded(numbers: Sequence[Number]) -> Number:
    """To so many places; halves away from zero, as at school."""
    number, places = Fraction(numbers[0]), _whole(numbers[1], "the number of places") if len(numbers) > 1 else 0
    if abs(places) > MOST_DIGITS:
        raise _too_large()
    scale = Fraction(10) ** places
    whole = math.floor(abs(number) * scale + Fraction(1, 2))
    return Fraction(whole if number >= 0 else -whole) / scale


def _logarithm(numbers: Sequence[Number]) -> Number:
    number, base = numbers[0], numbers[1] if len(numbers) > 1 else None
    if number <= 0 or (base is not None and base <= 0):
        raise ToolFailed("only numbers above zero have a logarithm")
    if base == 1:
        raise ToolFailed("there is no logarithm to the base 1")
    # Whole numbers of any size: math.log takes what float() does not.
    exact = int(number) if isinstance(number, Fraction) and number.denominator == 1 else float(number)
    if base is None:
        return math.log(exact)
    known = {2: math.log2, 10: math.log10}.get(int(base)) if base in (2, 10) else None
    return known(exact) if known else math.log(exact) / math.log(base)


def _factorial(number: Number) -> Number:
    whole = _whole(number, "a factorial's number")
    if whole < 0:
        raise ToolFailed("only whole numbers from zero on have a factorial")
    if whole > _LARGEST_FACTORIAL:
        raise _too_large()
    return Fraction(math.factorial(whole))


def _whole(number: Number, what: str) -> int:
    if not (isinstance(number, Fraction) and number.denominator == 1):
        raise ToolFailed(f"{what} must be a whole number")
    return int(number)


def _wholes(function: Callable[..., int]) -> Callable[[Sequence[Number]], Number]:
    return lambda numbers: Fraction(function(*(_whole(each, "each number here") for each in numbers)))


def _total(numbers: Sequence[Number]) -> Number:
    return bounded(sum(numbers, start=Fraction(0)))


def _product(numbers: Sequence[Number]) -> Number:
    total: Number = Fraction(1)
    for each in numbers:
        total = bounded(total * each)
    return total


def _median(numbers: Sequence[Number]) -> Number:
    ordered, middle = sorted(numbers), len(numbers) // 2
    return ordered[middle] if len(ordered) % 2 else bounded((ordered[middle - 1] + ordered[middle]) / 2)


def _wave(function: Callable[[float], float]) -> Operation:
    """A function of an angle: what is zero but for the noise of floating point is zero, and its inverse nothing."""

    def of(numbers: Sequence[Number]) -> Number:
        found = function(float(numbers[0]))
        if abs(found) * _NOISE > 1:
            raise ToolFailed("the function is not defined there")
        return Fraction(0) if abs(found) < _NOISE else found

    return Operation(1, 1, of)


def _one(function: Callable[[Number], Number]) -> Operation:
    return Operation(1, 1, lambda numbers: bounded(function(numbers[0])))


def _too_large() -> ToolFailed:
    return ToolFailed(f"a number here has more than {MOST_DIGITS:,} digits: ask for less")


def _divided_by_zero() -> ToolFailed:
    return ToolFailed("nothing can be divided by zero")


CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau}
OPERATIONS: Mapping[str, Operation] = {
    "sqrt": _one(_square_root),
    "cbrt": _one(_cube_root),
    "abs": _one(abs),
    "floor": _one(lambda number: Fraction(math.floor(number))),
    "ceil": _one(lambda number: Fraction(math.ceil(number))),
    "trunc": _one(lambda number: Fraction(math.trunc(number))),
    "factorial": _one(_factorial),
    "exp": _one(math.exp),
    "ln": _one(lambda number: _logarithm((number,))),
    "log2": _one(lambda number: _logarithm((number, Fraction(2)))),
    "log10": _one(lambda number: _logarithm((number, Fraction(10)))),
    "log": Operation(1, 2, _logarithm),
    "round": Operation(1, 2, _rounded),
    "pow": Operation(2, 2, lambda numbers: power(numbers[0], numbers[1])),
    "min": Operation(1, None, min),
    "max": Operation(1, None, max),
    "sum": Operation(1, None, _total),
    "product": Operation(1, None, _product),
    "mean": Operation(1, None, lambda numbers: bounded(_total(numbers) / len(numbers))),
    "median": Operation(1, None, _median),
    "gcd": Operation(1, None, _wholes(math.gcd)),
    "lcm": Operation(1, None, _wholes(math.lcm)),
    "sin": _wave(math.sin),
    "cos": _wave(math.cos),
    "tan": _wave(math.tan),
    "asin": _one(math.asin),
    "acos": _one(math.acos),
    "atan": _one(math.atan),
    "degrees": _one(lambda number: math.degrees(number)),
    "radians": _one(lambda number: math.radians(number)),
}
