"""Makes the examples of a planning prompt from the tools at hand, with values from the question.

Small models copy examples. So each is a plan that the check accepts, of tools that only read, each called with what
the question gives: a copy does no harm.
"""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.argument_check import argument_complaints
from agentic_search.planning.draft.check import check
from agentic_search.planning.model.tool_line import result_schema
from agentic_search.planning.offline.arguments.argument import ASKING
from agentic_search.planning.offline.arguments.filling import Filling, fill
from agentic_search.planning.offline.arguments.tool_words import SEARCHING
from agentic_search.planning.offline.reading.question import Question, read_question
from agentic_search.planning.relevance import by_relevance
from agentic_search.planning.schema.alternatives import alternatives
from agentic_search.text.lexicon import terms
from agentic_search.text.sentences import shortened

_LONGEST_TEXT = 120
_MOST_ELEMENTS = 2
"""Of a list, that a linked example calls a tool for."""


def example_plans(query: str, tools: Sequence[Tool], *, linked: bool) -> tuple[Plan, ...]:
    """One task, then two; where `linked`, the last is one task and another for each element of its result.

    Fewer where the question gives the tools no arguments, none where it gives them to no tool.
    """
    tasks = _independent(query, tools)
    drafts = [tasks[:count] for count in range(1, len(tasks) + 1)]
    if linked and (pair := next(_pairs(tasks, tools), None)):
        drafts = [tasks, pair]
    return tuple(Plan(tasks=tuple(draft)) for draft in drafts)


def _independent(query: str, tools: Sequence[Tool]) -> list[Task]:
    """The best call and another, if there is one: of another server rather than of the same."""
    calls = sorted(_calls(query, tools), key=lambda call: call[0])
    first = calls[:1]
    elsewhere = [call for call in calls[1:] if call[1].server != calls[0][1].server]
    chosen = [*first, *(elsewhere or calls[1:])[:1]]
    return [Task(id=f"t{number}", tool=tool.name, arguments=given) for number, (_, tool, given) in enumerate(chosen, 1)]


def _calls(query: str, tools: Sequence[Tool]) -> Iterator[tuple[int, Tool, JsonObject]]:
    """Every tool that only reads and that the question gives all arguments, the most relevant first, with its order."""
    question = read_question(query)
    for scored in by_relevance(query, tools):
        filling = fill(scored.tool, question)
        arguments = {name: _short(value, question) for name, value in filling.arguments.items()}
        usable = scored.tool.read_only and not filling.missing and not argument_complaints(arguments, scored.tool)
        if usable and (order := _order(scored.tool, filling)) is not None:
            yield order, scored.tool, arguments


def _order(tool: Tool, filling: Filling) -> int | None:
    """First what the question names by address or id, then searches; None: a guess, as what takes any phrase."""
    if not filling.roles.isdisjoint(("url", "id")):
        return 0
    if ASKING & filling.roles:
        return 1 if SEARCHING & set(terms(tool.name)) else 2
    return None if filling.roles else 3


def _short(value: JsonValue, question: Question) -> JsonValue:
    """A search goes by few words; other texts may lose words, but not what is one word, as an address."""
    if not isinstance(value, str) or " " not in value:
        return value
    return shortened(_key_words(value) if value == question.search else value, _LONGEST_TEXT)


def _key_words(text: str) -> str:
    """Without the words that hold a question together, unless marks or capitals say that they are meant."""
    kept = [word for word in text.split() if terms(word) or not word.isalpha() or word[1:].isupper()]
    return " ".join(kept) if len(kept) > 1 else text


def _pairs(tasks: Sequence[Task], tools: Sequence[Tool]) -> Iterator[list[Task]]:
    """A task, and a tool called for each element of its result: one that needs a field of that name alone."""
    by_name = {tool.name: tool for tool in tools}
    for first in tasks:
        for path, fields in _lists(by_name[first.tool]):
            for tool in tools:
                if tool.read_only and tool.name != first.tool and (name := _only_required(tool)) in fields:
                    yield from _checked(first, tool, name, f"${{t1{path}[:{_MOST_ELEMENTS}]}}", tools)


def _checked(first: Task, tool: Tool, name: str, elements: str, tools: Sequence[Tool]) -> Iterator[list[Task]]:
    task = Task(id="t2", tool=tool.name, arguments={name: f"${{item.{name}}}"}, for_each=elements)
    pair = [first.model_copy(update={"id": "t1"}), task]
    try:
        check(Plan(tasks=tuple(pair)).model_dump(mode="json"), tools)
    except PlanRefused:
        return
    yield pair


def _only_required(tool: Tool) -> str:
    match tool.input_schema.get("required"):
        case [str(name)]:
            return name
        case _:
            return ""


def _lists(tool: Tool) -> Iterator[tuple[str, JsonObject]]:
    """Each list of objects in a result, by the path of a reference, with the fields of its elements."""
    root = tool.output_schema or {}
    for form in alternatives(result_schema(tool), root):
        for path, schema in (("", form), *_properties(form)):
            for each in alternatives(schema, root):
                for element in alternatives(each["items"], root) if "items" in each else ():
                    match element.get("properties"):
                        case {**fields}:
                            yield path, fields
                        case _:
                            pass


def _properties(form: JsonObject) -> Iterator[tuple[str, JsonValue]]:
    match form.get("properties"):
        case {**properties}:
            yield from ((f".{name}", schema) for name, schema in properties.items())
        case _:
            return
