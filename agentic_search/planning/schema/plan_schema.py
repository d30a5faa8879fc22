"""Makes the JSON Schema of a plan over the tools at hand, which a provider turns into a grammar.

A token costs time, so a task holds only what its writer must decide: it is `{"search_stories": {"query": …}}`, its id
follows from the order (`t1`, `t2`, …), its purpose is written by the service, and what has a default is left out.

The schema allows what the check accepts: each place of the plan has alternatives of its own, whose references lead to
what was written before it. `item` stands only beside a `for_each`, which is written before the arguments.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pydantic import JsonValue
from pydantic_core import from_json, to_json

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import TASK_FIELDS
from agentic_search.domain.references import readable
from agentic_search.domain.tool import Tool
from agentic_search.models.chat import GrammarLimits
from agentic_search.planning.planner import next_number
from agentic_search.planning.schema.bounds import bounded_arguments
from agentic_search.planning.schema.scalars import honoured
from agentic_search.planning.schema.scope import Scope, definitions


def plan_schema(
    tools: Sequence[Tool],
    limits: GrammarLimits,
    *,
    most_tasks: int = 12,
    earlier: Sequence[str] = (),
    linked: bool = True,
) -> JsonObject:
    """The schema of plans of 1 to `most_tasks` tasks over `tools`, at least one: bounded everywhere.

    With the ids of `earlier` tasks it is that of what is added to their plan, which may be nothing. With `linked` false
    no task refers to another.
    """
    if not tools:
        raise ValueError("a plan needs at least one tool")
    forms = tuple((tool.name, to_json(tool.input_schema)) for tool in tools)
    return from_json(_plan_schema(forms, limits, most_tasks, tuple(earlier), linked=linked))


class _ToolForm(NamedTuple):
    """What of a tool the schema of a plan is made from."""

    name: str
    input_schema: JsonObject


# Making it takes 15 ms for a dozen tools, and every search asks for the same. Kept as text: half a megabyte for forty
# tools, as objects ten times as much, and among hundreds of tools each question has forty of its own.
@lru_cache(maxsize=16)
def _plan_schema(
    forms: tuple[tuple[str, bytes], ...],
    limits: GrammarLimits,
    most_tasks: int,
    earlier: tuple[str, ...],
    *,
    linked: bool,
) -> bytes:
    """The schema as JSON."""
    tools = [_ToolForm(name, from_json(schema)) for name, schema in forms]
    first = next_number(earlier)
    ids = (*earlier, *(f"t{number}" for number in range(first, first + most_tasks)))
    exact = linked and most_tasks > 1 and "prefixItems" in limits.keywords
    lists: list[JsonObject] = [{"const": []}] if earlier else []
    if exact:
        places = [_Place(ids[: len(earlier) + index], str(index + 1)) for index in range(most_tasks)]
        lists += [_tuple(places[: index + 1]) for index in range(most_tasks)]
    else:
        places = [_Place(ids[:-1] if linked else ())]
        lists.append({"type": "array", "items": places[0].task, "minItems": 1, "maxItems": most_tasks})
    bounded = [honoured(form, limits) for form in lists]
    return to_json(
        {
            "type": "object",
            "properties": {"tasks": {"anyOf": [*bounded]} if len(bounded) > 1 else bounded[0]},
            "required": ["tasks"],
            "additionalProperties": False,
            "$defs": {name: form for place in places for name, form in place.definitions(tools, limits)},
        }
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """One place in the list of tasks, or all of them where they do not differ."""

    before: tuple[str, ...]
    """The ids of the tasks that one at this place may refer to."""
    suffix: str = ""
    """Tells the definitions of this place from those of others."""

    @property
    def task(self) -> JsonObject:
        """The `$ref` to what a task at this place may be."""
        return {"$ref": f"#/$defs/task{self.suffix}"}

    def definitions(self, tools: Sequence[_ToolForm], limits: GrammarLimits) -> Iterator[tuple[str, JsonValue]]:
        """What the `$ref` at this place lead to, by name."""
        plain = Scope(readable(self.before, for_each=False), self.suffix)
        yield from definitions(limits, plain).items()
        forms = list(self._forms(tools, limits, plain, {}))
        if self.before:
            looped = Scope(readable(self.before, for_each=True), f"{self.suffix}i")
            yield from definitions(limits, looped).items()
            yield f"earlier{self.suffix}", honoured(_some_of(self.before), limits)
            forms += self._forms(tools, limits, looped, {"for_each": plain.definition("reference")})
        # where no tool's arguments can be written, a task without any is at least refused with what it needs
        yield f"task{self.suffix}", {"anyOf": [*(forms or (_task(tool, _NOTHING, {}, {}) for tool in tools))]}

    def _forms(
        self, tools: Sequence[_ToolForm], limits: GrammarLimits, scope: Scope, loop: JsonObject
    ) -> Iterator[JsonObject]:
        order: JsonObject = {"depends_on": {"$ref": f"#/$defs/earlier{self.suffix}"}} if self.before else {}
        for tool in tools:
            arguments = bounded_arguments(tool.input_schema, limits, scope)
            if arguments is not None and not (loop and arguments.get("properties") == {}):
                yield _task(tool, arguments, loop, order)


_NOTHING: JsonObject = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def _task(tool: _ToolForm, arguments: JsonObject, loop: JsonObject, order: JsonObject) -> JsonObject:
    """The schema of a task that calls one tool, its name being the key of its arguments."""
    call: JsonObject = {tool.name: arguments}
    if tool.name in TASK_FIELDS:
        call = {"tool": {"const": tool.name}, "with": arguments}
    return {
        "type": "object",
        "properties": {**loop, **call, **order},
        "required": [*loop, *call],
        "additionalProperties": False,
    }


def _some_of(before: Sequence[str]) -> JsonObject:
    return {"type": "array", "items": {"enum": [*before]}, "minItems": 1, "maxItems": len(before)}


def _tuple(places: Sequence[_Place]) -> JsonObject:
    tasks: list[JsonValue] = [place.task for place in places]
    return {"type": "array", "prefixItems": tasks, "minItems": len(tasks), "maxItems": len(tasks)}
