"""Tells by its function words and letters whether a question is in a language other than English."""

import unicodedata
from collections.abc import Collection
from types import MappingProxyType

from agentic_search.text.folding import fold
from agentic_search.text.lexicon import words

_FUNCTION_WORDS = """
english: a an and are as at be by can do does for from how i in is it me my no not of on or that the to was we what
english: when where which who why with
german: aber als auf bei das dem den der des ein eine einen einer fur gibt hat ich ist kann man mit nach nicht sich sind
german: bis darf mein meine mich mir muss soll und von vor warum was welche welcher wenn wer werden wie wird wo zum zur
french: au aux avec ce comment dans des du elle en est et il je la le les ne ou par pas pour pourquoi quand que quel
french: quelle quels qui sans sont sur une un
spanish: como con cual cuando cuantos de del donde el en es esta hay la las lo los para por porque puedo que quien se
spanish: sin son su un una
italian: che chi come con cosa dei della di dove e gli il la le nel non per perche posso quale quando quanti si sono un
italian: una
portuguese: com como da de do dos e em esta nao o onde os para pelo por porque posso qual quando que se sao um uma
dutch: aan bij dat de een en er het hoe ik in is kan met niet of op van voor waar waarom wat welke wie worden zijn
swedish: att av den det en ett for fran hur inte jag kan med och om pa som till var vad varfor vilka vilken
danish: af at den der det en er et for fra hvad hvem hvilke hvilken hvor hvordan hvorfor hvornar i ikke jeg kan man med
danish: og om pa skal som til
norwegian: av at den det en er et for fra hva hvem hvilke hvilken hvor hvordan hvorfor i ikke jeg kan man med nar og om
norwegian: pa skal som til
finnish: ei etta ja joka jos kanssa kuinka kuka miksi milloin millainen mika miten mita missa mista mihin minka minun ne
finnish: on ovat saa se tai voi voin
polish: aby bez czy dla do gdzie i ile jak jaka jaki jakie jest kiedy kto ktora ktore ktory mozna na nie o od po przez
polish: sa sie skad w z za ze
romanian: al ale ca care cat cate ce cum cu de despre din este fara in la mai pe pentru sa si sunt un unde
hungarian: a az egy es hany hogy hogyan hol honnan kell ki lehet mennyi mi mikor milyen mit nem van vagy
czech: a co do jak jaka jake jaky je jsou kam kde kdo kdy kolik ktera ktere ktery mohu muze na nebo o od po pro proc se
czech: si v ve z za ze
indonesian: adalah akan apa apakah atau bagaimana berapa dan dari dengan di itu ini kapan ke mana mengapa pada saya
indonesian: siapa untuk yang
turkish: ama bir bu da daha de gibi hangi icin ile kac kadar kim mi mu nasil ne neden nedir nerede nereden nereye nicin
turkish: olur ve veya ya zaman
"""
"""In their folded form."""

_LETTERS = MappingProxyType(
    {
        "german": "äß",
        "spanish": "ñ¿¡",
        "portuguese": "ãõ",
        "swedish": "åä",
        "danish": "åæø",
        "norwegian": "åæø",
        "finnish": "ä",
        "polish": "ąćęłńśźż",
        "romanian": "ășțşţ",
        "hungarian": "őű",
        "czech": "ěřů",
        "turkish": "ğışİ",
    }
)
"""Letters that few other languages have; each counts as a function word does."""


def _read() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _FUNCTION_WORDS.strip().splitlines():
        language, _, words = line.partition(":")
        found[language] = found.get(language, frozenset()).union(words.split())
    return found


FEWEST = 2
"""Function words and letters that tell a language; one alone may be a name, or a word of another."""

_WORDS = MappingProxyType(_read())


def languages_of(question: str) -> tuple[str, ...]:
    """The languages of which the question has most function words and letters; none where English has as many."""
    asked = {fold(word) for word in words(question)}
    letters = set(unicodedata.normalize("NFC", question))
    counts = {
        language: len(asked & known) + len(letters.intersection(_LETTERS.get(language, "")))
        for language, known in _WORDS.items()
    }
    most = max(counts.values())
    if most < FEWEST or counts["english"] == most:
        return ()
    return tuple(language for language, count in counts.items() if count == most)


def is_function_word(folded: str, languages: Collection[str]) -> bool:
    """Whether the word holds questions together in one of the languages."""
    return any(folded in _WORDS[language] for language in languages)
