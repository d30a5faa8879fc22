"""One form for what writers of a script write in several ways, used by every index and by every question.

`normal` is for whole texts and keeps them readable; `fold` is for single words and takes off what is left out at will.
"""

import re
import unicodedata

_INVISIBLE = re.compile(r"[\u00ad\u061c\u200c-\u200f\u2060\ufeff]")
"""Soft hyphens, joiners and marks of direction: they stand inside words and are seen by nobody."""

_HYPHENS = re.compile(r"[\u2010\u2011]")
_DIGIT = re.compile(r"(?![0-9])\d")

_MARKS = re.compile(
    r"(?<=[a-zα-ω])[\u0300-\u036f]+"  # accents of Latin and Greek
    r"|(?<=е)\u0308|(?<=[а-яёєіїў])[\u0300\u0301]+"  # ё, and the stress that Cyrillic textbooks mark
    r"|[\u0591-\u05bd\u05bf-\u05c7]"  # Hebrew points
    r"|\u0640|[\u064b-\u0652\u0670]|(?<=\u0627)[\u0653-\u0655]"  # Arabic: stretching, vowel signs, hamza on alef
    r"|\u093c"  # the dot below that Hindi has for sounds of Persian
)
_NASAL = re.compile(r"\u0901|ङ\u094d(?=[क-घ])|ञ\u094d(?=[च-झ])|ण\u094d(?=[ट-ढ])|न\u094d(?=[त-ध])|म\u094d(?=[प-भ])")
"""A nasal before a consonant of its own kind, for which Hindi also writes a dot above."""

_PLAIN = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
    | {"\u06a9": "\u0643", "\u06cc": "\u064a", "\u0649": "\u064a", "\u06c0": "\u0647"}
)
"""Latin letters that no accent can be taken off; Persian letters, and Arabic final ones, as the Arabic ones."""


def normal(text: str) -> str:
    """Letters of one meaning in one form (NFKC), digits of every script as 0 to 9, without invisible characters."""
    if text.isascii():
        return text
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), _HYPHENS.sub("-", seen))


def fold(word: str) -> str:
    """Without case, and without the marks that writers leave out at will."""
    folded = word.casefold()
    if folded.isascii():
        return folded
    plain = _NASAL.sub("\u0902", _MARKS.sub("", unicodedata.normalize("NFD", folded)))
    return unicodedata.normalize("NFC", plain).translate(_PLAIN)
