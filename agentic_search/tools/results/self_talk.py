"""Tells whether a text is content, or a tool's remark on its own search: found nothing, failed, not ready, an echo.

The shape decides first: how short the text is, and what it says beyond the words that the call put in. Phrases come
second, and every sentence must be one: a text that only contains such words is content.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import regex
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.text.lexicon import terms
from agentic_search.text.sentences import UNSPACED, split_sentences
from agentic_search.tools.results import phrases

SelfTalk = Literal["nothing", "failure", "unfinished", "echo", "done"]

LONGEST = 600
"""Characters: a longer text is content, whatever it says."""

_QUESTION_NAMES = """
query q question search keyword keywords term terms prompt topic pattern phrase input search_term searchterm
search_query searchquery original_query originalquery
"""
_QUESTIONS = frozenset(_QUESTION_NAMES.split())
"""Names of arguments, and of fields that repeat them, for what was searched for."""
_A_NAME = 2
"""Words up to which a text may be the name of what was found."""
_MOST_SENTENCES = 8
_PHRASES = (
    ("failure", phrases.SETUP, 3),
    ("unfinished", phrases.UNFINISHED, 2),
    ("nothing", phrases.NOTHING, 2),
    ("nothing", phrases.NOT_FOUND, 8),
    ("done", phrases.DONE, 0),
    ("heading", phrases.HEADING, 0),
)
"""Each with how many terms a sentence may hold beyond it, filler and the call's words."""
_MOST_GIVEN = 40
"""Strings of the arguments that are looked at."""
_LONGEST_GIVEN = 2_000
_DEEPEST = 6

_DECORATION = re.compile(r"^[\s#>*_`~\-–—•|=✅❌⚠️🔍🔎ℹ️🚫❗‼️📭😕\ufe0f]+|[\s*_`~|=]+$")
_QUOTED = re.compile(
    r"\"[^\"\n]{1,300}\"|'[^'\n]{1,300}'(?!\w)|“[^”\n]{1,300}”|«[^»\n]{1,300}»|「[^」\n]{1,300}」|`[^`\n]{1,300}`"
)
_UNSPACED = re.compile(UNSPACED)
_TRACE = re.compile(r"\W{0,100}traceback \(most recent call last\)", re.IGNORECASE)
_LONGEST_TRACE = 20_000
_LEAD_IN_LINES = 3


@dataclass(frozen=True, slots=True)
class CallWords:
    """The words that a call put in."""

    strings: tuple[str, ...]
    """Its arguments' texts as they are, longest first."""
    terms: frozenset[str]
    by_name: Mapping[str, str]
    """The arguments that are texts, without case and punctuation."""

    @classmethod
    def of(cls, arguments: JsonObject) -> "CallWords":
        """Those of a call's arguments."""
        found = sorted({text for text in _strings(arguments, _DEEPEST) if text.strip()}, key=len, reverse=True)
        strings = tuple(found[:_MOST_GIVEN])
        by_name = {name.lower(): _plain(text) for name, text in arguments.items() if isinstance(text, str)}
        return cls(strings, frozenset(term for text in strings for term in terms(text[:_LONGEST_GIVEN])), by_name)

    def gave(self, text: str) -> bool:
        """Whether the text is one of the call's own, but for case, punctuation and white space.

        One or two words may be the answer itself, unless they are what was searched for.
        """
        plain = _plain(text)
        asked = {given for name, given in self.by_name.items() if name in _QUESTIONS}
        is_long = sum(word.isalpha() for word in plain.split()) > _A_NAME
        return bool(plain) and (plain in asked or (is_long and any(plain == _plain(given) for given in self.strings)))

    def put_in(self, name: str, text: str) -> bool:
        """Whether a field of a result repeats an argument: under its name, or under one for what was searched for."""
        plain = _plain(text)
        same = self.by_name.get(name.lower()) == plain or (
            name.lower() in _QUESTIONS and plain in self.by_name.values()
        )
        return bool(plain) and (same or self.gave(text))

    def removed_from(self, text: str) -> str:
        """The text without the call's strings."""
        for given in self.strings:
            if len(given) <= LONGEST:
                text = regex.sub(rf"(?<!\w){re.escape(given.strip())}(?!\w)", " ", text, flags=regex.IGNORECASE)
        return text


