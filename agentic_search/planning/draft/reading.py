"""A draft of a plan, any JSON, flows in; the tasks that can be read and plain complaints about the rest flow out."""

from dataclasses import dataclass

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import ARGUMENTS, MOST_TASKS, Task
from agentic_search.planning.draft.suggestions import did_you_mean

_FIELDS = tuple(Task.model_fields)
_MUST = {
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "dict_type": "must be an object",
    "tuple_type": "must be a list",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "string_pattern_mismatch": (
        "must begin with a letter or '_' and go on with at most 63 letters, digits, '_' or '-'"
    ),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What of a draft could be read."""

    tasks: tuple[Task, ...] = ()
    ids: tuple[str, ...] = ()
    """Every id that was written, in order, also of tasks that could not be read."""
    complaints: tuple[str, ...] = ()


def json_kind(value: object) -> str:
    """What people call a JSON value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def read_draft(draft: JsonValue, *, first: int = 1) -> Draft:
    """Read a plan as `{"tasks": [{…}, …]}`; a task without an id is named by its place, `t1`, `t2`, …

    `first` is the place of its first task. What is added to a plan, from a later place on, may be no task at all.
    """
    match draft:
        case {"tasks": [*tasks], **rest}:
            read = [read_task(task, place) for place, task in enumerate(tasks, start=first)]
            return Draft(
                tasks=tuple(task for part in read for task in part.tasks),
                ids=tuple(task_id for part in read for task_id in part.ids),
                complaints=(
                    *(f"the plan has an unknown field {name!r}" for name in rest),
                    *_about_length(len(tasks), fewest=1 if first == 1 else 0),
                    *(complaint for part in read for complaint in part.complaints),
                ),
            )
        case {"tasks": other}:
            return Draft(complaints=(f"the plan's 'tasks' must be a list of tasks, not {json_kind(other)}",))
        case {}:
            return Draft(complaints=('the plan has no \'tasks\'; write {"tasks": [{"tool": …}]}',))
        case _:
            return Draft(complaints=(f"a plan must be an object with 'tasks', not {json_kind(draft)}",))


def read_task(draft: JsonValue, place: int) -> Draft:
    """Read the task at `place`, counted from 1."""
    if not isinstance(draft, dict):
        return Draft(complaints=(f"task number {place} must be an object, not {json_kind(draft)}",))
    numbered: JsonObject = {"id": f"t{place}", **draft}
    task_id = numbered["id"]
    written = (task_id,) if isinstance(task_id, str) else ()
    name = f"task {task_id!r}" if written else f"task number {place}"
    try:
        return Draft(tasks=(Task.model_validate(numbered),), ids=written)
    except ValidationError as problem:
        sentences = (f"{name}: {_sentence(error)}" for error in problem.errors(include_url=False))
        return Draft(ids=written, complaints=tuple(sentences))


def _about_length(tasks: int, *, fewest: int) -> tuple[str, ...]:
    if tasks < fewest:
        return ("the plan has no tasks; at least one is needed",)
    if tasks > MOST_TASKS:
        return (f"the plan has {tasks} tasks; at most {MOST_TASKS} are allowed",)
    return ()


def _sentence(error: ErrorDetails) -> str:
    field, *inner = error["loc"] or ("task",)
    place = f"{str(field)!r}" + "".join(f"[{step}]" for step in inner)
    match error["type"]:
        case "missing":
            return f"{place} is missing"
        case "extra_forbidden":
            return f"unknown field {place}{did_you_mean(str(field), _FIELDS)}"
        case _ if inner and field in ARGUMENTS:
            return f"{str(field)!r} is nested too deeply"  # JSON has no other way to be wrong inside
        case "greater_than":
            return f"{place} must be more than {error.get('ctx', {}).get('gt')}"
        case kind:
            must = _MUST.get(kind, f"is not right: {error['msg']}")
            return f"{place} {must}, not {_shown(error['input'])}"


def _shown(value: object) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:59] + "…")
    return json_kind(value)
