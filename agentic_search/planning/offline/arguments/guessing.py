"""Gives numbers and phrases to arguments that say nothing more of themselves than a name and a type."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.planning.offline.arguments.argument import Argument, Role, choices_of
from agentic_search.planning.offline.arguments.nearest import nearest
from agentic_search.planning.offline.arguments.tool_words import words
from agentic_search.planning.offline.arguments.values import AFTER_PREPOSITION, CAPITALS, Found, Values
from agentic_search.planning.offline.reading.question import Question
from agentic_search.text.lexicon import terms

_AT_ITS_NAME = 0.7
"""How near an optional argument's own words have to be."""

LOOSE: frozenset[Role] = frozenset({"phrase", "query", "text", "id", "person", "zone", "date", "code"})
"""Roles that take a phrase where it is sure that the tool is meant."""

_RELATIVE_DATE = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|(?:this|next|last)\s+(?:week(?:end)?|month|year|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday))\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[\[(]\s*(-?\d[\d.]*(?:\s*,\s*-?\d[\d.]*)+)\s*[\])]")


def exactly(arguments: Sequence[Argument], question: Question, values: Values) -> JsonObject:
    """Numbers and phrases, only where there are as many as are wanted."""
    given: JsonObject = {}
    for role, found in (("number", values.numbers), ("phrase", values.phrases)):
        of_role = [argument for argument in arguments if argument.role == role]
        if len(of_role) == 1 and of_role[0].is_list and found:
            given[of_role[0].name] = [each.value for each in found]
        elif len(of_role) == len(found):
            given |= _fitted_all(nearest(of_role, found, question.text), of_role, question)
    return given


def guessed(wanted: Sequence[Argument], others: Sequence[Argument], question: Question, values: Values) -> JsonObject:
    """The likeliest values of the wanted arguments, and of others whose own words stand beside one."""
    given = _numbers(wanted, others, question, values.numbers)
    given |= _flags([*wanted, *others], question)
    given |= _dates(wanted, question)
    phrases = [
        one for one in wanted if one.role in (*LOOSE, "unit") and one.name not in given and not _is_known(one, question)
    ]
    given |= _phrases(phrases, question, values.phrases)
    return given | _beside(others, question, [one for one in values.phrases if one.value not in given.values()])


def _beside(arguments: Sequence[Argument], question: Question, found: Sequence[Found]) -> JsonObject:
    """Names and quotations for optional arguments, only where the argument's own name stands right beside them."""
    open_ones = [one for one in arguments if one.role == "phrase" and not one.is_list and not choices_of(one.schema)]
    sure = [replace(each, weight=0.0) for each in found if each.weight >= CAPITALS]
    return _fitted_all(nearest(open_ones, sure, question.text, at_least=_AT_ITS_NAME), open_ones, question)


def fitted(value: JsonValue, argument: Argument) -> JsonValue:
    """The value in the argument's type."""
    kind = argument.schema.get("type")
    if kind == "array":
        return [value]
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _fitted_all(given: Mapping[str, Found], arguments: Sequence[Argument], question: Question) -> JsonObject:
    return {
        argument.name: fitted(_meant(given[argument.name], argument, question), argument)
        for argument in arguments
        if argument.name in given
    }


def _meant(found: Found, argument: Argument, question: Question) -> JsonValue:
    """A percentage is a share where an argument takes fractions."""
    if not isinstance(found.value, int | float) or argument.schema.get("type") != "number":
        return found.value
    is_share = question.text[found.end : found.end + 1] == "%" and "percent" not in argument.said.lower()
    return round(found.value / 100, 10) if is_share else found.value


def _numbers(
    wanted: Sequence[Argument], others: Sequence[Argument], question: Question, found: Sequence[Found]
) -> JsonObject:
    of_number = [one for one in wanted if one.role == "number"]
    scalars, lists = [one for one in of_number if not one.is_list], [one for one in of_number if one.is_list]
    listed = list(_lists(question.text)) if lists else []
    free = [each for each in found if not any(start <= each.start < end for start, end, _ in listed)]
    optional = [one for one in others if one.role == "number" and not one.is_list]
    given = dict(nearest(scalars, free, question.text))
    rest = [each for each in free if each not in given.values()]
    given |= nearest(optional, rest, question.text, at_least=_AT_ITS_NAME)
    numbers = _fitted_all(given, [*scalars, *optional], question)
    rest = [each for each in free if each not in given.values()]
    for place, one in enumerate(lists):
        if place < len(listed):
            numbers[one.name] = [*listed[place][2]]
        elif rest and len(lists) == 1:
            numbers[one.name] = [each.value for each in rest]
    return numbers


def _lists(text: str) -> Iterator[tuple[int, int, list[float]]]:
    """The lists of numbers in brackets, and where they are."""
    for found in _LISTED.finditer(text):
        parts = [part.strip().rstrip(".") for part in found[1].split(",")]
        if all(re.fullmatch(r"-?\d+(?:\.\d+)?", part) for part in parts):
            yield found.start(), found.end(), [float(part) if "." in part else int(part) for part in parts]


def _flags(arguments: Sequence[Argument], question: Question) -> JsonObject:
    """A flag whose words are all in the question is set; a required one that is not, is not."""
    asked = set(terms(question.text))
    flags = [one for one in arguments if one.schema.get("type") == "boolean"]
    named = {one.name for one in flags if (own := words(one.name)) and len(own & asked) >= max(1, len(own) - 1)}
    return {
        one.name: one.name in named
        for one in flags
        if one.required or (one.name in named and one.schema.get("default") is not True)
    }


def _dates(arguments: Sequence[Argument], question: Question) -> JsonObject:
    """Days that are told by their distance from today, where a date is wanted and none is written."""
    said = _RELATIVE_DATE.findall(question.text)
    of_date = [one for one in arguments if one.role == "date"]
    if question.dates or not said:
        return {}
    return {one.name: fitted(said[0], one) for one in of_date}


def _is_known(argument: Argument, question: Question) -> bool:
    """Whether the question names something that is just for such an argument."""
    named = {"date": question.dates, "id": question.ids, "person": question.people, "code": question.quoted}
    return bool(named.get(argument.role))


def _phrases(arguments: Sequence[Argument], question: Question, found: Sequence[Found]) -> JsonObject:
    arguments = [one for one in arguments if not choices_of(one.schema)]
    scalars, lists = [one for one in arguments if not one.is_list], [one for one in arguments if one.is_list]
    given = nearest(scalars, found, question.text)
    phrases = _fitted_all(dict(given), scalars, question)
    rest = [each for each in found if each not in given.values()]
    sure = [each for each in rest if each.weight > AFTER_PREPOSITION] or [
        each for each in rest if each.weight >= AFTER_PREPOSITION
    ]
    for one in lists[:1]:
        if chosen := sure or rest[-1:]:
            phrases[one.name] = [each.value for each in chosen]
    return phrases
