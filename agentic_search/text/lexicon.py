"""Text flows in, terms flow out: words in a form that makes `coroutines` meet `coroutine`, in any script."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+"
)
"""Scripts written without spaces between words (Thai, Lao, Burmese, Khmer, kana, Han), and Hangul with its endings."""

_ENGLISH = """
a about all also am an and any are as at be been being but by can could d did do does doing done each either explain
find for from get give had has have having he her here him his how i if in into is it its just know let ll me might
my need no not of on once or our out please re s shall she should show so some such t tell than that the their them
then there these they this those to too up us use using ve very want was we were what when where which while who
whom whose why will with would you your
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
STOP_WORDS = frozenset((_ENGLISH + _GERMAN_FRENCH_SPANISH_ITALIAN_PORTUGUESE_DUTCH).split())
"""Words that hold questions together and say nothing about what is asked."""


def terms(text: str) -> list[str]:
    """The terms of `text`, in order, repeated as they are there; stop words left out."""
    return [term for word in _WORD.findall(unicodedata.normalize("NFKC", text)) for term in _terms_of(word)]


@lru_cache(maxsize=16_384)
def _terms_of(word: str) -> tuple[str, ...]:
    if _UNSPACED.search(word):
        return tuple(_pairs(word))
    whole = word.casefold()
    humps = [hump.casefold() for hump in _HUMP.findall(word)] if word.isascii() and whole != word else []
    found = [whole, *humps] if len(humps) > 1 else [whole]
    return tuple(_stem(term) for term in found if term not in STOP_WORDS)


def _pairs(word: str) -> Iterator[str]:
    """Pairs of neighbouring characters stand in for words where nothing marks a word's end."""
    position = 0
    for run in _UNSPACED.finditer(word):
        yield from (() if run.start() == position else (word[position : run.start()].casefold(),))
        text = run[0]
        yield from (text[place : place + 2] for place in range(max(1, len(text) - 1)))
        position = run.end()
    yield from (() if position == len(word) else (word[position:].casefold(),))


def _stem(word: str) -> str:
    """A light English stem: endings that change no meaning go, other languages' words mostly stay."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    return _without_e(_without_verb_ending(_singular(word)))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) or not word.endswith("s") else word[:-1]


def _without_verb_ending(word: str) -> str:
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and any(vowel in root for vowel in "aeiouy"):
            doubled = root[-1] == root[-2] and root[-1] not in "lsz"
            return root[:-1] if doubled else root
    return word


def _without_e(word: str) -> str:
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