def self_talk(text: str, given: CallWords) -> SelfTalk | None:
    """What the text says of the call itself, where it says nothing else; None for content."""
    if _TRACE.match(text):
        return "failure" if len(text) <= _LONGEST_TRACE else None
    if len(text) > LONGEST:
        return None
    if given.gave(text):
        return "echo"
    if _is_failure(text):
        return "failure"
    if not any(map(str.isalnum, text)):
        return "nothing"
    kinds = [_kind(sentence, given) for sentence in _sentences(given.removed_from(text))]
    return None if len(kinds) > _MOST_SENTENCES or None in kinds else _strongest(kinds)


def is_unfinished(text: str, given: CallWords) -> bool:
    """Whether the text, or the line it begins or ends with, says that there will be more or other later."""
    stripped = text.strip()  # of a long text only the ends are parted into lines
    first, last = stripped[: LONGEST + 1].splitlines()[:1], stripped[-LONGEST - 1 :].splitlines()[-1:]
    return any(self_talk(line, given) == "unfinished" for line in (*first, *last))


def without_lead_in(text: str, given: CallWords) -> str:
    """The text without first lines that only announce it, such as `Found 3 results for …:`."""
    rest = text
    for _ in range(_LEAD_IN_LINES):
        line, newline, after = rest.lstrip("\n").partition("\n")
        if not after.strip() or not _announces(line, given):
            return rest
        rest = after if newline else rest
    return rest


def is_heading(text: str, given: CallWords) -> bool:
    """Whether the text only announces results, or repeats the call."""
    return given.gave(text) or _announces(text, given)


def _announces(line: str, given: CallWords) -> bool:
    if len(line) > LONGEST or not line.strip():
        return False
    kinds = [_kind(sentence, given) for sentence in _sentences(given.removed_from(line))]
    return bool(kinds) and all(kind == "heading" for kind in kinds)


def _strongest(kinds: Sequence[str | None]) -> SelfTalk | None:
    for kind in ("failure", "unfinished", "nothing", "done"):
        if kind in kinds:
            return kind
    return "nothing" if "heading" in kinds else None


def _is_failure(text: str) -> bool:
    """A failure's details may be anything: its beginning tells."""
    first = _bare(text.strip().partition("\n")[0])
    return phrases.FAILURE.search(first) is not None and not phrases.EXPLAINS.search(_bare(text))


def _sentences(text: str) -> Iterator[str]:
    for line in text.splitlines():
        for sentence in split_sentences(_QUOTED.sub(" ", line)):
            if any(map(str.isalnum, sentence)):
                yield sentence


def _kind(sentence: str, given: CallWords) -> str | None:
    bare = _bare(sentence)
    if phrases.EXPLAINS.search(bare):
        return None
    for kind, pattern, most in _PHRASES:
        own = _own(pattern.sub(" ", bare), given) if pattern.search(bare) else None
        if own is not None and sum(kind != "heading" or not term.isdigit() for term in own) <= most:
            return kind
    return "advice" if phrases.ADVICE.search(bare) else None


def _own(text: str, given: CallWords) -> list[str]:
    """The terms that neither the call put in nor are filler; in unspaced scripts three letters are a term."""
    letters = len(_UNSPACED.findall(text))
    spaced = [each for each in terms(_UNSPACED.sub(" ", text)) if each not in given.terms | phrases.filler()]
    return spaced + [""] * (letters // 3)


def _bare(text: str) -> str:
    return " ".join(_DECORATION.sub("", _DECORATION.sub("", text)).replace("’", "'").lower().split())


def _plain(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text[:_LONGEST_GIVEN].casefold()).split())


def _strings(value: JsonValue, deeper: int) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict() if deeper:
            for field in value.values():
                yield from _strings(field, deeper - 1)
        case list() if deeper:
            for element in value[:_MOST_GIVEN]:
                yield from _strings(element, deeper - 1)
        case _:
            return
