"""Tells by its function words whether a question is in a language other than English."""

from collections.abc import Sequence
from types import MappingProxyType

_FUNCTION_WORDS = """
english: a an and are as at be by can do does for from how i in is it me my no not of on or that the to was we what
english: when where which who why with
german: aber als auf bei das dem den der des ein eine einen einer fur gibt hat ich ist kann man mit nach nicht sich sind
german: und von warum was welche welcher wenn wer werden wie wird wo zum zur
french: au aux avec ce comment dans des du elle en est et il je la le les ne ou par pas pour pourquoi quand que quel
french: quelle quels qui sans sont sur une un
spanish: como con cual cuando cuantos de del donde el en es esta hay la las lo los para por porque puedo que quien se
spanish: sin son su un una
italian: che chi come con cosa dei della di dove e gli il la le nel non per perche posso quale quando quanti si sono un
italian: una
portuguese: com como da de do dos e em esta nao o onde os para pelo por porque posso qual quando que se sao um uma
dutch: aan bij dat de een en er het hoe ik in is kan met niet of op van voor waar waarom wat welke wie worden zijn
swedish: att av den det en ett for fran hur inte jag kan med och om pa som till var vad varfor vilka vilken
"""
"""In their folded form."""


def _read() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _FUNCTION_WORDS.strip().splitlines():
        language, _, words = line.partition(":")
        found[language] = found.get(language, frozenset()).union(words.split())
    return found


FEWEST = 2
"""Function words that tell a language; one alone may be a name, or a word of another."""

_WORDS = MappingProxyType(_read())


def languages_of(words: Sequence[str]) -> tuple[str, ...]:
    """The languages whose function words are most among the folded words; none where English has as many."""
    counts = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    most = max(counts.values())
    if most < FEWEST or counts["english"] == most:
        return ()
    return tuple(language for language, count in counts.items() if count == most)
