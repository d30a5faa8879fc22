"""Notices that a model repeats itself without end: a word, a sentence, a line, or a list in which only a counter rises.

Numbers are compared apart from the text around them, so that a counter hides nothing. What is compared is the end of
the text with what stands as far before it as a repetition is long.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

STEP = 16
"""Characters from one look to the next: at the same places, however the text comes in pieces."""

_NUMBER = "0"
"""What stands for a number in the text that is compared."""
_DIGITS = 4
"""Digits of one number; a longer one counts as several."""
_TOKEN = re.compile(rf"\d{{1,{_DIGITS}}}|\D")
_END = re.compile(rf"(?:(?<!{_NUMBER})[.!?…]\s+|[。！？\n])\s*")
"""What ends a sentence or a line, but for the point behind a number."""
_LONGEST_END = 8
"""Characters by which two sentences may end alike: ` [1]. `"""
_RUN = re.compile(r"\d|\D+")
_LETTERS = 2
"""Letters beside each number from which on it counts something; without them it may be data."""
_ANCHOR = 16
_TRIES = 12
"""Places before the end that are tried: the nearest at which its last characters stand."""

_FEWEST, _MOST = 200, 400
"""Characters that must stand there again: twice what is repeated, but not less nor, short of all of it, more."""
_FEWEST_COUNTED = 250
"""The same where a number rises."""
_LONGEST = 1_000
"""Characters of what is repeated."""
_WINDOW = 4 * _LONGEST + 64


@dataclass(frozen=True, slots=True)
class _Tail:
    """The end of a text: its characters, a number being one, and the numbers."""

    text: str
    numbers: Sequence[str]

    def length_repeated(self, *, doubled: bool = False, counting: bool = True) -> int:
        """How long what is repeated is, 0 where nothing is.

        `doubled`: it takes twice as much of it; `counting`: numbers that rise hide nothing.
        """
        if len(self.text) < _ANCHOR:
            return 0
        anchor, end = self.text[-_ANCHOR:], len(self.text) - 1
        for _ in range(_TRIES):
            found = self.text.rfind(anchor, 0, end)
            length = len(self.text) - _ANCHOR - found
            if found < 0 or length > _LONGEST:
                return 0
            if self._repeats(length, doubled=doubled, counting=counting):
                return length
            end = found + _ANCHOR - 1
        return 0

    def _repeats(self, length: int, *, doubled: bool, counting: bool) -> bool:
        what = self.text[-length:]
        more = 2 if doubled or "|" in what else 1
        needed = more * _needed(length)
        if not self._has(length, needed):
            return False
        rises = self._rises(what.count(_NUMBER), self.text[-needed - length :].count(_NUMBER))
        if rises == 0 or not counting:
            return rises == 0
        words = sum(character.isalpha() for character in what) >= _LETTERS * what.count(_NUMBER)
        return rises == 1 and words and self._has(length, more * max(_FEWEST_COUNTED, 2 * length))

    def _has(self, length: int, needed: int) -> bool:
        """Whether the last `needed` characters are those that stand `length` before them."""
        return len(self.text) >= needed + length and self.text.endswith(self.text[-needed - length : -length])

    def _rises(self, each: int, together: int) -> int:
        """Whether, from one repetition to the next, all numbers are the same (0), change evenly (1), or neither (2)."""
        numbers = [int(number) for number in self.numbers[len(self.numbers) - together :]]
        if self.text[-1] == _NUMBER:
            # More of its digits may come.
            numbers = numbers[:-1]
        steps = [after - before for before, after in zip(numbers, numbers[each:], strict=False)]
        if not any(steps):
            return 0
        return 1 if steps[each:] == steps[:-each] else 2


class RepetitionDetector:
    """Looks at one growing text."""

    def __init__(self, *, counting: bool = True) -> None:
        """`counting`: a list in which only a number rises is a repetition; not so in JSON, where it is data."""
        self._counting = counting
        self._text = ""
        self._numbers: list[str] = []
        self._until_look = STEP
        self._line = ""
        """The beginning of the line that is being written."""
        self._in_fence = False

    def feed(self, text: str) -> int | None:
        """Take more text; gives how much of it there was when the repetition was noticed, else none."""
        at = 0
        while len(text) - at >= self._until_look:
            self._add(text[at : at + self._until_look])
            at += self._until_look
            self._until_look = STEP
            if _Tail(self._text, self._numbers).length_repeated(doubled=self._in_fence, counting=self._counting):
                return at
        self._add(text[at:])
        self._until_look -= len(text) - at
        return None

    def _add(self, text: str) -> None:
        self._follow_lines(text)
        for run in _RUN.findall(text):
            if not run[0].isdecimal():
                self._text += run
            elif self._text.endswith(_NUMBER) and len(self._numbers[-1]) < _DIGITS:
                self._numbers[-1] += run
            else:
                self._text += _NUMBER
                self._numbers.append(run)
        if len(self._text) > 2 * _WINDOW:
            self._text = self._text[-_WINDOW:]
            self._numbers = self._numbers[len(self._numbers) - self._text.count(_NUMBER) :]

    def _follow_lines(self, text: str) -> None:
        first, *more = text.split("\n")
        for line in more:
            if (self._line + first).lstrip().startswith(("```", "~~~")):
                self._in_fence = not self._in_fence
            self._line, first = "", line
        self._line = (self._line + first)[:_ANCHOR]


def without_repetition(text: str) -> str:
    """The text up to where its end begins to repeat what stands before; the whole of one that repeats nothing."""
    tokens = list(_TOKEN.finditer(text))
    compared = "".join(_NUMBER if token[0][0].isdecimal() else token[0] for token in tokens)
    tail = _Tail(compared, [token[0] for token in tokens if token[0][0].isdecimal()])
    length = tail.length_repeated()
    if not length:
        return text
    first = len(tokens) - length
    while first > 0 and compared[first - 1] == compared[first - 1 + length]:
        first -= 1
    # What stands before may end as the repetition does, so that this seems to begin there: it begins behind that end.
    end_before = _END.search(compared, first, first + min(_LONGEST_END, length // 2))
    return text[: tokens[(end_before.end() if end_before else first) + length - 1].end()]


def _needed(length: int) -> int:
    """How many characters must stand there again, of a repetition of this length: of a long one no more than all."""
    return max(min(max(_FEWEST, 2 * length), _MOST), length)
