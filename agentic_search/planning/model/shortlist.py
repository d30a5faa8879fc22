"""Orders tools for a prompt that has no room for all of them: those like the question, and each server's searches.

A question and the tool that answers it often share no word, as "Who was Ada Lovelace?" and a web search do. So every
third place goes to a search, and where nothing is like the question, each server's searches come first.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.arguments.filling import fill
from agentic_search.planning.offline.choosing.searches import is_general, is_named_a_search, is_search
from agentic_search.planning.offline.reading.question import read_question
from agentic_search.planning.relevance import by_relevance

_BEFORE_A_SEARCH = 2
"""Tools like the question that come before each search."""


def by_usefulness(query: str, tools: Sequence[Tool]) -> Iterator[Tool]:
    """Every tool once, the first of them those that a model should be shown if not all can be."""
    ranked = by_relevance(query, tools)
    like = (scored.tool for scored in ranked if scored.score)
    others = _in_turn(scored.tool for scored in ranked if not scored.score)
    searches = _in_turn(_searches(query, [scored.tool for scored in ranked]))
    seen: set[str] = set()
    for tool in chain(_mixed(like, searches), others):
        if tool.name not in seen:
            seen.add(tool.name)
            yield tool


def _mixed(like: Iterator[Tool], searches: Iterator[Tool]) -> Iterator[Tool]:
    while group := (*islice(like, _BEFORE_A_SEARCH), *islice(searches, 1)):
        yield from group


def _searches(query: str, tools: Sequence[Tool]) -> list[Tool]:
    """First those that search anything, then those named so, then those that need no more than the question."""
    question = read_question(query)
    filled = [(tool, fill(tool, question)) for tool in tools]
    found = [(tool, filling) for tool, filling in filled if is_search(tool, filling.roles)]
    ordered = sorted(found, key=lambda each: (not is_named_a_search(each[0]), bool(each[1].missing)))
    return [tool for tool, _ in sorted(ordered, key=lambda each: not is_general(each[0]))]


def _in_turn(tools: Iterable[Tool]) -> Iterator[Tool]:
    """One of each server, then the next of each."""
    waiting: dict[str, list[Tool]] = {}
    for tool in tools:
        waiting.setdefault(tool.server, []).append(tool)
    for turn in range(max(map(len, waiting.values()), default=0)):
        yield from (theirs[turn] for theirs in waiting.values() if turn < len(theirs))
