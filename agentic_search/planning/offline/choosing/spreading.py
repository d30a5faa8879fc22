"""Calls one tool several times where a question names several things for it: "the weather in Paris and in Rome"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.arguments.argument import Argument, choices_of
from agentic_search.planning.offline.arguments.filling import fill
from agentic_search.planning.offline.arguments.guessing import LOOSE
from agentic_search.planning.offline.arguments.phrases import values_in
from agentic_search.planning.offline.arguments.roles import arguments_of
from agentic_search.planning.offline.arguments.tool_words import told_words
from agentic_search.planning.offline.arguments.values import AFTER_PREPOSITION, CAPITALS, DOING, PLAIN, Found, Values
from agentic_search.planning.offline.choosing.calls import OfflineCall, unique
from agentic_search.planning.offline.reading.question import Question
from agentic_search.planning.offline.reading.wording import is_frame
from agentic_search.text.lexicon import terms

_MOST = 8
_SURELY = 2.0
_RATHER = 0.5
_BETWEEN = re.compile(r",|;|&|\b(?:and|or|also|then|und|oder|sowie|et|ou)\b", re.IGNORECASE)
_AND = re.compile(r"&|\b(?:and|or|also|then|und|oder|sowie|et|ou)\b", re.IGNORECASE)
_CLOSE = 4
"""Words between two values of a list that only a comma parts."""
_UNIT = re.compile(r"[\s-]?([a-z]{2,})\b", re.IGNORECASE)
_FURTHEST = 80
"""Characters between two things of one kind that are told one after the other."""

Group = Sequence[Found]


def calls_of(
    tool: Tool,
    question: Question,
    *,
    freely: bool = True,
    earlier: Question | None = None,
    known: JsonObject | None = None,
) -> list[OfflineCall]:
    """One call for each group of values that the question names; none where something needed is not named.

    What is lacking is taken from arguments of other calls that are `known`, else from what was named `earlier`.
    """
    named = values_in(question, tool, arguments_of(tool), freely=freely)
    if earlier is not None:
        named = _but_guesses(named, tool, known or {})
        before = values_in(earlier, tool, arguments_of(tool), freely=False)
        lacking = [one for one in arguments_of(tool) if one.required and one.name not in (known or {})]
        if len(named.numbers) < _open(lacking, "number") <= len(named.numbers) + len(before.numbers):
            named, question = _in_context(named, question, before, earlier)
            filling = fill(tool, question, freely=freely, values=named, known=known)
            return [OfflineCall(tool, filling.arguments)] if filling.suits(tool) else []
        named = _with_earlier(named, tool, question, before, known or {})
    parts = _parts(tool, question, named)
    fillings = [fill(tool, question, freely=freely, values=part, known=known) for part in parts]
    if len(fillings) > 1 and not all(filling.suits(tool) for filling in fillings):
        fillings = [fill(tool, question, freely=freely, values=named, known=known)]
    return unique([OfflineCall(tool, filling.arguments) for filling in fillings if filling.suits(tool)])


def _in_context(named: Values, question: Question, before: Values, earlier: Question) -> tuple[Values, Question]:
    """The values with all that were named before, each where it stands; those of the question itself count more."""
    shift = len(earlier.text) + 1
    numbers, phrases = (
        [
            *old,
            *(replace(one, start=one.start + shift, end=one.end + shift, weight=one.weight + _RATHER) for one in own),
        ]
        for old, own in ((before.numbers, named.numbers), (before.phrases, named.phrases))
    )
    return Values(numbers, phrases), replace(question, text=f"{earlier.text} {question.text}")


def stands_alone(tool: Tool, question: Question) -> bool:
    """Whether a part of a question has values for all that the tool needs."""
    found = values_in(question, tool, arguments_of(tool), freely=True)
    wanted = [one for one in arguments_of(tool) if one.required and not (one.role == "date" and question.dates)]
    numbers, phrases = _open(wanted, "number"), _open(wanted, "phrase")
    sure = [each for each in found.phrases if each.weight >= CAPITALS]
    likely = [each for each in found.phrases if each.weight >= (PLAIN if sure else CAPITALS)]
    return numbers + phrases > 0 and len(found.numbers) >= numbers and len(likely) >= phrases


def _but_guesses(named: Values, tool: Tool, known: JsonObject) -> Values:
    """The values without mere words, where all that would take one is `known` from another call."""
    takers = [one for one in arguments_of(tool) if one.required and _open([one], "phrase")]
    if not takers or any(one.name not in known for one in takers):
        return named
    return Values(named.numbers, [each for each in named.phrases if each.weight >= AFTER_PREPOSITION])


def _with_earlier(named: Values, tool: Tool, question: Question, earlier: Values, known: JsonObject) -> Values:
    """The values, with as many of those before as are lacking; they count as standing at the end."""
    wanted = [one for one in arguments_of(tool) if one.required and one.name not in known]
    end = len(question.text)
    lacking = _open(wanted, "number") - len(named.numbers)
    numbers = [replace(each, start=end, end=end) for each in earlier.numbers[: max(0, lacking)]]
    sure = [each for each in named.phrases if each.weight >= CAPITALS]
    lacking = _open(wanted, "phrase") - len(sure)
    phrases = [replace(each, start=end, end=end) for each in earlier.phrases[: max(0, lacking)]]
    return Values([*named.numbers, *numbers], [*named.phrases, *phrases])


def _parts(tool: Tool, question: Question, free: Values) -> Sequence[Values]:
    """The values once for each call, where they come in as many groups as make sense."""
    wanted = [one for one in arguments_of(tool) if one.required]
    told = told_words(tool).union(*(one.words for one in arguments_of(tool)))
    more = sum(one.role == "number" and not one.is_list and not one.required for one in arguments_of(tool))
    numbers = _groups(free.numbers, _open(wanted, "number"), more, question.text, told)
    sure = [each for each in free.phrases if each.weight >= CAPITALS]
    has_list = any(one.is_list and one.role in ("phrase", "query") for one in wanted)
    of_phrase = 0 if has_list else _open(wanted, "phrase")
    phrases = _groups(sure or free.phrases, of_phrase, 0, question.text, told)
    count = max(len(numbers), len(phrases))
    if of_phrase and 1 < len(numbers) <= _MOST and len(phrases) != len(numbers):
        phrases = _beside(numbers, free.phrases, of_phrase) or phrases
        count = max(len(numbers), len(phrases))
    if not 1 < count <= _MOST or {len(numbers), len(phrases)} - {1, count}:
        return (free,)
    return [
        Values(
            numbers[part] if len(numbers) == count else free.numbers,
            phrases[part] if len(phrases) == count else free.phrases,
        )
        for part in range(count)
    ]


def _beside(numbers: Sequence[Group], phrases: Group, wanted: int) -> Sequence[Group]:
    """The phrases up to each group of numbers: "solar for 12 months and wind for 8"; none where some have too few."""
    ends = [group[-1].end for group in numbers if group]
    if sorted(set(ends)) != ends:  # they stand where all do
        return ()
    likely = [each for each in phrases if each.weight > DOING]
    groups = [[each for each in likely if start <= each.start < end] for start, end in pairwise([0, *ends])]
    rest = [each for each in likely if each.start >= ends[-1]]
    if all(len(group) >= wanted for group in groups):  # what follows is said of all
        return [[*group, *rest] for group in groups]
    groups[-1] += rest
    return groups if all(len(group) >= wanted for group in groups) else ()


def _open(arguments: Sequence[Argument], role: str) -> int:
    """How many arguments of the role take any one value."""
    roles = LOOSE if role == "phrase" else {role}
    return sum(one.role in roles and not one.is_list and not choices_of(one.schema) for one in arguments)


def _groups(found: Group, wanted: int, more: int, text: str, told: frozenset[str]) -> Sequence[Group]:
    """The values in groups, each with as many as are wanted, or some `more`; one where they do not come out so."""
    if not wanted or len(found) <= wanted:
        return (found,)
    listed = _longest_run(found, text, frozenset(), alike=True)
    run = listed if len(listed) > 1 else _longest_run(found, text, told)
    others = [each for each in found if each not in run]
    if len(run) > 1:  # of "in 2017, 2018 and 2019" each stands where all of them do
        run = [replace(each, start=run[0].start, end=run[-1].end) for each in run]
    if len(run) > 1 and (wanted == 1 or len(others) + 1 >= wanted) and len(others) + 1 <= wanted + more:
        return [sorted([*others, each], key=lambda one: one.start) for each in run]
    if wanted == 1 and len(run) > 1:
        return [[*others, replace(each, weight=each.weight + _SURELY)] for each in run]
    if wanted == 1 and _counts_alike(found, text):
        return [[each] for each in found]
    if wanted > 1 and len(found) % wanted == 0:
        return [found[start : start + wanted] for start in range(0, len(found), wanted)]
    return (found,)


def _counts_alike(found: Group, text: str) -> bool:
    """Whether the same unit follows each number: "for 12 months ... for 8 months"."""
    units = {unit[1].lower() if (unit := _UNIT.match(text, each.end)) else "" for each in found}
    return len(units) == 1 and "" not in units and not any(isinstance(each.value, str) for each in found)


def _longest_run(found: Group, text: str, told: frozenset[str], *, alike: bool = False) -> Group:
    """The most values that are told one after the other; `alike`: with the same sign, such as `%`, or none."""
    best: list[Found] = []
    run: list[Found] = []
    for each in found:
        joins = run and _joins(text[run[-1].end : each.start], told)
        if joins and alike:
            joins = _signs(run[-1], text) == _signs(each, text)
        run = [*run, each] if joins else [each]
        best = run if len(run) > len(best) else best
    return best


def _signs(found: Found, text: str) -> tuple[str, str]:
    """What stands right before and after a number that says what it counts."""
    signs = "%$€£°"
    before, after = text[found.start - 1 : found.start], text[found.end : found.end + 1]
    return before if before in signs else "", after if after in signs else ""


def _joins(between: str, told: frozenset[str]) -> bool:
    """Whether nothing but a conjunction stands there, and what the tool is told by: "and the weather in"."""
    if len(between) > _FURTHEST or not _BETWEEN.search(between):
        return False
    if not _AND.search(between) and len(between.split()) > _CLOSE:
        return False
    return all(is_frame(term) or term in told or term == "also" for term in terms(between))
