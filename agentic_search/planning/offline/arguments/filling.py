"""Fills a tool's arguments from the question alone, or says which it does not give.

A value goes only where it can be meant: a path where a path is taken, a name of code where one is, a person, a time
zone, an address. Only what says nothing of itself takes a number or a phrase, and then the one that stands nearest to
the argument's own words.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.draft.argument_check import argument_complaints
from agentic_search.planning.offline.arguments.argument import ASKING, Argument, Role, choices_of
from agentic_search.planning.offline.arguments.guessing import exactly, fitted, guessed
from agentic_search.planning.offline.arguments.phrases import values_in
from agentic_search.planning.offline.arguments.roles import arguments_of
from agentic_search.planning.offline.arguments.values import Values
from agentic_search.planning.offline.reading.expressions import expressions
from agentic_search.planning.offline.reading.question import Question
from agentic_search.planning.offline.reading.units import asked_units, counted_units
from agentic_search.planning.offline.reading.wording import intents, things
from agentic_search.planning.offline.reading.zones import zones_in
from agentic_search.text.lexicon import terms


@dataclass(frozen=True, slots=True)
class Filling:
    """What the question gives a tool."""

    arguments: JsonObject = field(default_factory=dict[str, JsonValue])
    roles: frozenset[Role] = frozenset()
    """What kinds of value the arguments are that it is called with."""
    missing: tuple[str, ...] = ()
    """Required arguments that the question does not give."""

    def suits(self, tool: Tool) -> bool:
        """Whether the tool takes what it is given, and needs nothing else."""
        return not self.missing and not argument_complaints(self.arguments, tool)


def fill(
    tool: Tool,
    question: Question,
    *,
    freely: bool = False,
    values: Values | None = None,
    known: JsonObject | None = None,
) -> Filling:
    """Fill what is required, an optional query where none is required, and choices and values that are named.

    Where it is sure already that the tool is meant, `freely`: numbers and phrases are given out as well where there are
    more or fewer of them than are wanted, and words without capitals may be values, too. `values` are the numbers and
    phrases to be used, where they are not all that the question names; what is needed and not named is taken from the
    arguments of another call that are `known`.
    """
    arguments = arguments_of(tool)
    wanted = [argument for argument in arguments if argument.required]
    if not any(argument.role in ASKING for argument in wanted):
        wanted += [argument for argument in arguments if not argument.required and argument.role in ASKING][:1]
    others = [argument for argument in arguments if argument not in wanted]
    given = _settled_ones(wanted, question) | _named(others, question, tool) | _units(arguments, question)
    open_ones = [one for one in wanted if one.name not in given and not choices_of(one.schema)]
    values = values or values_in(question, tool, arguments, freely=freely)
    if freely:
        given |= guessed(open_ones, [one for one in others if one.name not in given], question, values)
        given |= _surely(
            [one for one in open_ones if one.name not in given and not (one.role in ASKING and one.is_list)], question
        )
    else:
        given |= _surely(open_ones, question) | exactly(open_ones, question, values)
    lacking = [*open_ones, *(others if _SAME.search(question.text) else ())]
    given |= {one.name: known[one.name] for one in lacking if known and one.name in known and one.name not in given}
    missing = tuple(argument.name for argument in wanted if argument.required and argument.name not in given)
    return Filling(given, frozenset(argument.role for argument in wanted), missing)


def _settled_ones(arguments: Sequence[Argument], question: Question) -> JsonObject:
    found = {one.name: _settled(one, question) for one in arguments if one.role not in ASKING}
    return {name: value for name, value in found.items() if value is not None}


def _units(arguments: Sequence[Argument], question: Question) -> JsonObject:
    """The units that are named: where two are taken, that of the numbers and that of the answer."""
    of_unit = [one for one in arguments if one.role == "unit" and not one.is_list and not choices_of(one.schema)]
    if not of_unit:
        return {}
    asked, counted = asked_units(question.text), counted_units(question.text)
    if len(of_unit) == 1:
        [only] = of_unit
        units = asked or (counted if only.required else [])
        return {only.name: units[0]} if units else {}
    froms = [one for one in of_unit if not _SOURCE.isdisjoint(one.words)][:1]
    given: JsonObject = {one.name: unit for one, unit in zip(froms, counted, strict=False)}
    others = [one for one in of_unit if one not in froms]
    return given | {one.name: unit for one in others[:1] for unit in asked[:1]}


_SAME = re.compile(r"\b(?:same|gleiche[nrs]?|même)\b", re.IGNORECASE)
_SOURCE = frozenset(terms("from source original base initial input current"))


def _surely(arguments: Sequence[Argument], question: Question) -> JsonObject:
    """What is named that can be meant for no other arguments."""
    values: JsonObject = {}
    for first in arguments:
        of_role = [argument for argument in arguments if argument.role == first.role]
        if of_role[0] is first:
            values |= _shared_out(of_role, _given(first.role, first, question))
    return values


_GIVEN: dict[Role, Callable[[Question], Sequence[JsonValue]]] = {
    "query": lambda question: (question.search,),
    "text": lambda question: (question.search,),
    "question": lambda question: (question.text,),
    "url": lambda question: question.urls,
    "date": lambda question: question.dates,
    "id": lambda question: question.ids,
    "path": lambda question: question.paths,
    "dotted": lambda question: question.dotted,
    "person": lambda question: question.people,
    "expression": lambda question: expressions(question.text),
    "code": lambda question: question.quoted,
}


def _given(role: Role, argument: Argument, question: Question) -> Sequence[JsonValue]:
    if role == "zone":
        by_city = "city" in argument.said.lower()
        return [place if by_city else zone for place, zone in zones_in(question.text)]
    return _GIVEN[role](question) if role in _GIVEN else ()


def _shared_out(arguments: Sequence[Argument], found: Sequence[JsonValue]) -> JsonObject:
    if not found:
        return {}
    if len(arguments) == 1 and arguments[0].is_list:
        return {arguments[0].name: [*found]}
    supply = [*found, *[found[-1]] * len(arguments)]
    return {argument.name: fitted(value, argument) for argument, value in zip(arguments, supply, strict=False)}


def _named(arguments: Sequence[Argument], question: Question, tool: Tool) -> JsonObject:
    """Values of optional arguments that the question names: choices, places, and of its own things whose they are."""
    values: JsonObject = {}
    speaks_of_it = not things(f"{tool.name} {tool.title}").isdisjoint(things(question.text))
    for argument in arguments:
        if (choice := _choice(argument, question, newest=speaks_of_it)) is not None:
            values[argument.name] = choice
        elif argument.role == "zone" and (zones := _given("zone", argument, question)):
            values[argument.name] = zones[0]
        elif argument.role == "person" and speaks_of_it and question.people:
            values[argument.name] = question.people[0]
    return values


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


def _choice(argument: Argument, question: Question, *, newest: bool = False) -> JsonValue:
    """The only choice that the question names."""
    choices = choices_of(argument.schema)
    if not choices:
        return None
    asked = set(terms(question.text))
    named = [choice for choice in choices if isinstance(choice, str) and asked.issuperset(_content(choice))]
    if not named and newest and "newest" in intents(question.text):
        named = [choice for choice in choices if isinstance(choice, str) and not _NEWEST.isdisjoint(terms(choice))][:1]
    if argument.is_list:
        return [*named] or None
    return named[0] if len(named) == 1 else None


_NEWEST = frozenset(terms("newest latest recent"))


def _content(choice: str) -> list[str]:
    return terms(choice) or [choice]
