"""What somebody may have meant who wrote a word that no text has: words one edit away, or two where it is long."""

from collections.abc import Iterator

SHORTEST = 4
"""Letters of a word that may be repaired: shorter ones are one letter from a dozen others."""

EXACTING = 6
"""Letters below which another letter in place of one, or one too many, makes another word: `bread` and `break`."""

LONG = 8
"""Letters from which two edits are one word still."""

_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщъыьэюя", "αβγδεζηθικλμνξοπρστυφχψω")


_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def spelt_out(word: str) -> tuple[str, ...]:
    """The word as those write it who lack its letters, such as Mueller for Müller; none where it has no such letter."""
    lower = word.lower()
    written = lower.translate(_SPELT_OUT)
    return () if written == lower else (written,)


def variants(word: str) -> list[str]:
    """The folded word with one edit: two letters exchanged, one missing, doubled, too many or wrong.

    The first letter stays, save for an exchange: hardly anybody gets it wrong. Likelier mistakes come first.
    """
    return list(dict.fromkeys(variant for variant in _edits(word) if variant != word))


def _edits(word: str) -> Iterator[str]:
    letters = next((alphabet for alphabet in _ALPHABETS if word[0] in alphabet), "")
    places = range(1, len(word))
    yield from (word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] for at in places)
    yield from (word[:at] + word[at + 1 :] for at in places if word[at] == word[at - 1])
    yield from (word[:at] + letter + word[at:] for at in (*places, len(word)) for letter in letters)
    if len(word) >= EXACTING:
        yield from (word[:at] + word[at + 1 :] for at in places)
        yield from (word[:at] + letter + word[at + 1 :] for at in places for letter in letters)


def distance(one: str, other: str, most: int) -> int:
    """Edits between two words, an exchange of neighbours counting as one; `most` + 1 where there are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = list[int](), list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        last, row = row, [at]
        for there, facing in enumerate(other, 1):
            least = min(last[there] + 1, row[-1] + 1, last[there - 1] + (letter != facing))
            if at > 1 and there > 1 and letter == other[there - 2] and one[at - 2] == facing:
                least = min(least, before[there - 2] + 1)
            row.append(least)
        if min(row) > most:
            return most + 1
        before = last
    return min(row[-1], most + 1)
