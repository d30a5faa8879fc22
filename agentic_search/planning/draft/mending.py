"""Mends one task of a model's draft where that is safe, and says what was done.

What cannot be is left out where the task can do without it: an order, a `for_each`, an optional argument. A task whose
required argument cannot be is dropped. What the check accepts is never changed, and what it refuses for other reasons
is left to it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from pydantic import JsonValue

from agentic_search.domain.plan import Task
from agentic_search.domain.references import BadReference, readable, references_in, whole_reference
from agentic_search.domain.tool import Tool
from agentic_search.planning.draft.forms import is_finite


@dataclass(frozen=True, slots=True)
class MendedTask:
    """What became of a task."""

    task: Task | None
    """None: it is dropped."""
    notes: tuple[str, ...] = ()
    """What was done, as sentences without a full stop; none where nothing had to be."""


def mended(task: Task, tool: Tool, others: Collection[str]) -> MendedTask:
    """Make of a task for `tool` one that refers to no tasks but those with the ids `others`."""
    notes: list[str] = []
    waits = tuple(name for name in task.depends_on if name in others)
    notes += (f"it does not wait for {name!r}" for name in task.depends_on if name not in others)
    for_each = task.for_each
    names = readable(tuple(others), for_each=False)
    if for_each is not None and (why := _no_loop(for_each, names)):
        for_each = None
        notes.append(f"'for_each' was left out: {why}")
    names = readable(tuple(others), for_each=for_each is not None)
    arguments = dict(task.arguments)
    for name, value in task.arguments.items():
        if why := _impossible(value, names):
            if name in tool.required_arguments:
                return MendedTask(None, (f"task {task.id!r} was left out: its argument {name!r} {why}",))
            del arguments[name]
            notes.append(f"the argument {name!r} was left out: it {why}")
    if not notes:
        return MendedTask(task)
    changed = task.model_copy(update={"depends_on": waits, "for_each": for_each, "arguments": arguments})
    return MendedTask(changed, tuple(f"task {task.id!r}: {note}" for note in notes))


def _no_loop(for_each: str, names: Collection[str]) -> str | None:
    """Why the list of a `for_each` cannot be had."""
    try:
        strange = whole_reference(for_each).names - set(names)
    except BadReference as problem:
        return str(problem)
    return f"it reads {_listed(strange)}, which it cannot" if strange else None


def _impossible(value: JsonValue, names: Collection[str]) -> str | None:
    """Why an argument cannot be had."""
    if not is_finite(value):
        return "holds a number that JSON does not have"
    try:
        strange = {name for reference in references_in(value) for name in reference.names} - set(names)
    except BadReference as problem:
        return f"cannot be read: {problem}"
    return f"reads {_listed(strange)}, which it cannot" if strange else None


def _listed(names: Collection[str]) -> str:
    return ", ".join(map(repr, sorted(names)))
