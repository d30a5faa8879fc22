"""One search on every server that searches, and of those that leave this machine only what the question calls for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.arguments.filling import fill
from agentic_search.planning.offline.arguments.roles import arguments_of
from agentic_search.planning.offline.arguments.tool_words import called_words, told_words, words
from agentic_search.planning.offline.choosing.calls import OfflineCall
from agentic_search.planning.offline.choosing.searches import is_general, is_named_a_search, is_search
from agentic_search.planning.offline.reading.question import Question
from agentic_search.planning.offline.reading.wording import content_words, intents, is_frame, things
from agentic_search.planning.relevance import ScoredTool
from agentic_search.text.lexicon import terms

_MOST_SERVERS = 32
_MOST_COMPARED = 4
"""Servers that are searched for each side of a comparison; where there are more, for the question alone."""

_MUCH = 0.5
"""Share of the words of a question."""

_ABOUT = re.compile(
    r"(?:(?:that|which|die|qui)\s+)?(?:about|on|regarding|mention(?:s|ing)?|concerning|über|zu|zum|sur|à\s+propos)\b",
    re.IGNORECASE,
)
_LONGEST = 30
"""Words of a question that is read for the frame of it."""

_NEAR = 3
_BY_NAME = 2.0
"""How much more a search counts whose very name says that it is one."""

_COUNTING = frozenset(terms("count"))


def searches(scored: Sequence[ScoredTool], question: Question, sides: Sequence[str]) -> list[OfflineCall]:
    """The calls, those on servers that say most of what is asked first; `sides` are what the question compares."""
    chosen = _chosen(scored, question)
    by_side = bool(sides) and len(chosen) <= _MOST_COMPARED
    return [
        call
        for tool in chosen
        for part in (sides if by_side else ("",))
        for call in _call(tool, replace(question, search=part) if part else question, as_asked=bool(part))
    ]


def _chosen(scored: Sequence[ScoredTool], question: Question) -> list[Tool]:
    asked = frozenset(term for term in terms(question.text) if not is_frame(term))
    best = _search_of_each_server(scored, question)
    weight: dict[str, float] = {}
    told: dict[str, frozenset[str]] = {}
    for each in scored:
        server = each.tool.server
        weight[server] = max(each.score, weight.get(server, 0.0))
        told[server] = told.get(server, frozenset()) | (asked & told_words(each.tool))
    ordered = sorted(best, key=lambda tool: -weight[tool.server])
    near = [tool for tool in ordered if not tool.open_world]
    has_it = any(_says_much(tool, asked, told[tool.server]) for tool in near)
    asks_the_world = "world" in intents(question.text)
    far = [
        tool
        for tool in ordered
        if tool.open_world
        and (
            not near
            or _says_much(tool, asked, told[tool.server])
            or ((asks_the_world or not has_it) and is_general(tool))
        )
    ]
    names = {tool.name for tool in (*near, *far)}
    return [tool for tool in ordered if tool.name in names][:_MOST_SERVERS]


def _says_much(tool: Tool, asked: frozenset[str], told: frozenset[str]) -> bool:
    """A word of the question names the tool or its server, or most of its words are what the server is for."""
    return not asked.isdisjoint(called_words(tool)) or len(told) > _MUCH * max(1, len(asked))


def _search_of_each_server(scored: Sequence[ScoredTool], question: Question) -> list[Tool]:
    """The best search of each server, and of one with some that leave this machine and some that do not, of both.

    The best has a name that says that it searches, then most in common with the question, then no topic.
    """
    found: dict[tuple[str, bool], Tool] = {}
    for each in sorted((each for each in scored if _asks(each.tool)), key=_worse):
        place = (each.tool.server, bool(each.tool.open_world))
        if place not in found and _searches(each.tool, question):
            found[place] = each.tool
    return [*found.values()]


def _worse(each: ScoredTool) -> tuple[float, bool, bool]:
    """What is less than zero the better a search is for the question."""
    named = is_named_a_search(each.tool)
    return -each.score * (_BY_NAME if named else 1), not named, not is_general(each.tool)


def _asks(tool: Tool) -> bool:
    asks = any(one.role in ("query", "question") for one in arguments_of(tool))
    return (asks or is_named_a_search(tool)) and not _COUNTING & words(tool.name)


def _searches(tool: Tool, question: Question) -> bool:
    filling = fill(tool, question)
    return is_search(tool, filling.roles) and filling.suits(tool)


def _call(tool: Tool, question: Question, *, as_asked: bool) -> Iterator[OfflineCall]:
    filling = fill(tool, question if as_asked else replace(question, search=_query(tool, question)))
    if filling.suits(tool):
        yield OfflineCall(tool, filling.arguments)


def _query(tool: Tool, question: Question) -> str:
    """What to search for: without "latest news about" where it is news that are searched."""
    own = things(f"{tool.name} {tool.title}")
    if not _speaks_of(own, question.text):
        return question.search
    content = content_words(question.search, own & things(question.text))
    if content or not any("empty" in argument.said.lower() for argument in arguments_of(tool)):
        return content or question.search
    return ""


def _speaks_of(own: frozenset[str], text: str) -> bool:
    """Whether it asks for the newest of such things, or for some on a topic."""
    words = text.split()
    if len(words) > _LONGEST:
        return False
    places = [place for place, word in enumerate(words) if own & things(word)]
    newest = any("newest" in intents(" ".join(words[max(0, place - _NEAR) : place])) for place in places)
    return newest or any(_ABOUT.match(" ".join(words[place + 1 : place + 3])) for place in places)
