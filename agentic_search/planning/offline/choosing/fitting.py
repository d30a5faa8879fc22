"""Other tools than searches, called where a question names what they are for and gives what they need.

A question that asks for several things is read part by part, so that each part gets its own tool.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.arguments.argument import ASKING, POINTED
from agentic_search.planning.offline.arguments.roles import arguments_of
from agentic_search.planning.offline.arguments.tool_words import told_words, words
from agentic_search.planning.offline.choosing.calls import OfflineCall, unique
from agentic_search.planning.offline.choosing.chains import linked_call
from agentic_search.planning.offline.choosing.spreading import calls_of, stands_alone
from agentic_search.planning.offline.reading.question import Question, read_question
from agentic_search.planning.offline.reading.wording import is_frame
from agentic_search.planning.relevance import ScoredTool, by_relevance
from agentic_search.text.lexicon import terms

_MOST_PARTS = 16
_MOST_TRIED = 3
"""Tools that are tried for a part, the best first."""

_CLEARLY_WORSE = 0.6
_ENOUGH, _SOME, _MUCH = 0.12, 0.25, 0.5
"""Share of a question's words that a tool has to be told by: where there is nothing else to call;
beside that, where it takes the question itself, and otherwise."""

_SHORT = 20
"""Characters: a question of fewer has no parts."""

_MOST_BESIDE = 3

_COUNTING = frozenset(terms("count"))
_VERBS = frozenset(terms("get list read fetch find show give calculate compute check retrieve query"))
"""Words of a tool's name that do not say what it is for."""

_BREAK = re.compile(
    r"(?<=[.?!;])\s+(?=\S)|,?(?<!you)(?<!we)\s+(?:and\s+then|and\s+also|(?:and\s+)?(?:finally|lastly)"
    r"|followed\s+by|then|also|additionally|as\s+well\s+as|und\s+dann|et\s+puis)\s+"
    r"|,\s+and\s+|\s+and\s+(?=(?:[a-z]+\s+(?:the|me|a|an|all|how|my|its|their)|what|how|find|get|calculate|compute"
    r"|translate|convert|book|play|search|show|tell|give|buy|order|withdraw|send|create|check|add)\b)",
    re.IGNORECASE,
)


_BEGINS = re.compile(
    r"(?:first|second|third|next|finally|lastly|after\s+that|zuerst|danach|ensuite)\w*\b", re.IGNORECASE
)
"""How a part begins that belongs to what follows it."""


_MANNER = re.compile(
    r"\W*(?:please\s+)?(?:round|assume|use|consider|note|ensure|make\s+sure|express|(?:give|provide)\s+(?:your|the)"
    r"\s+(?:answers?|results?))\b",
    re.IGNORECASE,
)
"""How a part begins that only says in what way something is to be done."""


@dataclass(frozen=True, slots=True)
class _QuestionPart:
    tool: Tool
    text: str


def fitting(scored: Sequence[ScoredTool], question: Question) -> list[OfflineCall]:
    """The calls where there are no others."""
    tools = [each.tool for each in scored if each.score]
    return _part_by_part(_parts(tools, question)) or _best(scored, question)


def fitting_beside(scored: Sequence[ScoredTool], question: Question) -> list[OfflineCall]:
    """The calls beside others: of tools that the question clearly speaks of, with values that can only be meant so."""
    best = max((each.score for each in scored), default=0.0)
    near = [each.tool for each in scored if each.score > _CLEARLY_WORSE * best]
    parts = _parts([each.tool for each in scored if each.score], question) if len(question.text) > _SHORT else []
    if len({part.tool.name for part in parts}) > 1 and all(_is_for(part) for part in parts):
        return _part_by_part(parts)
    found = [call for tool in near if _is_spoken_of(tool, question) for call in calls_of(tool, question, freely=False)]
    return unique(found)[:_MOST_BESIDE]


def _is_for(part: _QuestionPart) -> bool:
    asked = _asked(read_question(part.text))
    return len(asked & told_words(part.tool)) >= _MUCH * len(asked)


