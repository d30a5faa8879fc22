"""Finds the units that a question names: those of its numbers, and those in which it wants the answer."""

import re
from collections.abc import Iterator

_UNIT = (
    r"(?:(?:square|cubic)\s+)?(?:kilo|centi|milli|micro|nano|femto|mega|giga)?(?:met(?:er|re)s?|grams?|lit(?:er|re)s?"
    r"|joules?|watts?|hertz|pascals?|bytes?|bits|volts?|amperes?|newtons?|calories)"
    r"|(?:square\s+)?(?:miles?|feet|foot|inch(?:es)?|yards?|acres?|hectares?)|nautical\s+miles?"
    r"|ounces?|pounds?|tons?|tonnes?|stones?|gallons?|pints?|quarts?|cups?|tablespoons?|teaspoons?|barrels?"
    r"|(?:degrees?\s+)?(?:celsius|fahrenheit|kelvin)|radians?|degrees?|atmospheres?|psi|knots?"
    r"|seconds?|minutes?|hours?|days?|weeks?|months?|years?"
    r"|km/h|mph|m/s|km|cm|mm|kg|mg|lbs?|oz|ml|kwh|amu|kj|kcal|ft"
)
_COUNTED = re.compile(rf"\d[\s-]?({_UNIT})\b", re.IGNORECASE)
_ASKED = re.compile(
    rf"\b(?:in|to|into|as|per)\s+(?:an?\s+|the\s+)?(?:[a-z]+\s+){{0,3}}?(?:\(\s*)?({_UNIT})\b(?!\s+of\b)", re.IGNORECASE
)
_DEGREES = re.compile(r"^degrees?\s+(?=\w)", re.IGNORECASE)


def counted_units(text: str) -> list[str]:
    """The units that stand after numbers."""
    return [*dict.fromkeys(_plain(found[1]) for found in _COUNTED.finditer(text))]


def asked_units(text: str) -> list[str]:
    """The units in which something is wanted: "in kilometers", "per ounce"."""
    return [*dict.fromkeys(_asked(text))]


def _asked(text: str) -> Iterator[str]:
    for found in _ASKED.finditer(text):
        if not re.search(r"\d", found[0]):
            yield _plain(found[1])


def _plain(unit: str) -> str:
    return _DEGREES.sub("", unit)
