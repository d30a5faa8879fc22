"""Stems of folded words: the endings of a language go, and irregular English forms become regular ones.

The script of a word chooses the language, so that texts and questions are treated alike. Latin letters count as
English; `stem_in` gives the stem in another language, for a question that is known to be in it.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType
from typing import cast

LATIN = ("german", "french", "spanish", "italian", "portuguese", "dutch", "swedish")
"""Languages in Latin letters, beside English, whose forms are told apart."""

_SCRIPTS = (
    ("\u0370", "\u03ff", "greek"),
    ("\u0400", "\u04ff", "russian"),
    ("\u0530", "\u058f", "armenian"),
    ("\u0600", "\u06ff", "arabic"),
    ("\u0900", "\u097f", "hindi"),
    ("\u0b80", "\u0bff", "tamil"),
)

_SHORT_PLURAL = re.compile(r"([^aeiouy]{2,}[aeiouy]?)(?<!s)s")
"""`pdfs`, `gpus`: the stemmer takes an s for an ending only where a vowel stands further in front."""

_IRREGULAR_FORMS = """
arisen:arise arose:arise beaten:beat became:become began:begin begun:begin bitten:bite blew:blow blown:blow broke:break
broken:break brought:bring built:build bought:buy caught:catch chose:choose chosen:choose came:come dealt:deal dug:dig
drawn:draw drew:draw drank:drink drunk:drink driven:drive drove:drive ate:eat eaten:eat fallen:fall fell:fall fed:feed
fought:fight flew:fly flown:fly forbidden:forbid forgot:forget forgotten:forget froze:freeze frozen:freeze gave:give
given:give went:go gone:go grew:grow grown:grow heard:hear held:hold hid:hide hidden:hide kept:keep knew:know
known:know laid:lay led:lead lent:lend lost:lose made:make meant:mean met:meet overridden:override overrode:override
paid:pay proven:prove ran:run ridden:ride rode:ride rang:ring rung:ring risen:rise said:say seen:see sold:sell
sent:send shaken:shake shook:shake shot:shoot shown:show shrank:shrink shrunk:shrink sang:sing sung:sing sank:sink
sunk:sink slept:sleep spoke:speak spoken:speak spent:spend stole:steal stolen:steal stood:stand struck:strike
swept:sweep swam:swim swum:swim taken:take took:take taught:teach told:tell thought:think threw:throw thrown:throw
understood:understand woke:wake woken:wake wore:wear worn:wear won:win withdrew:withdraw withdrawn:withdraw
wrote:write written:write
analyses:analysis axes:axis children:child crises:crisis criteria:criterion feet:foot geese:goose halves:half
hypotheses:hypothesis indices:index knives:knife lives:life matrices:matrix men:man mice:mouse oxen:ox
phenomena:phenomenon shelves:shelf teeth:tooth theses:thesis vertices:vertex wives:wife wolves:wolf women:woman
"""
"""Left out is what is a word of its own as well: `found`, `left`, `saw`, `felt`, `ground`."""

_IRREGULAR = MappingProxyType(
    {form: regular for form, _, regular in (pair.partition(":") for pair in _IRREGULAR_FORMS.split())}
)


def stem(word: str) -> str:
    """The stem of a folded word, in the language of its script; as it is where none is known for that."""
    if word.isascii():
        regular = _IRREGULAR.get(word, word)
        plural = _SHORT_PLURAL.fullmatch(regular)
        return plural[1] if plural else stem_in("english", regular)
    language = next((name for first, last, name in _SCRIPTS if first <= word[0] <= last), None)
    return stem_in(language, word) if language else word


def stem_in(language: str, word: str) -> str:
    """The stem by the rules of this language, one of snowball's names."""
    # A stemmer holds the word that it is at, and threads share this module: each word gets one of its own.
    return _maker(language)()(word)


@lru_cache
def _maker(language: str) -> Callable[[], Callable[[str], str]]:
    import snowballstemmer  # noqa: PLC0415 - it loads every language there is, 3 MB: not before words are compared

    kind = type(snowballstemmer.stemmer(language))  # pyright: ignore[reportUnknownMemberType] - untyped
    return lambda: cast("Callable[[str], str]", kind().stemWord)  # pyright: ignore[reportUnknownMemberType] - untyped
