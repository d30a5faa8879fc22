"""Reads ahead in a growing text; what depends on characters that have not come yet raises Undecided.

Whoever decides by these methods alone decides the same, however the text was cut into pieces.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

LONGEST_RUN = 200
"""Characters of one run that are read: nothing that means something is longer."""


class Undecided(Exception):
    """It depends on characters that are not there yet."""


@dataclass(frozen=True, slots=True)
class Lookahead:
    """The text that is there, read by offset."""

    text: str
    final: bool
    """Nothing comes after it."""

    def at(self, offset: int) -> str:
        """The character at `offset`; empty after the end."""
        if offset < len(self.text):
            return self.text[offset]
        return self._past_end()

    def run(self, offset: int, characters: str) -> int:
        """Where the run of `characters` that begins at `offset` ends, or is too long to mean anything."""
        end = offset
        while end < offset + LONGEST_RUN and (character := self.at(end)) and character in characters:
            end += 1
        return end

    def find(self, wanted: str, offset: int, *, before: str = "", most: int) -> int | None:
        """Where the first character of `wanted` stands; none where one of `before` or the end comes first.

        The same after `most` characters.
        """
        found = _one_of(wanted + before).search(self.text, offset, offset + most)
        if found is not None:
            return found.start() if found[0] in wanted else None
        if offset + most > len(self.text):
            self._past_end()
        return None

    def startswith(self, words: tuple[str, ...], offset: int) -> bool:
        """Whether one of `words`, all in lower case, begins at `offset`, in whatever case."""
        begun = self.text[offset : offset + max(map(len, words))].lower()
        if begun.startswith(words):
            return True
        return any(word.startswith(begun) for word in words) and bool(self._past_end())

    def match(self, pattern: re.Pattern[str], offset: int, *, most: int) -> re.Match[str] | None:
        """The match of `pattern` at `offset`, within `most` characters, if any; it ends in fixed text."""
        found = pattern.match(self.text, offset, offset + most)
        if found is None and offset + most > len(self.text):
            self._past_end()
        return found

    def _past_end(self) -> str:
        if self.final:
            return ""
        raise Undecided


def read_ahead(text: str, step: Callable[[Lookahead, int], int], *, final: bool) -> str:
    """Take step after step, each from an offset to the next, until one is undecided; gives the rest of the text."""
    ahead, at = Lookahead(text, final), 0
    with suppress(Undecided):
        while at < len(text):
            at = step(ahead, at)
    return text[at:]


@cache
def _one_of(characters: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(characters)}]")
