"""How tasks hang on each other: what the references of a task read, and the cycles in which tasks wait for each other.

References that cannot be, such as `${item}` outside of a `for_each`, become complaints.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from agentic_search.domain.plan import Task
from agentic_search.domain.references import (
    INPUTS,
    ITEM,
    BadReference,
    Reference,
    readable,
    split_template,
    whole_reference,
)
from agentic_search.domain.tool import Tool, by_any_name


@dataclass(frozen=True, slots=True)
class Links:
    """How a task hangs on other tasks."""

    reads: tuple[str, ...]
    """Names that its references read, `item` apart, in order of writing."""
    inputs: tuple[str, ...]
    """Fields that its references read of `inputs`."""
    complaints: tuple[str, ...]


def links(task: Task, most: int = sys.maxsize) -> Links:
    """Read every reference of the arguments, of `for_each` and of `when`; more than `most` are a complaint."""
    reads: dict[str, None] = {}
    inputs: dict[str, None] = {}
    complaints: list[str] = []
    for number, (where, reference) in enumerate(_found(task)):
        if number == most:
            complaints.append(
                f"it has more than {most:,} references, each of which is looked up when it begins: refer to whole "
                "lists and objects, or raise AGENTIC_SEARCH_MAX_REFERENCES"
            )
            break
        match reference:
            case BadReference():
                complaints.append(f"{where}: {reference}")
            case Reference(names=names, fields=fields):
                looped = task.for_each is not None and where.startswith("argument")
                if ITEM in names and ITEM not in readable((), for_each=looped):
                    complaints.append(_stray_item(where, reference, looped=task.for_each is not None))
                reads |= dict.fromkeys(sorted(names - {ITEM}))
                inputs |= dict.fromkeys(sorted(field for owner, field in fields if owner == INPUTS))
    return Links(tuple(reads), tuple(inputs), tuple(complaints))


def reading_part(tasks: Sequence[Task], tools: Iterable[Tool]) -> tuple[tuple[Task, ...], tuple[str, ...]]:
    """What may run of a plan that was not finished: tasks that only read, and wait for no other; why not the others.

    The tasks are in the order in which they were accepted, the second are sentences without a full stop.
    """
    catalog, left_out = by_any_name(tools), dict[str, str]()
    for task in tasks:
        if not catalog[task.tool].read_only:
            left_out[task.id] = (
                f"task {task.id!r} was left out: it could change something, and the plan is not finished"
            )
        elif waits := [name for name in task.depends_on if name in left_out]:
            left_out[task.id] = f"task {task.id!r} was left out: it waits for {waits[0]!r}"
    return tuple(task for task in tasks if task.id not in left_out), tuple(left_out.values())


def _stray_item(where: str, reference: Reference, *, looped: bool) -> str:
    text = f"${{{reference.text}}}"
    if looped:
        return f"{where}: {text} can be used in arguments only"
    return f"{where}: {text} needs a 'for_each' that says which list the items come from"


def _found(task: Task) -> Iterator[tuple[str, Reference | BadReference]]:
    """Each reference, and where it stands: in which argument, in `for_each` or in `when`."""
    for path, text in _texts(task.arguments, ""):
        for found in _references(text):
            yield f"argument {path!r}", found
    for name, text in (("for_each", task.for_each), ("when", task.when)):
        if text is not None:
            yield repr(name), _whole(text)


def _texts(value: JsonValue, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case list():
            for index, element in enumerate(value):
                yield from _texts(element, f"{path}[{index}]")
        case dict():
            for name, element in value.items():
                yield from _texts(element, f"{path}.{name}" if path else name)
        case _:
            return


def _references(text: str) -> Iterator[Reference | BadReference]:
    try:
        yield from (piece for piece in split_template(text) if isinstance(piece, Reference))
    except BadReference as problem:
        yield problem


def _whole(text: str) -> Reference | BadReference:
    try:
        return whole_reference(text)
    except BadReference as problem:
        return problem


def cycles(needs: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Each cycle as the ids along it, the first again at the end: `("t1", "t2", "t1")`.

    `needs` gives the ids that each id waits for, all of them keys too. Cycles are disjoint: an id is named in one
    at most, so the work and the text stay linear in the size of the plan.
    """
    seen: set[str] = set()
    for root in needs:
        yield from _cycles_from(root, needs, seen)


def _cycles_from(root: str, needs: Mapping[str, Sequence[str]], seen: set[str]) -> Iterator[tuple[str, ...]]:
    if root in seen:
        return
    seen.add(root)
    path = {root: iter(needs[root])}
    while path:
        task_id = next(reversed(path))
        onward = next((other for other in path[task_id] if other in path or other not in seen), None)
        if onward is None:
            del path[task_id]
        elif onward in path:
            ids = list(path)
            cycle = ids[ids.index(onward) :]
            yield (*cycle, onward)
            for each in cycle:
                del path[each]
        else:
            seen.add(onward)
            path[onward] = iter(needs[onward])
