"""Calls one tool several times where a question names several things for it: "the weather in Paris and in Rome"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.calls import OfflineCall, unique, usable
from agentic_search.planning.offline.filling import fill
from agentic_search.planning.offline.nearest import Found
from agentic_search.planning.offline.phrases import numbers_in, phrases_in
from agentic_search.planning.offline.question import Question
from agentic_search.planning.offline.roles import Argument, arguments_of, choices_of
from agentic_search.planning.offline.tool_words import told_words

_MOST = 8
_SEVERAL = re.compile(r",|;|\b(?:and|or|also|then|und|oder|sowie|et|ou|y|e)\b", re.IGNORECASE)


def calls_of(tool: Tool, question: Question) -> list[OfflineCall]:
    """One call for each group of values that the question names; none where something needed is not named."""
    fillings = [fill(tool, part, freely=True) for part in _parts(tool, question)]
    if any(not usable(filling, tool) for filling in fillings):
        fillings = [fill(tool, question, freely=True)]
    return unique([OfflineCall(tool, filling.arguments) for filling in fillings if usable(filling, tool)])


def _parts(tool: Tool, question: Question) -> Sequence[Question]:
    """The question once for each group of its values, where they come in as many groups as make sense."""
    wanted = [argument for argument in arguments_of(tool) if argument.required and not argument.is_list]
    numbers, phrases = numbers_in(question), _phrases(tool, question)
    of_number, of_phrase = _open(wanted, "number"), _open(wanted, "phrase")
    by_number, by_phrase = _groups(numbers, of_number), _groups(phrases, of_phrase)
    count = max(by_number, by_phrase)
    if not 1 < count <= _MOST or not _SEVERAL.search(question.text):
        return (question,)
    if by_number not in (0, 1, count) or by_phrase not in (0, 1, count):
        return (question,)
    return [
        replace(
            question,
            numbers=_group(numbers, part, of_number if by_number == count else 0),
            phrases=_group(phrases, part, of_phrase if by_phrase == count else 0),
        )
        for part in range(count)
    ]


def _phrases(tool: Tool, question: Question) -> list[Found]:
    """What is named for sure; failing that, what may be."""
    return phrases_in(question, told_words(tool), plain=False) or phrases_in(question, told_words(tool), plain=True)


def _open(arguments: Sequence[Argument], role: str) -> int:
    """How many arguments of the role take any value."""
    return sum(argument.role == role and not choices_of(argument.schema) for argument in arguments)


def _groups(found: Sequence[Found], wanted: int) -> int:
    """How many times the arguments can be filled; 0 where there are none, or the values do not come out even."""
    return len(found) // wanted if wanted and len(found) % wanted == 0 else min(1, wanted)


def _group(found: Sequence[Found], part: int, size: int) -> tuple:
    """The values of one part; all of them where they are for every part."""
    return tuple(each.value for each in (found[part * size : (part + 1) * size] if size else found))
