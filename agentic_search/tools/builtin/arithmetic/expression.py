"""Reads an expression from left to right and calculates it as it is read; nothing of it is ever run as a program.

A percentage is what people mean by one: `15% of 80`, `80 + 15%`. Before a number `%` is the modulo of programs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from agentic_search.errors import ToolFailed
from agentic_search.tools.builtin.arithmetic.numbers import CONSTANTS, OPERATIONS, Number, bounded, divided, power
from agentic_search.tools.builtin.arithmetic.tokens import OPERATOR_WORDS, Token, tokens

_DEEPEST = 50
"""Brackets, powers and signs within each other."""
_SHOWN = {"*": "×", "/": "÷", "**": "^"}


@dataclass(frozen=True, slots=True)
class Calculated:
    """An expression as it was understood, in printed signs, and its value."""

    shown: str
    value: Number


def calculated(expression: str) -> Calculated:
    """The value of an expression; raises ToolFailed, which says what cannot be read or calculated, and what to do."""
    reading = _Reading(expression)
    try:
        value = reading.whole()
    except OverflowError as error:
        raise ToolFailed("a number here is too large for this function: ask for less") from error
    except ValueError as error:
        raise ToolFailed("a number here is not one that this function is defined for") from error
    return Calculated(reading.shown, value)


class _Reading:
    """One pass over an expression. Each method reads what binds at least as strongly as what it is named for."""

    def __init__(self, expression: str) -> None:
        self._tokens = tokens(expression)
        self._at = 0
        self._depth = 0
        self._pieces: list[str] = []
        self._is_percent = False
        """What was read last is a percentage and nothing more."""

    @property
    def shown(self) -> str:
        return "".join(self._pieces)

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def whole(self) -> Number:
        value = self._sum()
        if self._next.kind != "end":
            raise self._unexpected()
        return value

    def _sum(self) -> Number:
        value = self._product()
        while self._next.kind in ("+", "-"):
            sign = self._operator().kind
            added = self._product()
            if self._is_percent:
                added = bounded(value * added)
            value = bounded(value + added if sign == "+" else value - added)
            self._is_percent = False
        return value

    def _product(self) -> Number:
        value = self._signed()
        while (sign := self._factor_sign()) is not None:
            was_percent = self._is_percent
            factor = self._signed()
            self._is_percent = False
            match sign:
                case "*" | "of":
                    value = bounded(value * factor)
                case "off" if was_percent:
                    value = bounded(factor - value * factor)
                case "off":
                    raise ToolFailed("'off' needs a percentage before it, as in 10% off 50")
                case _:
                    value = divided(value, factor, sign=sign)
        return value

    def _factor_sign(self) -> str | None:
        """What joins two factors, taken; None where the product ends. Nothing between them multiplies: 2(3 + 4)."""
        if self._next.kind in ("*", "/", "//") or self._next.text in OPERATOR_WORDS:
            return self._operator().text
        if self._next.kind == "%":  # a percentage was taken with its number
            self._take(" mod ")
            return "mod"
        if self._next.begins_value and self._next.kind != "number":
            self._pieces.append(" × ")
            return "*"
        return None

    def _signed(self) -> Number:
        match self._next.kind:
            case "-":
                self._take("-")
                return -self._nested(self._signed)
            case "+":
                self._take("")
                return self._nested(self._signed)
            case _:
                return self._power()

    def _power(self) -> Number:
        value = self._postfix(self._atom())
        if self._next.kind != "**":
            return value
        self._take(_SHOWN["**"])
        exponent = self._nested(self._signed)
        self._is_percent = False
        return power(value, exponent)

    def _postfix(self, value: Number) -> Number:
        self._is_percent = False
        while True:
            match self._next.kind:
                case "!":
                    value = OPERATIONS["factorial"].of((value,))
                case "°":
                    value = OPERATIONS["radians"].of((value,))
                case "%" if not self._tokens[self._at + 1].begins_value:
                    value, self._is_percent = value / 100, True
                case _:
                    return value
            self._take(self._next.text)

    def _atom(self) -> Number:
        token = self._next
        if token.kind == "number":
            self._take(token.text)
            if self._next.kind == "number":
                raise ToolFailed(f"write a sign between {token.text!r} and {self._next.text!r}, or leave the space out")
            return token.value
        if token.kind == "(":
            self._take("(")
            value = self._nested(self._sum)
            self._close()
            return value
        if token.begins_value:
            return self._named(self._take(token.text.lower()).text.lower())
        raise self._unexpected()

    def _named(self, name: str) -> Number:
        if name in CONSTANTS:
            return CONSTANTS[name]
        operation = OPERATIONS.get(name)
        if operation is None:
            raise _unknown(name)
        numbers = self._arguments() if self._next.kind == "(" else [self._operand()]
        most = operation.most or len(numbers)
        if not operation.least <= len(numbers) <= most:
            least = f"{operation.least} or " if operation.least < most else ""
            raise ToolFailed(
                f"{name} takes {least}{most} numbers in its brackets, not {len(numbers)}; a comma separates them there,"
                " so write thousands without one"
            )
        return bounded(operation.of(numbers))

    def _operand(self) -> Number:
        """What a function without brackets is of: `sqrt 16`, `sqrt of 16`."""
        if self._next.text == "of":
            self._take("")
        self._pieces.append("(")
        number = self._nested(self._signed)
        self._pieces.append(")")
        return number

    def _arguments(self) -> list[Number]:
        self._take("(")
        numbers = [self._nested(self._sum)]
        while self._next.kind in (",", ";"):
            self._take(", ")
            numbers.append(self._nested(self._sum))
        self._close()
        return numbers

    def _close(self) -> None:
        if self._next.kind == "end":
            raise ToolFailed("a '(' is not closed: write a ')'")
        if self._next.kind != ")":
            raise self._unexpected()
        self._take(")")

    def _nested(self, read: Callable[[], Number]) -> Number:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ToolFailed(f"the expression is nested more than {_DEEPEST} deep: calculate it in parts")
        value = read()
        self._depth -= 1
        return value

    def _operator(self) -> Token:
        return self._take(f" {_SHOWN.get(self._next.text, self._next.text)} ")

    def _take(self, shown: str) -> Token:
        """Take the next token; what it is shown as joins what was read."""
        token = self._next
        self._pieces.append(shown)
        self._at += 1
        return token

    def _unexpected(self) -> ToolFailed:
        before = f" after {self.shown.strip()[-20:]!r}" if self.shown.strip() else ""
        match self._next.kind:
            case "end":
                return ToolFailed(f"the expression ends too early: a number is missing{before}")
            case ")":
                return ToolFailed(f"a ')' stands{before} where none can: a number or a '(' is missing")
            case _:
                return ToolFailed(
                    f"{self._next.text!r} cannot stand{before or ' at the beginning'}: write it as in 2 * (3 + 4)"
                )


def _unknown(name: str) -> ToolFailed:
    known = [*OPERATIONS, *CONSTANTS]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"use {', '.join(known)}, and leave units out"
    return ToolFailed(f"{name!r} is neither a number nor a function nor a constant; {hint}")
