"""What of a text can be checked against another one word for word: its terms, quantities, names and negations."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from agentic_search.text.lexicon import ENGLISH_STOP_WORDS, STOP_WORDS, stems, terms

_DIGITS = dict(zip("one two three four five six seven eight nine".split(), range(1, 10), strict=True))
_TEENS = dict(
    zip(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        range(10, 20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_NUMBER_WORD = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<digit>{'|'.join(_DIGITS)}))?|(?P<small>{'|'.join([*_TEENS, *_DIGITS])}))\b",
    re.IGNORECASE,
)
_MONTHS = "January February March April May June July August September October November December".split()
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
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|cannot|none|without|nicht|kein\w*|nie|ne\s+\w+\s+pas|sin|nunca)\b|n['’]t\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[.'’_-]+[^\W_]+)*")
_OF_PROGRAM = re.compile(r"[^\W\d_][._][^\W\d_]|[a-z][A-Z]|[^\W\d_]\d|\d[^\W\d_]")
"""What only names of programs, versions and the like hold inside: a dot, an underscore, a capital, a digit."""
_OPPOSITES = (
    ("true", "false"),
    ("enabl", "disabl"),
    ("before", "after"),
    ("more", "less"),
    ("increas", "decreas"),
    ("minimum", "maximum"),
    ("lowest", "highest"),
    ("always", "never"),
    ("allow", "forbid"),
    ("safe", "unsaf"),
    ("synchron", "asynchron"),
    ("first", "last"),
    ("north", "south"),
    ("east", "west"),
    ("mutabl", "immut"),
    ("requir", "option"),
)
_MOST_CAPITALS = 0.6
"""Share of capitals from which a text is a heading, where a capital says nothing."""


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


@dataclass(frozen=True)
class Claims:
    """What one sentence, or a few, say that can be checked."""

    text: str

    @cached_property
    def terms(self) -> frozenset[str]:
        """The content words' stems, without numbers and their units."""
        words = _QUANTITY.sub(_without_unit, _plain(self.text))
        return frozenset(term for term in terms(words) if not term.isdecimal())

    @cached_property
    def quantities(self) -> Quantities:
        """All numbers."""
        return Quantities(_quantities(_plain(self.text)))

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of all words, numbers among them."""
        return frozenset(stems(_plain(self.text)))

    @cached_property
    def names(self) -> frozenset[str]:
        """The stems of words that are names for certain: capitals inside a sentence, and names from programs."""
        return _names(_plain(self.text))

    @cached_property
    def slots(self) -> Mapping[tuple[str, str], tuple[frozenset[str], ...]]:
        """Runs of words with capitals, by the words before and behind each; a sentence's first word may be one."""
        return _slots(_plain(self.text))

    @cached_property
    def negated(self) -> bool:
        """It denies something."""
        return _NEGATION.search(self.text) is not None


def renames(one: Claims, other: Claims) -> bool:
    """Whether, between the same two words, one has a name where the other has another."""
    for place, runs in one.slots.items():
        others = other.slots.get(place, ())
        for run in runs:
            if others and not any(run <= there or there <= run for there in others):
                return True
    return False


def contradicts(one: Claims, other: Claims) -> bool:
    """Whether one has a word where the other has its opposite."""
    return any(
        (left in one.terms and right in other.terms and left not in other.terms and right not in one.terms)
        or (right in one.terms and left in other.terms and right not in other.terms and left not in one.terms)
        for left, right in _OPPOSITES
    )


def _plain(text: str) -> str:
    """Digits of all scripts as ASCII, months as numbers."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isascii():
        plain = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in plain)
    return _MONTH.sub(lambda found: str(_MONTHS.index(found[0]) + 1), plain)


def _without_unit(found: re.Match[str]) -> str:
    unit = found["unit"] or ""
    return " " if unit.lower() in _UNITS else f" {unit}"


def _quantities(text: str) -> Iterator[Quantity]:
    for found in _QUANTITY.finditer(text):
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


def _names(text: str) -> frozenset[str]:
    words = [(found[0], found.start()) for found in _WORD.finditer(text)]
    capitals = sum(word[0].isupper() for word, _ in words)
    told_by_capitals = capitals <= max(2, _MOST_CAPITALS * len(words)) and _is_english(words)
    return frozenset(
        stem
        for index, (word, begin) in enumerate(words)
        if _OF_PROGRAM.search(word)
        or (told_by_capitals and word[0].isupper() and len(word) > 1 and index > 0 and not _begins(text, begin))
        for stem in stems(word)
        if len(stem) > 1 and stem not in STOP_WORDS and not stem.isdecimal()
    )


def _begins(text: str, begin: int) -> bool:
    """Whether a sentence begins here."""
    return text[:begin].rstrip(" \"'“‘«([*_`").endswith((".", "!", "?", ":", "\n", "…"))


def _slots(text: str) -> Mapping[tuple[str, str], tuple[frozenset[str], ...]]:
    runs: list[tuple[str, ...]] = [("",)]
    """Each a run of capitals, or one other word."""
    capital_before = False
    for found in _WORD.finditer(text):
        word = found[0]
        capital = word[0].isupper() and word.lower() not in STOP_WORDS
        if capital and capital_before:
            runs[-1] += (word,)
        else:
            runs.append((word,))
        capital_before = capital
    runs.append(("",))
    slots: dict[tuple[str, str], tuple[frozenset[str], ...]] = {}
    for before, run, behind in zip(runs, runs[1:], runs[2:], strict=False):
        if run[0][0].isupper() and run[0].lower() not in STOP_WORDS:
            key = (before[-1].lower(), behind[0].lower())
            slots[key] = (*slots.get(key, ()), frozenset(stem for word in run for stem in stems(word)))
    return slots


def _is_english(words: list[tuple[str, int]]) -> bool:
    """In German every noun has a capital: there it does not tell names."""
    low = [word.lower() for word, _ in words]
    return sum(word in ENGLISH_STOP_WORDS for word in low) >= sum(word in STOP_WORDS for word in low) / 2
