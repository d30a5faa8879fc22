"""Makes a workflow of a plan that has run: the question and what else was written into arguments become its inputs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import yaml
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.references import BadReference, references_in
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.links import links
from agentic_search.text.naming import did_you_mean
from agentic_search.workflows.workflow import QUESTION

_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def workflow_text(
    name: str, plan: Plan, *, question: str, description: str, chosen: Iterable[str] | None, given: JsonObject | None
) -> str:
    """The YAML of a workflow that does what the plan did, unless it is given other inputs.

    `chosen` names arguments that become inputs, as `t1.limit`; None: every plain value. `given` is what the plan's
    own references to `inputs` read. Raises PlanRefused for an argument that there is not.
    """
    literals = dict(_literals(plan, question))
    if chosen is None:
        wanted = [place for place, value in literals.items() if isinstance(value, str | int | float)]
    else:
        wanted = list(dict.fromkeys(chosen))
        if unknown := [place for place in wanted if place not in literals]:
            told = "there is no value {!r} to make an input of{}"
            raise PlanRefused(tuple(told.format(place, did_you_mean(place, literals)) for place in unknown))
    taken = {key: value for key, value in (given or {}).items() if key != QUESTION and value is not None}
    names = _names(wanted, taken)
    inputs = taken | {names[place]: literals[place] for place in wanted}
    written = {
        "name": name,
        **({"description": description} if description else {}),
        **({"inputs": {key: _schema(value) for key, value in inputs.items()}} if inputs else {}),
        "tasks": [_task(task, names, question) for task in plan.tasks],
    }
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=120)


def _literals(plan: Plan, question: str) -> Iterator[tuple[str, JsonValue]]:
    """Every argument without references that is not the question, by its task and name."""
    for task in plan.tasks:
        for name, value in task.arguments.items():
            if value is not None and not _is_question(value, question) and not _reads(value):
                yield f"{task.id}.{name}", value


def _reads(value: JsonValue) -> bool:
    try:
        return any(True for _ in references_in(value))
    except BadReference:
        return True


def _is_question(value: JsonValue, question: str) -> bool:
    return isinstance(value, str) and value.strip() == question.strip()


def _names(places: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """An input's name is that of its argument; where several would share it, the task's id stands before it."""
    fields = {place: _as_name(place.partition(".")[2]) for place in places}
    shared = Counter([*fields.values(), *taken, QUESTION])
    named = {place: field if shared[field] == 1 else _as_name(place) for place, field in fields.items()}
    again = Counter([*named.values(), *taken, QUESTION])
    numbered = enumerate(named.items(), start=1)
    return {place: name if again[name] == 1 else f"{name}_{number}" for number, (place, name) in numbered}


def _as_name(text: str) -> str:
    plain = "".join(each if each.isascii() and each.isalnum() else "_" for each in text)[:50]
    return plain if plain[:1].isalpha() else f"_{plain}"


def _schema(value: JsonValue) -> JsonObject:
    return {"type": _TYPES[type(value)], "default": value}


def _task(task: Task, names: dict[str, str], question: str) -> JsonObject:
    written: JsonObject = task.model_dump(mode="json", exclude_defaults=True, exclude={"arguments", "depends_on"})
    arguments = {name: _argument(task, name, value, names, question) for name, value in task.arguments.items()}
    if arguments:
        written["arguments"] = arguments
    if waits := [name for name in task.depends_on if name not in links(task).reads]:
        written["depends_on"] = [*waits]
    return written


def _argument(task: Task, name: str, value: JsonValue, names: dict[str, str], question: str) -> JsonValue:
    if (place := f"{task.id}.{name}") in names:
        return f"${{inputs.{names[place]}}}"
    return f"${{inputs.{QUESTION}}}" if _is_question(value, question) else value