def _part_by_part(parts: Sequence[_QuestionPart]) -> list[OfflineCall]:
    """The calls of each part; what a part does not name is taken from what comes before it."""
    calls: list[OfflineCall] = []
    earlier = ""
    known: JsonObject = {}
    for part in parts:
        own = read_question(part.text)
        linked = linked_call(part.tool, calls, own) if calls else None
        found = [linked] if linked else calls_of(part.tool, own, earlier=read_question(earlier), known=known)
        found = found or calls_of(part.tool, read_question(f"{earlier} {part.text}"))
        calls += found
        known |= {name: value for call in found[:1] for name, value in call.arguments.items()}
        earlier += f" {part.text}"
    return unique(calls)


def _is_spoken_of(tool: Tool, question: Question) -> bool:
    asked = _asked(question)
    arguments = arguments_of(tool)
    told = len(asked & told_words(tool)) / max(1, len(asked))
    name = words(tool.name) - _VERBS
    if any(one.role in ASKING for one in arguments):
        asks = any(one.role in ("query", "question") for one in arguments)
        return asks and told >= _SOME and not tool.open_world and not _COUNTING & name
    if any(one.required and one.role in POINTED for one in arguments):
        return False
    if told > _MUCH and len(asked) > 1:
        return True
    takes_something = any(one.required for one in arguments)
    return takes_something and told >= _MUCH and len(name & asked) >= _MUCH * max(1, len(name))


def _best(scored: Sequence[ScoredTool], question: Question) -> list[OfflineCall]:
    """The calls of the best tool that the whole question gives what it needs."""
    best = max((each.score for each in scored), default=0.0)
    for each in [each for each in scored if each.score > _CLEARLY_WORSE * best][:_MOST_TRIED]:
        if _covered(each.tool, question) >= _ENOUGH and (calls := calls_of(each.tool, question)):
            return calls
    return []


def _parts(tools: Sequence[Tool], question: Question) -> list[_QuestionPart]:
    """Each part of the question that has a tool of its own; parts without one belong to what they follow."""
    texts = _BREAK.split(question.text)[:_MOST_PARTS]
    found: list[_QuestionPart] = []
    lead = ""
    for text in texts:
        ranked = by_relevance(text, tools)
        tool = ranked[0].tool if ranked and ranked[0].score else None
        if tool is not None and (_MANNER.match(text) or _covered(tool, read_question(text)) < _ENOUGH):
            tool = None
        if tool is None and (not found or _BEGINS.match(text)):
            lead += f"{text} "
        elif tool is None or (found and found[-1].tool == tool and not _both_alone(found[-1], text)):
            found[-1] = _QuestionPart(found[-1].tool, _joined(found[-1].text, text))
        else:
            found.append(_QuestionPart(tool, lead + text))
            lead = ""
    return found if len(found) > 1 else []


def _joined(before: str, text: str) -> str:
    """Both; no comma where a sentence ends, after which a capital makes no name."""
    return f"{before} {text}" if before.endswith((".", "?", "!", ";", ",")) else f"{before}, {text}"


def _both_alone(before: _QuestionPart, text: str) -> bool:
    """Whether two parts for one tool each name all that it needs."""
    return stands_alone(before.tool, read_question(before.text)) and stands_alone(before.tool, read_question(text))


def _covered(tool: Tool, question: Question) -> float:
    """Which share of the question's words the tool is told by; those of its name count twice."""
    asked = _asked(question)
    of_arguments = frozenset[str]().union(*(argument.words for argument in arguments_of(tool)))
    said = frozenset(terms(question.text))
    by_name = len(said & words(tool.name)) / max(1, len(said))
    return min(1.0, by_name + len(asked & (told_words(tool) | of_arguments)) / max(1, len(asked)))


def _asked(question: Question) -> frozenset[str]:
    """The words of a question that are neither values nor its frame."""
    values = {term for value in (*question.phrases, *map(str, question.numbers)) for term in terms(value)}
    return frozenset(term for term in terms(question.text) if not is_frame(term) and term not in values)
