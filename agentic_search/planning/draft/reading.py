"""Reads the draft of a plan, which may be any JSON: the tasks that can be read, and plain complaints about the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import ARGUMENTS, MOST_TASKS, Task
from agentic_search.domain.tool import Tool
from agentic_search.text.naming import did_you_mean, json_kind

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

_MOST_MISTAKES = 20
"""Of one task that are told."""

_SAME: Sequence[frozenset[str]] = (
    frozenset({"query", "q", "search_query", "search", "keywords", "text", "question"}),
    frozenset({"size", "limit", "max_results", "num_results", "maxResults", "numResults", "top_k", "n", "count"}),
    frozenset({"user", "user_id", "username", "user_name", "userId", "author"}),
    frozenset({"path", "file_path", "filepath", "filePath", "filename", "file"}),
    frozenset({"url", "uri", "link", "href", "address"}),
    frozenset({"id", "item_id", "story_id", "document_id", "identifier"}),
)
"""Names that tools and callers give to common arguments, by meaning; a tool with two of them means two things."""


@dataclass(frozen=True, slots=True)
class ReadDraft:
    """What of a draft could be read."""

    tasks: tuple[Task, ...] = ()
    ids: tuple[str, ...] = ()
    """Every id that was written, in order, also of tasks that could not be read."""
    complaints: tuple[str, ...] = ()


def read_draft(draft: JsonValue, *, first: int) -> ReadDraft:
    """Read a plan as `{"tasks": [{…}, …]}`; a task without an id is named by its number, `t1`, `t2`, …

    `first` is the number of its first task. What is added to a plan, from a later number on, may be no task at all.
    """
    match draft:
        case {"tasks": [*tasks], **rest}:
            read = [read_task(task, number) for number, task in enumerate(tasks, start=first)]
            return ReadDraft(
                tasks=tuple(task for part in read for task in part.tasks),
                ids=tuple(task_id for part in read for task_id in part.ids),
                complaints=(
                    *(f"the plan has an unknown field {name!r}" for name in rest),
                    *_about_length(len(tasks), fewest=1 if first == 1 else 0),
                    *(complaint for part in read for complaint in part.complaints),
                ),
            )
        case {"tasks": other}:
            return ReadDraft(complaints=(f"the plan's 'tasks' must be a list of tasks, not {json_kind(other)}",))
        case {}:
            return ReadDraft(complaints=('the plan has no \'tasks\'; write {"tasks": [{"tool": …}]}',))
        case _:
            return ReadDraft(complaints=(f"a plan must be an object with 'tasks', not {json_kind(draft)}",))


def read_task(draft: JsonValue, number: int) -> ReadDraft:
    """Read one task; `number`, counted from 1, names it where it has no id."""
    if not isinstance(draft, dict):
        return ReadDraft(complaints=(f"task number {number} must be an object, not {json_kind(draft)}",))
    numbered: JsonObject = {"id": f"t{number}", **draft}
    task_id = numbered["id"]
    written = (task_id,) if isinstance(task_id, str) else ()
    name = f"task {task_id!r}" if written else f"task number {number}"
    try:
        return ReadDraft(tasks=(Task.model_validate(numbered),), ids=written)
    except ValidationError as problem:
        sentences = (f"{name}: {_sentence(error)}" for error in problem.errors(include_url=False)[:_MOST_MISTAKES])
        return ReadDraft(ids=written, complaints=tuple(sentences))


def _about_length(tasks: int, *, fewest: int) -> tuple[str, ...]:
    if tasks < fewest:
        return ("the plan has no tasks; at least one is needed",)
    if tasks > MOST_TASKS:
        return (f"the plan has {tasks} tasks; at most {MOST_TASKS} are allowed",)
    return ()


def _sentence(error: ErrorDetails) -> str:
    field, *inner = error["loc"]
    where = f"{str(field)!r}" + "".join(f"[{step}]" for step in inner)
    match error["type"]:
        case "missing":
            return f"{where} is missing"
        case "extra_forbidden":
            return f"unknown field {where}{did_you_mean(str(field), _FIELDS)}"
        case _ if inner and field in ARGUMENTS:
            return f"{str(field)!r} is nested too deeply"  # JSON has no other way to be wrong inside
        case "greater_than":
            return f"{where} must be more than {error.get('ctx', {}).get('gt')}"
        case kind:
            must = _MUST.get(kind, f"is not right: {error['msg']}")
            return f"{where} {must}, not {_shown(error['input'])}"


def _shown(value: object) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:59] + "…")
    return json_kind(value)


def with_known_names(task: Task, catalog: Mapping[str, Tool]) -> Task:
    """The task with each argument that its tool does not have under the only name of that meaning that it has.

    A whole number is written as text there, where the tool takes text: others count users, and this one names them.
    """
    tool = catalog.get(task.tool)
    properties = tool.input_schema.get("properties") if tool else None
    if not isinstance(properties, dict) or task.arguments.keys() <= properties.keys():
        return task
    arguments: JsonObject = {}
    for name, value in task.arguments.items():
        known = None if name in properties else _known(name, properties, task.arguments)
        arguments[known or name] = _fitting(value, properties[known]) if known else value
    return task.model_copy(update={"arguments": arguments})


def _fitting(value: JsonValue, schema: JsonValue) -> JsonValue:
    takes_text = isinstance(schema, dict) and schema.get("type") == "string"
    return str(value) if takes_text and isinstance(value, int) and not isinstance(value, bool) else value


def _known(name: str, properties: JsonObject, given: JsonObject) -> str | None:
    meant = {known for same in _SAME if name in same for known in same if known in properties}
    return meant.pop() if len(meant) == 1 and not meant & given.keys() else None
