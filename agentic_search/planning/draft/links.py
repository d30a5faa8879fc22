"""A task flows in; the names its references read, and complaints about references that cannot be, flow out."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from agentic_search.domain.plan import Task
from agentic_search.domain.references import INPUTS, ITEM, BadReference, Reference, split_template, whole_reference


@dataclass(frozen=True, slots=True)
class Links:
    """How a task hangs on other tasks."""

    reads: tuple[str, ...]
    """Names that its references read, `item` apart, in order of writing."""
    inputs: tuple[str, ...]
    """Fields that its references read of `inputs`."""
    complaints: tuple[str, ...]


def links(task: Task) -> Links:
    """Read every reference of the arguments, of `for_each` and of `when`."""
    reads: dict[str, None] = {}
    inputs: dict[str, None] = {}
    complaints: list[str] = []
    for place, reference in _places(task):
        match reference:
            case BadReference():
                complaints.append(f"{place}: {reference}")
            case Reference(names=names, fields=fields):
                if ITEM in names and not (task.for_each and place.startswith("argument")):
                    complaints.append(_stray_item(place, reference, looped=task.for_each is not None))
                reads |= dict.fromkeys(sorted(names - {ITEM}))
                inputs |= dict.fromkeys(sorted(field for owner, field in fields if owner == INPUTS))
    return Links(tuple(reads), tuple(inputs), tuple(complaints))


def _stray_item(place: str, reference: Reference, *, looped: bool) -> str:
    text = f"${{{reference.text}}}"
    if looped:
        return f"{place}: {text} can be used in arguments only"
    return f"{place}: {text} needs a 'for_each' that says which list the items come from"


def _places(task: Task) -> Iterator[tuple[str, Reference | BadReference]]:
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
