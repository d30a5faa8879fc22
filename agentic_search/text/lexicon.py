"""The words of texts in the one form in which questions, tools and documents are compared.

Case, accents and endings are taken off, so that `Coroutines` meets `coroutine`. The bundled servers index and search
by `stems`; planning and synthesis compare by `terms`; both pass over the same stop words.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

import regex

from agentic_search.text.folding import fold, normal
from agentic_search.text.sentences import UNSPACED
from agentic_search.text.stemming import stem as _stem_of_script

_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*")
"""Marks belong to their letters: vowel signs of Indian scripts, the dot that `İ` leaves in lower case."""

_ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*")
"""Finds the same in ASCII text, in a third of the time."""

_SHORTENED = re.compile(r"(?<!ca)n['’]t$|['’](?:s|t|d|m|ll|re|ve)$|^(?:[cdjlmnst]|qu)['’]", re.IGNORECASE)
"""What an apostrophe has joined to a word, in English and in French: `don't`, `it's`, `l'eau`."""

_PART = re.compile(r"[^'’]+")
_PART_OF_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_HUMP = re.compile(r"[A-Z]+s?(?![a-z])|[A-Z]?[a-z]+|\d+")
_UNSPACED = re.compile(f"{UNSPACED}+")

_CACHED = 32_768
"""Words whose stems are kept: a new one takes 30 µs, and the texts of a library repeat theirs."""

_ENGLISH = """
a about all also am an and any are as at be because been being but by can cannot could did do does doing done for from
get had has have having he her here hers him his how i if in into is it its itself just let like me might my need no
nor not of on once or our ours out please shall she should show so some such tell than that the their theirs them then
there these they this those to too up us use used using very want was way we were what when where which while who whom
whose why will with would yes you your yours
"""
_GERMAN_FRENCH_SPANISH_ITALIAN_PORTUGUESE_DUTCH = """
aber als ao au auch auf aus aux avec bei bin bist ce ces cette che chi com comment como con cosa cual cuando cuál da
dans das dass dat de dei del della dem den der des di dies donde dos dove du dónde een ein eine einem einen einer el
ella elle em en er es est esta este et foi für gibt gli ha hay het hoe ich ihr ik il im isso ist je kann kein la las
le les leur lo los mais met mit más na nach nas ne nel nicht niet non nos nous não o oder op os ou où para pas pela
pelo per perché pero più por pourquoi qual quale quand quando que quel quelle quels quem qui quien qué sa se ser ses
si sich sie sind sono sont su sur sus são uma un una und une uns von voor vous waar warum wat welche welcher wenn
wer wie wird wo y zijn zu zum zur
"""


ENGLISH_STOP_WORDS = frozenset(_ENGLISH.split())
"""Words that hold questions together and say nothing about what is asked. What may say something, such as `before`,
`find` or the D of a vitamin, is left out."""

STOP_WORDS = ENGLISH_STOP_WORDS.union(map(fold, _GERMAN_FRENCH_SPANISH_ITALIAN_PORTUGUESE_DUTCH.split()))
"""The same for questions in six more languages. A search for words goes by the English ones alone: `del` and `mit` may
be meant."""


def terms(text: str) -> list[str]:
    """The stems of `text` without stop words, in order; a name in camel case whole and in its parts."""
    return [*chain.from_iterable(map(_terms_of, words(text)))]


def stems(text: str) -> list[str]:
    """The stem of every word of `text`, in order."""
    return [*chain.from_iterable(map(_stems_of, words(text)))]


def name_parts(name: str) -> list[str]:
    """The words that a name in camel or snake case is made of, in lower case: `get`, `user` and `2` of `getUser_2`."""
    return [part.lower() for part in _PART_OF_NAME.findall(name)]


def parts(word: str) -> list[str]:
    """What apostrophes join, apart and without endings: `it's` gives `it`, `O'Brien's` gives `O` and `Brien`."""
    return _PART.findall(_SHORTENED.sub("", word))


def unspaced_runs(text: str) -> list[str]:
    """What is written in scripts without spaces between words, in order."""
    return _UNSPACED.findall(text)


def words(text: str) -> list[str]:
    """The words of `text` as they are written, in order, save that letters of one meaning have one form."""
    if text.isascii():
        return _ASCII_WORD.findall(text)
    return _WORD.findall(normal(text))


@lru_cache(maxsize=_CACHED)
def _stems_of(word: str) -> tuple[str, ...]:
    return tuple(chain.from_iterable(map(_pieces, parts(word))))


@lru_cache(maxsize=_CACHED)
def _terms_of(word: str) -> tuple[str, ...]:
    return tuple(chain.from_iterable(map(_meaning, parts(word))))


def _meaning(word: str) -> Iterable[str]:
    """The terms of a word without apostrophes."""
    if _UNSPACED.search(word):
        return _pieces(word)
    whole = fold(word)
    humps = [hump.casefold() for hump in _HUMP.findall(word)] if word.isascii() and whole != word else []
    found = [whole, *humps] if len(humps) > 1 else [whole]
    return [_stem(term) for term in found if term not in STOP_WORDS]


def _pieces(word: str) -> Iterator[str]:
    """The stem; where nothing marks a word's end, pairs of neighbouring characters stand in for words."""
    position = 0
    for run in _UNSPACED.finditer(word):
        if run.start() > position:
            yield _stem(fold(word[position : run.start()]))
        text, position = run[0], run.end()
        yield from (text[start : start + 2] for start in range(max(1, len(text) - 1)))
    if position < len(word):
        yield _stem(fold(word[position:]))


@lru_cache(maxsize=_CACHED)
def _stem(word: str) -> str:
    """Of a folded word; one with digits in it stays as it is."""
    return _stem_of_script(word) if word.isalpha() or not word.isascii() else word
