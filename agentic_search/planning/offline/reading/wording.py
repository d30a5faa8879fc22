"""What a question asks for by its frame, such as "how many" or "list", and which of its words are its content.

English, German and French. Words of the frame choose tools; they are no search words, for texts do not hold them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from agentic_search.text.lexicon import terms

Intent = Literal["count", "list", "version", "newest", "time", "read", "write", "world"]

_PLEASE = r"(?:(?:please|can\s+you|could\s+you|bitte)\s+)?"
_OF_INTENT: Mapping[Intent, str] = {
    "count": r"\bhow\s+many\b|\bnumber\s+of\b|\bcount\b|\bwie\s?viele?\b|\banzahl\b|\bcombien\b|\bnombre\s+d",
    "list": r"\blist\b(?!\s+of\b)|^liste?[nrz]?\b|\bauflisten\b|\bshow\b|\bzeige?n?\b|\b(?:affiche|montre)[rz]?\b"
    r"|\benumerate\b|\b(?:which|what|welche[rsn]?|quel(?:le)?s)\b.{0,60}(?:\b(?:have|there|installed|available|exist"
    r"|indexed|searchable|in|gibt|hast|habe|haben|installiert|vorhanden|sont|as-tu|dans)\b|\by\sa)",
    "version": r"\bversions?\b|\b(?:pre)?install(?:ed|iert|é|ée|és|ées|ation)\b|\bno\s+module\s+named\b"
    r"|\b(?:come|comes|ships?|shipped)\s+with\b",
    "newest": r"\b(?:latest|newest|(?:most\s+)?recent(?:ly)?|neue?ste[nrs]?|aktuell(?:e|ste)[nrs]?|letzte[nr]?"
    r"|derniers?|dernières?|récent(?:e|s|es)?)\b",
    "time": r"\bwhat(?:'s|’s|\s+is)?\s+(?:the\s+)?(?:\w+\s+)?(?:time|date|day)\b"
    r"(?:\s+(?:is\s+it|now|today|in|at)\b|\W*$)"
    r"|\b(?:current|local)\s+(?:time|date)\b|\b(?:time|date)\s+(?:now|today|is\s+it)\b|\btoday'?s\s+date\b"
    r"|^\s*time\s+(?:in|at)\b|\buhrzeit\b|\bwie\s?(?:spät|viel\s+uhr)\b|\bwelche[rsn]?\s+(?:tag|datum)\b"
    r"|\bquelle\s+(?:heure|date)\b|\bquel\s+jour\b",
    "read": rf"^{_PLEASE}(?:read|open|show|summari[sz]e|print|display|view|lies|öffne|zeige?|lis|lisez|ouvre|affiche"
    r"|montre|what\s+(?:does|is\s+in|do)|was\s+steht\s+in|contents?\s+of)\b",
    "write": rf"^{_PLEASE}(?:write|create|save|append|delete|remove|move|rename|edit|send|overwrite|make|copy|schreibe?"
    r"|erstelle?|lösche?|speichere?|écris|crée|supprime)\b",
    "world": r"\b(?:web|internet|online|google|wikipedia|news|headlines|prices?|cheap(?:est)?|buy|weather|forecast"
    r"|stock|shares?|exchange\s+rate|today|tonight|tomorrow|yesterday|currently|nearby|near\s+me|restaurants?|hotels?"
    r"|flights?|wetter|preise?|heute|morgen|nachrichten|météo|prix|aujourd'hui|demain|actualités)\b",
}
_PATTERNS: Mapping[Intent, re.Pattern[str]] = {
    intent: re.compile(pattern, re.IGNORECASE | re.DOTALL) for intent, pattern in _OF_INTENT.items()
}

_FRAME_WORDS = frozenset(
    terms(
        """
        mention mentions mentioned discuss discusses talk talks regarding concerning say says contain contains hold
        holds include includes refer count number total many list show display enumerate every latest newest recent
        recently most there exist available way ways difference differences between compare comparison versus vs default
        value
        compute calculate example examples explain describe what's right now currently current find search look please
        give tell know published posted written appear talking called named together overall altogether
        read open summarize summarise lies öffne lis ouvre
        erwähnen erwähnt handeln viele anzahl zeige zeig neueste neuesten neuste aktuelle aktuellen letzte letzten gibt
        gibt's unterschied zwischen über bitte alle finde suche geht
        combien nombre mentionnent parlent parle dernières dernière derniers dernier récent récentes récents affiche
        montre différence entre tous toutes propos sujet trouve cherche
        """
    )
)

_SAME_THING = (
    "story stories article articles post posts news headline headlines item submission submissions geschichte"
    " geschichten artikel nachricht nachrichten beitrag beiträge meldung meldungen histoire histoires nouvelle"
    " nouvelles actualité actualités",
    "document documents doc docs file files dokument dokumente dokumenten datei dateien fichier fichiers",
    "directory directories folder folders dir ordner verzeichnis verzeichnisse dossier dossiers répertoire",
    "package packages library libraries distribution distributions module modules paket pakete bibliothek bibliotheken"
    " paquet paquets bibliothèque bibliothèques",
    "user users author authors poster member autor autoren benutzer auteur auteurs utilisateur",
    "comment comments reply replies kommentar kommentare commentaire commentaires",
    "email emails mail mails message messages",
    "picture pictures image images photo photos bild bilder",
    "movie movies film films",
)
_THING_OF = {stem: group.split()[0] for group in _SAME_THING for stem in terms(group)}

_TOKEN = re.compile(r"[^\s,;:!?()\[\]{}\"“”]+")

_SIDE = r"(?:the\s+|a\s+|an\s+|der\s+|die\s+|das\s+|dem\s+|den\s+|l['’]|la\s+|le\s+|les\s+)?(?P<{}>[^?!;]{{1,80}}?)"
_END = r"(?=[?!;.]*\s*$|[?!;]|\.\s|\s+(?:in|for|when|of|bei|für|in|dans|pour|en)\s)"
_ONE, _OTHER = _SIDE.format("one"), _SIDE.format("other") + _END
_COMPARED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:differences?|unterschiede?|différences?)\b.{{0,20}}?\b(?:between|zwischen|entre)\s+{_ONE}\s+(?:and|und|et)\s+{_OTHER}",
        rf"\b(?:compare|vergleiche|comparez?|comparer)\s+{_ONE}\s+(?:and|with|to|against|und|mit|et|avec|à)\s+{_OTHER}",
        rf"\b(?:comparison)\s+(?:of|between)\s+{_ONE}\s+(?:and|with|to)\s+{_OTHER}",
        rf"^(?:what\s+is\s+better,?\s*|which\s+is\s+better,?\s*)?{_ONE}\s+(?:vs\.?|versus)\s+{_OTHER}",
        rf"\b(?:how\s+(?:does|do|is|are))\s+{_ONE}\s+(?:differ(?:ent)?\s+from|compare\s+(?:to|with))\s+{_OTHER}",
        rf"\bshould\s+i\s+use\s+{_ONE}\s+or\s+{_OTHER}",
    )
)


@lru_cache(maxsize=256)
def intents(text: str) -> frozenset[Intent]:
    """What is asked for by the frame of a question."""
    return frozenset(intent for intent, pattern in _PATTERNS.items() if pattern.search(text))


@lru_cache(maxsize=4_096)
def things(text: str) -> frozenset[str]:
    """The stems of a text, those that name one kind of thing as one: `article` and `Geschichten` are `story`."""
    return frozenset(_THING_OF.get(term, term) for term in terms(text))


def content_words(text: str, besides: Iterable[str] = ()) -> str:
    """The words of the question that say what it is about, as it has them, in order; none where only numbers are left.

    `besides` are things that need no search, as what a tool has nothing but.
    """
    passed = frozenset(besides)
    kept = (word.strip(".'’`*") for word in _TOKEN.findall(text))
    found = [word for word in kept if _is_content(word, passed)]
    return "" if all(word.isdigit() for word in found) else " ".join(found)


def compared(text: str) -> Sequence[str]:
    """The two sides of what a question compares; none where nothing is compared."""
    for pattern in _COMPARED:
        if (found := pattern.search(" ".join(text.split()))) and len(text) < 500:
            sides = [found[name].strip(" ,.:'\"`") for name in ("one", "other")]
            return sides if all(sides) else ()
    return ()


def is_frame(term: str) -> bool:
    """Whether a stem belongs to the frame of questions."""
    return term in _FRAME_WORDS


def _is_content(word: str, passed: frozenset[str]) -> bool:
    stems = terms(word)
    return any(not is_frame(stem) and _THING_OF.get(stem, stem) not in passed for stem in stems)
