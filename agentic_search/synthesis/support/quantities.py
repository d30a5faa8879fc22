"""Reads the numbers of a text with their units, in digits and in words: 1 minute agrees with 60 s."""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_DIGITS = dict(zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], range(1, 10), strict=True))
_TEENS = dict(
    zip(
        ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
        range(10, 20),
        strict=True,
    )
)
_TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
_NUMBER_WORD = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<digit>{'|'.join(_DIGITS)}))?|"
    rf"(?P<small>{'|'.join([*_TEENS, *_DIGITS])}))\b",
    re.IGNORECASE,
)
_ANY_DIGIT = re.compile(r"\d")
"""Most sentences have none: to see so takes a tenth of looking for months and quantities."""
_MONTHS = list(calendar.month_name)[1:]
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})(?=\.?\s+\d)|(?<=\d\s)(?:{'|'.join(_MONTHS)})\b")
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), ("time", 0.001)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("time", 1)),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), ("time", 60)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("time", 3600)),
    **dict.fromkeys(("day", "days"), ("time", 86_400)),
    **dict.fromkeys(("week", "weeks"), ("time", 604_800)),
    **dict.fromkeys(("month", "months"), ("months", 1)),
    **dict.fromkeys(("year", "years"), ("months", 12)),
    **dict.fromkeys(("b", "byte", "bytes"), ("bytes", 1)),
    **dict.fromkeys(("kb", "kib", "kilobyte", "kilobytes"), ("bytes", 1024)),
    **dict.fromkeys(("mb", "mib", "megabyte", "megabytes"), ("bytes", 1024**2)),
    **dict.fromkeys(("gb", "gib", "gigabyte", "gigabytes"), ("bytes", 1024**3)),
    **dict.fromkeys(("tb", "tib", "terabyte", "terabytes"), ("bytes", 1024**4)),
    **dict.fromkeys(("%", "percent"), ("percent", 1)),
    **dict.fromkeys(("mm", "millimetre", "millimetres", "millimeter", "millimeters"), ("length", 0.001)),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), ("length", 0.01)),
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), ("length", 1)),
    **dict.fromkeys(("km", "kilometre", "kilometres", "kilometer", "kilometers"), ("length", 1000)),
    **dict.fromkeys(("mile", "miles", "mi"), ("miles", 1)),
    **dict.fromkeys(("ft", "foot", "feet"), ("feet", 1)),
    **dict.fromkeys(("g", "gram", "grams"), ("mass", 0.001)),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), ("mass", 1)),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), ("pounds", 1)),
    **dict.fromkeys(("$", "dollar", "dollars", "usd"), ("dollars", 1)),
    **dict.fromkeys(("€", "euro", "euros", "eur"), ("euros", 1)),
}
"""What each unit measures, and how much of it: 1 minute agrees with 60 s."""

_QUANTITY = re.compile(
    r"(?P<currency>[$€])?\s?(?P<number>\d+(?:[.,]\d+)*)"
    rf"(?:[\s-]?(?P<scale>{'|'.join(_SCALES)})s?\b)?(?:[\s-]?(?P<unit>%|[A-Za-z]+))?",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit."""

    text: str
    """As it is written."""
    value: float
    dimension: str
    """What its unit measures; empty without one that is known."""
    amount: float
    """The value in the dimension's base unit."""
    spelt: bool = False
    """It was written as a word."""


class Quantities:
    """The quantities of a text, for looking up whether it has another."""

    def __init__(self, found: Iterable[Quantity]) -> None:
        self.all = tuple(found)
        self._amounts = {(each.dimension, each.amount) for each in self.all}
        self._values = {each.value for each in self.all}
        self._bare = {each.value for each in self.all if not each.dimension}

    def have(self, wanted: Quantity) -> bool:
        """Whether the text states this quantity; a unit that only one of both names does not tell them apart."""
        if (wanted.dimension, wanted.amount) in self._amounts:
            return True
        return wanted.value in (self._bare if wanted.dimension else self._values)

    def lacking(self, wanted: Iterable[Quantity]) -> list[Quantity]:
        """Those that the text does not state."""
        return [each for each in wanted if not self.have(each)]


def plain(text: str) -> str:
    """Digits of all scripts as ASCII, months as numbers."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isascii():
        plain = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in plain)
    return _MONTH.sub(lambda found: str(_MONTHS.index(found[0]) + 1), plain) if _ANY_DIGIT.search(plain) else plain


def without_quantities(text: str) -> str:
    """The text without its numbers and the units known."""
    return _QUANTITY.sub(_unit_alone, text) if _ANY_DIGIT.search(text) else text


def _unit_alone(found: re.Match[str]) -> str:
    unit = found["unit"] or ""
    return " " if unit.lower() in _UNITS else f" {unit}"


def read_quantities(text: str) -> Iterator[Quantity]:
    for found in _QUANTITY.finditer(text) if _ANY_DIGIT.search(text) else ():
        yield _quantity(found, found["number"], spelt=False)
    for word in _NUMBER_WORD.finditer(text):
        value = _value_of(word)
        found = _QUANTITY.match(f"{value}{text[word.end() : word.end() + 30]}")
        if found is not None and not (value == 1 and (found["unit"] or "").lower() not in _UNITS):
            yield _quantity(found, str(value), spelt=True)


def _value_of(word: re.Match[str]) -> int:
    if word["tens"]:
        return _TENS[word["tens"].lower()] + _DIGITS.get((word["digit"] or "").lower(), 0)
    return {**_TEENS, **_DIGITS}[word["small"].lower()]


def _quantity(found: re.Match[str], number: str, *, spelt: bool) -> Quantity:
    plain = number.replace(",", "") if _THOUSANDS.fullmatch(number) else number.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:  # a version or a date with several dots: told apart by its digits
        value = float("".join(filter(str.isdigit, plain))[:15])
    value *= _SCALES.get((found["scale"] or "").lower(), 1)
    unit = (found["unit"] or found["currency"] or "").lower()
    dimension, factor = _UNITS.get(unit, ("", 1.0))
    shown = found[0] if dimension else found[0].removesuffix(found["unit"] or "").rstrip(" -")
    return Quantity(shown.strip(), value, dimension, round(value * factor, 6), spelt)
