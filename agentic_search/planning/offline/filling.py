"""Fills a tool's arguments from the question alone, or says which it does not give.

A value goes only where it can be meant: a path where a path is taken, a name of code where one is, a person, a time
zone, an address. Only what says nothing of itself takes a number or a phrase, and then the one that stands nearest to
the argument's own words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.expressions import expressions
from agentic_search.planning.offline.nearest import Found, nearest
from agentic_search.planning.offline.phrases import numbers_in, phrases_in
from agentic_search.planning.offline.question import Question
from agentic_search.planning.offline.roles import ASKING, Argument, Role, arguments_of, choices_of
from agentic_search.planning.offline.tool_words import told_words
from agentic_search.planning.offline.wording import intents
from agentic_search.planning.offline.zones import zones_in
from agentic_search.text.lexicon import terms


@dataclass(frozen=True, slots=True)
class Filling:
    """What the question gives a tool."""

    arguments: JsonObject = field(default_factory=dict[str, JsonValue])
    roles: frozenset[Role] = frozenset()
    """What kinds of value the arguments are that it is called with."""
    missing: tuple[str, ...] = ()
    """Required arguments that the question does not give."""


def fill(tool: Tool, question: Question, *, freely: bool = False) -> Filling:
    """Fill what is required, an optional query where none is required, and choices and values that are named.

    Where it is sure already that the tool is meant, `freely`: numbers and phrases are given out as well where there are
    more or fewer of them than are wanted, and words without capitals may be values, too.
    """
    arguments = arguments_of(tool)
    wanted = [argument for argument in arguments if argument.required]
    if not any(argument.role in ASKING for argument in wanted):
        wanted += [argument for argument in arguments if not argument.required and argument.role in ASKING][:1]
    values = _values(wanted, question, tool, freely=freely)
    others = [argument for argument in arguments if argument not in wanted]
    named = _named(others, question, freely=freely)
    missing = tuple(argument.name for argument in wanted if argument.required and argument.name not in values)
    return Filling({**values, **named}, frozenset(argument.role for argument in wanted), missing)


def _values(arguments: Sequence[Argument], question: Question, tool: Tool, *, freely: bool) -> JsonObject:
    values: JsonObject = {}
    unsettled: list[Argument] = []
    for argument in arguments:
        settled = None if argument.role in ASKING else _settled(argument, question)
        if settled is not None:
            values[argument.name] = settled
        elif not choices_of(argument.schema):
            unsettled.append(argument)
    for role in dict.fromkeys(argument.role for argument in unsettled):
        of_role = [argument for argument in unsettled if argument.role == role]
        if role in ("number", "phrase"):
            values |= _guessed(of_role, role, question, tool, freely=freely)
        else:
            values |= _shared_out(of_role, _given(role, of_role[0], question))
    return values


def _given(role: Role, argument: Argument, question: Question) -> Sequence[JsonValue]:
    """What the question names that can only be meant for such an argument."""
    match role:
        case "query" | "text":
            return (question.search,)
        case "question":
            return (question.text,)
        case "url":
            return question.urls
        case "date":
            return question.dates
        case "id":
            return question.ids
        case "path":
            return question.paths
        case "dotted":
            return question.dotted
        case "person":
            return question.people
        case "zone":
            by_city = "city" in argument.said.lower()
            return [place if by_city else zone for place, zone in zones_in(question.text)]
        case "expression":
            return expressions(question.text)
        case "code":
            return question.quoted
        case _:
            return ()


def _shared_out(arguments: Sequence[Argument], found: Sequence[JsonValue]) -> JsonObject:
    if not found:
        return {}
    if len(arguments) == 1 and arguments[0].is_list:
        return {arguments[0].name: [*found]}
    supply = [*found, *[found[-1]] * len(arguments)]
    return {argument.name: _cast(value, argument) for argument, value in zip(arguments, supply, strict=False)}


def _guessed(arguments: Sequence[Argument], role: Role, question: Question, tool: Tool, *, freely: bool) -> JsonObject:
    """Numbers or phrases for arguments that say nothing more of themselves."""
    if role == "number":
        found = numbers_in(question)
    else:
        found = phrases_in(question, told_words(tool), plain=freely)
    if len(arguments) == 1 and arguments[0].is_list:
        return {arguments[0].name: [each.value for each in found]} if found else {}
    if not freely and len(found) != len(arguments):
        return {}
    given = nearest(arguments, found, question.text)
    return {
        argument.name: _cast(_meant(given[argument.name], argument, question), argument)
        for argument in arguments
        if argument.name in given
    }


def _meant(found: Found, argument: Argument, question: Question) -> JsonValue:
    """A percentage is a share where an argument takes fractions."""
    is_share = argument.schema.get("type") == "number" and question.text[found.end : found.end + 1] == "%"
    return round(found.value / 100, 10) if is_share and isinstance(found.value, int | float) else found.value


def _cast(value: JsonValue, argument: Argument) -> JsonValue:
    kind = argument.schema.get("type")
    if kind == "array":
        return [value]
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _named(arguments: Sequence[Argument], question: Question, *, freely: bool) -> JsonObject:
    """Values of optional arguments that the question names: choices, people, and numbers at the argument's own words."""
    values: JsonObject = {}
    for argument in arguments:
        if (choice := _choice(argument, question)) is not None:
            values[argument.name] = choice
        elif argument.role == "zone" and (zones := _given("zone", argument, question)):
            values[argument.name] = zones[0]
    numbers = [argument for argument in arguments if argument.role == "number" and not argument.is_list]
    if freely and numbers:
        given = nearest(numbers, numbers_in(question), question.text, at_least=_AT_ITS_NAME)
        values |= {
            argument.name: _cast(_meant(given[argument.name], argument, question), argument)
            for argument in numbers
            if argument.name in given
        }
    return values


_AT_ITS_NAME = 1.0
"""How near an optional argument's own words have to be."""


def _settled(argument: Argument, question: Question) -> JsonValue:
    """A value that the schema itself settles: its default, its only one, or the choice that the question names."""
    match argument.schema:
        case {"const": constant}:
            return constant
        case {"enum": [only]}:
            return only
        case _:
            named = _choice(argument, question)
            return named if named is not None else argument.schema.get("default")


def _choice(argument: Argument, question: Question) -> JsonValue:
    """The only choice that the question names."""
    choices = choices_of(argument.schema)
    if not choices:
        return None
    asked = set(terms(question.text))
    named = [choice for choice in choices if isinstance(choice, str) and asked.issuperset(_content(choice))]
    if not named and "newest" in intents(question.text):
        named = [choice for choice in choices if isinstance(choice, str) and not _NEWEST.isdisjoint(terms(choice))][:1]
    if argument.is_list:
        return [*named] or None
    return named[0] if len(named) == 1 else None


_NEWEST = frozenset(terms("newest latest recent"))


def _content(choice: str) -> list[str]:
    return terms(choice) or [choice]
