"""Finds where a question names things: in quotation marks, by capitals, or by words between those of its frame."""

import re
from collections.abc import Iterator

from agentic_search.planning.offline.nearest import Found
from agentic_search.planning.offline.question import Question
from agentic_search.planning.offline.wording import is_frame
from agentic_search.text.lexicon import terms

_QUOTED, _CAPITALS, _PLAIN = 0.6, 0.4, 0.0
"""How surely each is a value."""

_LONGEST = 4
_WORDS = re.compile(r"[^\W_][\w'’&+-]*|[.,;:?!()]")


def phrases_in(question: Question, told: frozenset[str], *, plain: bool) -> list[Found]:
    """The phrases in the order of the text; with `plain` also those without capitals, but for what a tool is `told` by."""
    text = question.text
    known = [
        Found(phrase, start, start + len(phrase), _QUOTED if phrase in question.quoted else _CAPITALS)
        for phrase in question.phrases
        if (start := text.find(phrase)) >= 0
    ]
    if not plain:
        return known
    others = [each for each in _plain(text, told) if not any(each.start < k.end and k.start < each.end for k in known)]
    return sorted([*known, *others], key=lambda each: each.start)


def _plain(text: str, told: frozenset[str]) -> Iterator[Found]:
    """Runs of words that neither hold the question together nor say what the tool is for."""
    run: list[re.Match[str]] = []
    for word in [*_WORDS.finditer(text), None]:
        is_value = word is not None and any(
            not is_frame(stem) and stem not in told and not stem.isdigit() for stem in terms(word[0])
        )
        if word is not None and is_value and len(run) < _LONGEST:
            run.append(word)
            continue
        if run:
            yield Found(text[run[0].start() : run[-1].end()], run[0].start(), run[-1].end(), _PLAIN)
        run = [word] if word is not None and is_value else []


def numbers_in(question: Question) -> list[Found]:
    """The numbers where they stand, but for those within names."""
    found: list[Found] = []
    position = 0
    for number in question.numbers:
        spelled = re.compile(_spelled(number)).search(question.text, position)
        if spelled:
            position = spelled.end()
            found.append(Found(number, spelled.start(), spelled.end()))
    names = [(start, start + len(name)) for name in question.phrases if (start := question.text.find(name)) >= 0]
    return [each for each in found if not any(start <= each.start < end for start, end in names)]


def _spelled(number: float) -> str:
    """A pattern of the number as it may be written, with or without separators of thousands."""
    whole, _, rest = str(number).partition(".")
    digits = ",?".join(whole)
    return rf"{digits}\.{rest}0*" if rest and rest != "0" else rf"{digits}(?:\.0+)?"
