"""Writes a follow-up question so that it stands by itself: `and in 2019?` asks of 2019 what was asked of 2018 before.

By words alone, in English, German, French and Spanish; what is made of a question is told to the user. Three forms are
known. Something new takes the place of its like (`what about TaskGroup?`: a name for a name, a year for a year); a
pronoun stands for what the question before is about (`who wrote it?`); and a question without a subject of its own has
that of the one before (`how many?`). Any other question stands by itself and is left as it is.
"""

import re
from collections.abc import Iterator, Sequence

from agentic_search.conversation.words import (
    ADDING,
    BARE,
    CONNECTIVE,
    FRAMES,
    INTERROGATIVES,
    NAME,
    NUMBER,
    OBJECT,
    PHRASE_AT_END,
    POINTED_AT,
    PRONOUN,
    SPANISH,
    WHAT_ABOUT,
    YEAR,
)
from agentic_search.domain.answer import Turn
from agentic_search.text.lexicon import terms

LONGEST_FOLLOW_UP = 200
"""Characters: who writes more says what he means."""
_LONGEST_BEFORE = 400
_MOST_TURNS = 8
"""Turns back, through which a subject is handed on."""
_MOST_SUBJECT = 12
"""Words of an earlier question that stand for its subject."""
_FEW = 3
"""Words with a meaning of their own that a question may have which only adds to the one before."""
_ENDS = " ?!.,:;¿¡"


def stand_alone(query: str, earlier: Sequence[Turn]) -> str:
    """The question as it stands by itself after these turns, oldest first; `query` itself where it already does."""
    before = ""
    for turn in earlier[-_MOST_TURNS:]:
        before = _after(turn.query, before)
    return _after(query, before)


def _after(query: str, before: str) -> str:
    """`query` as it is meant after the question `before`, which stands by itself; empty where there is none."""
    asked = " ".join(query.split()).lstrip("¿¡ ")
    if not before or len(asked) > LONGEST_FOLLOW_UP or len(before) > _LONGEST_BEFORE:
        return query
    before = before.rstrip(_ENDS)
    connective = CONNECTIVE.match(asked)
    rest = asked[connective.end() :] if connective else asked
    about = WHAT_ABOUT.match(rest)
    new = (rest[about.end() :] if about else rest).strip(_ENDS)
    if pronoun := _pronoun(asked):
        return _with_subject(asked, pronoun, before)
    own = [term for term in terms(new) if term not in BARE]
    if not own:
        return f"{new} {_without_question_words(before)}?" if new else f"{before}?"
    is_short = len(own) <= (_FEW if about or asked.endswith("?") else 1)
    if is_short and (about or connective or ADDING.match(new)) and not _interrogative(new):
        return f"{_replaced(new, before) or f'{before} {new}'}?"
    return query


def _pronoun(asked: str) -> re.Match[str] | None:
    """The first word that stands for something, where the question itself names nothing that it could stand for."""
    for found in PRONOUN.finditer(asked):
        named_before = asked[: found.start()]
        if len(set(terms(named_before)) - BARE) > 1 or _names(named_before):
            return None
        stands_for_something = found["plain"] or found["kind"] or POINTED_AT.match(asked, found.end())
        if stands_for_something and not _is_idle(asked, found):
            return found
    return None


def _is_idle(asked: str, found: re.Match[str]) -> bool:
    """`is it possible to`, `what time is it`: it stands for nothing; and some are other words in Spanish."""
    around = asked[max(0, found.start() - 20) : found.end() + 24].lower()
    return any(frame in around for frame in FRAMES) or (
        found[0].lower() in {"es", "son"} and bool(SPANISH.search(asked))
    )


def _with_subject(asked: str, pronoun: re.Match[str], before: str) -> str:
    """With the one name that was asked about in the place of the pronoun; else with all that was asked about behind."""
    names = _names(before)
    of_before = set(terms(before)) - BARE
    stands_for_all = len(names) == 1 and (
        NAME.fullmatch(names[0]) is None or len(of_before - set(terms(names[0]))) <= 1
    )
    if stands_for_all and not pronoun["kept"]:
        return f"{asked[: pronoun.start()]}{names[0]}{asked[pronoun.end() :]}"
    return f"{asked.rstrip(_ENDS)} ({names[0] if stands_for_all else _without_question_words(before)})?"


def _replaced(new: str, before: str) -> str:
    """The earlier question with something new in the place of its like; empty where nothing there is like it."""
    return next(filter(None, _replacements(new, before)), "")


def _replacements(new: str, before: str) -> Iterator[str]:
    for like in (YEAR, NUMBER):
        if len(like.findall(new)) == 1 and not terms(like.sub("", new)) and like.search(before):
            yield like.sub(like.findall(new)[0], before)
    if (adding := ADDING.match(new)) and (place := _last(rf"\b{re.escape(adding[0])}\s+(?:\w+\s+)?(\S+)", before)):
        yield f"{before[: place.start()]}{new}{before[place.end() :]}"
    fresh = new[adding.end() :].strip() if adding else new
    if (names := _names(before)) and _names(fresh) == (fresh,):
        start = before.rindex(names[-1])
        yield f"{before[:start]}{fresh}{before[start + len(names[-1]) :]}"
    if PHRASE_AT_END.match(fresh) and (place := PHRASE_AT_END.search(before)):
        yield f"{before[: place.start()]}{fresh}{before[place.end() :]}"
    if len(fresh.split()) == 1 and (place := _last(OBJECT, before)):
        yield f"{before[: place.start(1)]}{fresh}{before[place.end(1) :]}"


def _last(pattern: str | re.Pattern[str], text: str) -> re.Match[str] | None:
    *_, last = (None, *re.finditer(pattern, text))
    return last


def _names(text: str) -> tuple[str, ...]:
    """Names in it: in quotation marks, dotted, or with capitals that do not only begin it."""
    found = ((match.start(), next(filter(None, match.groups()))) for match in NAME.finditer(text))
    return tuple(
        dict.fromkeys(
            name
            for start, name in found
            if name.lower() not in INTERROGATIVES
            and len(name) > 1
            and (start or len(name) == len(text) or not name.istitle())
        )
    )


def _interrogative(text: str) -> bool:
    return text.split()[0].lower() in INTERROGATIVES


def _without_question_words(text: str) -> str:
    words = text.split()
    while len(words) > 1 and words[0].lower().strip(_ENDS) in INTERROGATIVES | {"the"}:
        words.pop(0)
    return " ".join(words[:_MOST_SUBJECT])
