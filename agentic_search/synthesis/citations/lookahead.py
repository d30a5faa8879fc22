"""The unread end of a growing text, for reading ahead: a question about what has not come yet is Undecided.

What is decided with its answers alone is decided the same, however the text was cut into pieces.
"""

import re
from dataclasses import dataclass
from functools import cache

LONGEST_RUN = 200
"""Characters of one run that are told apart: nothing that means something is longer."""


class Undecided(Exception):
    """It depends on characters that are not there yet."""


@dataclass(frozen=True, slots=True)
class Lookahead:
    """Text, read by place."""

    text: str
    final: bool
    """Nothing comes after it."""

    def at(self, place: int) -> str:
        """The character at `place`; empty after the end."""
        if place < len(self.text):
            return self.text[place]
        return self._past_end()

    def run(self, place: int, characters: str) -> int:
        """Where the run of `characters` that begins at `place` ends, or is too long to mean anything."""
        end = place
        while end < place + LONGEST_RUN and (character := self.at(end)) and character in characters:
            end += 1
        return end

    def find(self, wanted: str, place: int, *, before: str = "", most: int) -> int | None:
        """Where the first character of `wanted` stands; none where one of `before` or the end comes first.

        The same after `most` characters.
        """
        found = _one_of(wanted + before).search(self.text, place, place + most)
        if found is not None:
            return found.start() if found[0] in wanted else None
        if place + most > len(self.text):
            self._past_end()
        return None

    def startswith(self, words: tuple[str, ...], place: int) -> bool:
        """Whether one of `words`, all in lower case, begins at `place`, in whatever case."""
        for length in range(1, max(map(len, words)) + 1):
            begun = self.text[place : place + length].lower()
            if begun in words:
                return True
            if len(begun) < length:
                return bool(self._past_end())
            if not any(word.startswith(begun) for word in words):
                return False
        return False

    def _past_end(self) -> str:
        if self.final:
            return ""
        raise Undecided


@cache
def _one_of(characters: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(characters)}]")
