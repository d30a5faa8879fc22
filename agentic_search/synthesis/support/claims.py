"""What of a text can be checked against another one word for word: its terms, quantities, names and negations."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import regex

from agentic_search.synthesis.support.quantities import Quantities, plain, read_quantities, without_quantities
from agentic_search.text.lexicon import ENGLISH_STOP_WORDS, STOP_WORDS, stems, terms

_NEGATION = regex.compile(
    r"\b(?:not|no|never|neither|nor|cannot|none|without|nicht|kein\w*|nie|ne\s+\w+\s+pas|sin|nunca)\b|n['’]t\b",
    regex.IGNORECASE,
)
_WORD = regex.compile(r"[^\W_]+(?:[.'’_-]+[^\W_]+)*")
_OF_PROGRAM = regex.compile(r"[^\W\d_][._][^\W\d_]|[a-z][A-Z]|[^\W\d_]\d|\d[^\W\d_]")
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


@dataclass(frozen=True)
class Claims:
    """What one sentence, or a few, say that can be checked."""

    text: str

    @cached_property
    def terms(self) -> frozenset[str]:
        """The content words' stems, without numbers and their units."""
        words = without_quantities(self._plain)
        return frozenset(term for term in terms(words) if not term.isdecimal())

    @cached_property
    def quantities(self) -> Quantities:
        """All numbers."""
        return Quantities(read_quantities(self._plain))

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of all words, numbers among them."""
        return frozenset(stems(self._plain))

    @cached_property
    def names(self) -> frozenset[str]:
        """The stems of words that are names for certain: capitals inside a sentence, and names from programs."""
        return _names(self._plain)

    @cached_property
    def slots(self) -> Mapping[tuple[str, str], tuple[frozenset[str], ...]]:
        """Runs of words with capitals, by the words before and behind each; a sentence's first word may be one."""
        return _slots(self._plain)

    @cached_property
    def _plain(self) -> str:
        return plain(self.text)

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


def opposites(one: Claims, other: Claims) -> frozenset[str]:
    """The words of which one has the one and the other its opposite: `enabled` here, `disabled` there; as stems."""
    return frozenset(
        term
        for pair in _OPPOSITES
        for mine, theirs in (pair, pair[::-1])
        if one.terms.intersection(pair) == frozenset((mine,)) and other.terms.intersection(pair) == frozenset((theirs,))
        for term in pair
    )


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
