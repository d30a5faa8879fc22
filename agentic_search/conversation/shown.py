"""Earlier questions and answers as a model is shown them: newest whole, older ones shortened by quotation, none cut."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentic_search.domain.answer import LeftOut, Turn
from agentic_search.models.budget import TokenEstimate
from agentic_search.models.chat import disarmed
from agentic_search.text.counting import count
from agentic_search.text.lexicon import terms
from agentic_search.text.sentences import shortened, split_sentences

MOST_TURNS = 6
"""Turns that are shown: what was said before them seldom matters, and costs as much to read."""
_LONGEST_QUESTION = 300
"""Characters."""
_LENGTHS = (900, 400, 200)
"""Characters of the newest answer, of the one before, and of each older one."""
_HALVED = 4
"""How often the length of an answer is halved, to get it in."""
_NO_ANSWER = "(no answer)"
_FENCE = "conversation"
_CUT = "…"
_LONGEST_TOLD = "(999 earlier questions before these left out.)"
_LONGEST_READ = 20_000
"""Characters of an earlier answer that are looked at."""
_MOST_SENTENCES = 100
_MARK = re.compile(r"\s?\[\d+\]")


@dataclass(frozen=True, slots=True)
class ShownTurns:
    """The part of a conversation that fits."""

    text: str = ""
    """Fenced, for a prompt; empty where there is none."""
    left_out: tuple[LeftOut, ...] = ()
    """What did not fit."""


def shown_turns(earlier: Sequence[Turn], query: str, room: int, tokens: TokenEstimate) -> ShownTurns:
    """As much of the conversation as `room` tokens hold, the newest first to get in, in the order in which it was said.

    Of an answer that is too long those sentences stay that have most of the words of `query`, and the first.
    """
    room -= tokens.texts((f"<{_FENCE}>", f"</{_FENCE}>", _LONGEST_TOLD))
    asked = frozenset(terms(query))
    kept: list[str] = []
    for place, turn in enumerate(reversed(earlier[-MOST_TURNS:])):
        longest = _LENGTHS[min(place, len(_LENGTHS) - 1)]
        texts = (_turn(turn, asked, longest >> halved) for halved in range(_HALVED))
        fitting = next(((text, cost) for text in texts if (cost := tokens.count(text)) <= room), None)
        if fitting is None:
            break
        kept.insert(0, fitting[0])
        room -= fitting[1]
    missing = len(earlier) - len(kept)
    cut = sum(_CUT in text for text in kept)
    told = [f"({count(missing, 'earlier question')} before these left out.)"] if missing else []
    text = "\n".join((f"<{_FENCE}>", *told, *kept, f"</{_FENCE}>")) if kept else ""
    return ShownTurns(text, tuple(_left_out(missing, cut, len(earlier))))


def as_said(query: str, said: str) -> str:
    """The question for a prompt: in the user's words, where these are other ones, with what it seems to mean."""
    return query if said in {"", query} else f"{said}\n(It seems to mean: {query})"


def _turn(turn: Turn, asked: frozenset[str], longest: int) -> str:
    question = disarmed(shortened(_without_marks(turn.query), _LONGEST_QUESTION))
    return f"Question: {question}\nAnswer: {disarmed(quoted(turn.answer, asked, longest)) or _NO_ANSWER}"


def quoted(answer: str, asked: frozenset[str], longest: int) -> str:
    """The answer on one line without its marks; where it is longer, its first sentence and those most about `asked`."""
    line = " ".join(_without_marks(answer[:_LONGEST_READ]).split())
    if len(line) <= longest:
        return line
    sentences = split_sentences(line)
    by_worth = sorted(range(len(sentences)), key=lambda i: (i > 0, -len(asked.intersection(terms(sentences[i]))), i))
    kept: set[int] = set()
    for index in by_worth[:_MOST_SENTENCES]:
        if sum(len(sentences[each]) + 3 for each in kept) + len(sentences[index]) <= longest:
            kept.add(index)
    whole = len(kept) == len(sentences)
    return f" {_CUT} ".join(sentences[index] for index in sorted(kept)) + ("" if whole else f" {_CUT}")


def _without_marks(answer: str) -> str:
    """Its numbers were those of other sources: a model would take them for those that it is shown now."""
    return _MARK.sub("", answer)


def _left_out(missing: int, cut: int, of: int) -> Iterator[LeftOut]:
    if missing:
        what = f"{missing} of {count(of, 'earlier question')}"
        yield LeftOut(what=what, why="did not fit the model's context beside the sources")
    if cut:
        yield LeftOut(what=f"parts of {count(cut, 'earlier answer')}", why="what bears on the question was kept")
