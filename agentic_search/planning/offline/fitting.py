"""Other tools than searches, called where a question names what they are for and gives what they need.

A question that asks for several things is read part by part, so that each part gets its own tool.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.calls import OfflineCall, unique
from agentic_search.planning.offline.question import Question, read_question
from agentic_search.planning.offline.roles import arguments_of
from agentic_search.planning.offline.spreading import calls_of, stands_alone
from agentic_search.planning.offline.tool_words import told_words, words
from agentic_search.planning.offline.wording import is_frame
from agentic_search.planning.relevance import ScoredTool, by_relevance
from agentic_search.text.lexicon import terms

_MOST_PARTS = 6
_MOST_TRIED = 3
"""Tools that are tried for a part, the best first."""

_CLEARLY_WORSE = 0.6
_ENOUGH, _MUCH = 0.3, 0.6
"""Share of the words of a question that a tool has to be told by: where there is nothing else to call, and beside it."""

_BREAK = re.compile(
    r"(?<=[.?!;])\s+(?=\S)|,?\s+(?:and\s+then|and\s+also|then|also|additionally|as\s+well\s+as|und\s+dann|et\s+puis)\s+"
    r"|,\s+and\s+|\s+and\s+(?=(?:[a-z]+\s+(?:the|me|a|an|all|how|my|its|their)|what|how|find|get|calculate|compute"
    r"|translate|convert|book|play|search|show|tell|give|buy|order|withdraw|send|create|check|add)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Part:
    tool: Tool
    text: str


def fitting(scored: Sequence[ScoredTool], question: Question, *, beside: bool) -> list[OfflineCall]:
    """The calls; where there are others `beside` them, only those that the question is clearly about."""
    tools = [each.tool for each in scored if each.score]
    needed = _MUCH if beside else _ENOUGH
    calls = [call for part in _parts(tools, question, needed) for call in calls_of(part.tool, read_question(part.text))]
    return unique(calls) or _best(scored, question, needed)


def _best(scored: Sequence[ScoredTool], question: Question, needed: float) -> list[OfflineCall]:
    """The calls of the best tool that the whole question gives what it needs."""
    best = max((each.score for each in scored), default=0.0)
    for each in [each for each in scored if each.score > _CLEARLY_WORSE * best][:_MOST_TRIED]:
        if _covered(each.tool, question) >= needed and (calls := calls_of(each.tool, question)):
            return calls
    return []


def _parts(tools: Sequence[Tool], question: Question, needed: float) -> list[_Part]:
    """Each part of the question that has a tool of its own; parts without one belong to what they follow."""
    texts = _BREAK.split(question.text)[:_MOST_PARTS]
    found: list[_Part] = []
    lead = ""
    for text in texts:
        ranked = by_relevance(text, tools)
        tool = ranked[0].tool if ranked and ranked[0].score else None
        if tool is not None and _covered(tool, read_question(text)) < needed:
            tool = None
        if tool is None and not found:
            lead += f"{text} "
        elif tool is None or (found and found[-1].tool == tool and not _both_alone(found[-1], text)):
            found[-1] = _Part(found[-1].tool, f"{found[-1].text}, {text}")
        else:
            found.append(_Part(tool, lead + text))
            lead = ""
    return found if len(found) > 1 else []


def _both_alone(before: _Part, text: str) -> bool:
    """Whether two parts for one tool each name all that it needs."""
    return stands_alone(before.tool, read_question(before.text)) and stands_alone(before.tool, read_question(text))


def _covered(tool: Tool, question: Question) -> float:
    """Which share of the question's words that are no values the tool is told by."""
    values = {term for value in (*question.phrases, *map(str, question.numbers)) for term in terms(value)}
    asked = {term for term in terms(question.text) if not is_frame(term) and term not in values}
    of_arguments = frozenset[str]().union(*(argument.words for argument in arguments_of(tool)))
    by_name = len(asked & words(tool.name)) / max(1, len(asked))
    return min(1.0, by_name + len(asked & (told_words(tool) | of_arguments)) / max(1, len(asked)))
