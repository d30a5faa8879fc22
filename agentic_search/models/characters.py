"""Counts the characters of a text by kind: what the estimate of its tokens is made of.

Tokenisers make about the same number of tokens a character of one kind, and very different numbers of different kinds.
A kind is told by the first byte of the UTF-8 form, and bytes are counted at C speed.
"""

import re
from dataclasses import dataclass
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

_BLANK = b" \t\n\r\x0b\x0c"
_SAID = (ascii_letters + digits).encode() + _BLANK


@dataclass(frozen=True, slots=True)
class CharacterKind:
    """Characters that cost about the same."""

    first_bytes: bytes
    charge: float
    """Tokens a character before anything is known of a model's tokeniser."""
    most: float
    """Tokens a character that no tokeniser exceeds: one a byte."""


LETTERS = CharacterKind(ascii_lowercase.encode(), 1 / 3, 1.0)
ACCENTED_LETTERS = CharacterKind(ascii_lowercase.encode(), 1 / 3, 1.0)
"""The same letters where the text around them has accents: in most languages but English they cost more."""
SPACE = CharacterKind(b" ", 0.4, 1.0)
"""Between words; as many as there are words."""
LINE_END = CharacterKind(_BLANK.replace(b" ", b""), 1 / 3, 1.0)
PADDING = CharacterKind(b"", 0.05, 1.0)
"""Blanks beyond one a word: most tokenisers have tokens for whole runs of them."""

# The charges are about what four tokenisers (SmolLM2's, Qwen's, Mistral's Tekken, a SentencePiece of 32k) made of texts
# in ten languages, code, JSON and tables: rather the dearest. Capitals are dear because they fill codes, digits because
# most tokenisers make a token of each.
_OTHERS = (
    CharacterKind(ascii_uppercase.encode(), 2 / 3, 1.0),
    CharacterKind(digits.encode(), 1.25, 2.0),
    CharacterKind(bytes(set(range(0x80)) - set(_SAID)), 1.0, 1.5),
    CharacterKind(bytes(range(0xC2, 0xCD)), 2.0, 4.0),  # accented Latin: dear, as it fills words that cost more
    CharacterKind(bytes(range(0xD0, 0xD4)), 0.85, 2.0),  # Cyrillic
    CharacterKind(bytes((0xCD, 0xCE, 0xCF)) + bytes(range(0xD4, 0xE0)), 1.0, 2.0),  # Greek, Hebrew, Arabic
    CharacterKind(b"\xe0\xe1", 1.5, 3.0),  # Indic, Thai, Georgian, Vietnamese
    CharacterKind(b"\xe2", 1.5, 3.0),  # typographic signs
    CharacterKind(bytes(range(0xE3, 0xEA)) + b"\xee\xef", 1.75, 3.0),  # Chinese, Japanese
    CharacterKind(bytes((0xEA, 0xEB, 0xEC, 0xED)), 2.5, 3.0),  # Korean
    CharacterKind(bytes(range(0xF0, 0xF5)), 4.0, 4.0),  # emoji, rare ideographs
)

KINDS = (LETTERS, ACCENTED_LETTERS, SPACE, LINE_END, PADDING, *_OTHERS)

_CONTINUATION = bytes(range(0x80, 0xC0))
_ACCENT = re.compile("[\u00c0-\u02ff]")
_AROUND = 400
"""Characters that an accent tells something about."""


def count_characters(text: str) -> tuple[int, ...]:
    """How many characters of each of KINDS are in `text`."""
    data = text.encode("utf-8", "replace")
    rest, letters = _taken(data.translate(None, _CONTINUATION), LETTERS.first_bytes)
    accented = 0 if text.isascii() else _letters_near_accents(text)
    rest, spaces = _taken(rest, SPACE.first_bytes)
    rest, line_ends = _taken(rest, LINE_END.first_bytes)
    padding = min(spaces, max(0, spaces + line_ends - len(data.split())))
    counts = [letters - accented, accented, spaces - padding, line_ends, padding]
    for kind in _OTHERS:
        rest, number = _taken(rest, kind.first_bytes) if rest else (rest, 0)
        counts.append(number)
    return tuple(counts)


def _taken(data: bytes, members: bytes) -> tuple[bytes, int]:
    """The data without the members, and how many they were."""
    rest = data.translate(None, members)
    return rest, len(data) - len(rest)


def _letters_near_accents(text: str) -> int:
    blocks = (text[start : start + _AROUND] for start in range(0, len(text), _AROUND))
    accented = "".join(block for block in blocks if not block.isascii() and _ACCENT.search(block))
    return _taken(accented.encode("utf-8", "replace"), LETTERS.first_bytes)[1]
