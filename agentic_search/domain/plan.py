"""A plan: a directed acyclic graph of tasks, each one tool call."""

from collections.abc import Sequence
from typing import Annotated, cast

from pydantic import AliasChoices, ConfigDict, Field, model_validator

from agentic_search.domain.data import Frozen, JsonObject

TASK_ID = r"^[A-Za-z_][A-Za-z0-9_-]{0,63}$"
MOST_TASKS = 1_000
LONGEST_TOOL_NAME = 300
"""Characters, with the server's name; nothing that a server offers is called more."""
ARGUMENTS = ("arguments", "tool_arguments", "with", "args", "parameters")
"""What drafts call a task's arguments; `with` is what models are asked to write."""


_TOOL_NAME = Field(min_length=1, max_length=LONGEST_TOOL_NAME, validation_alias=AliasChoices("tool", "tool_name"))


class Task(Frozen):
    """One tool call, with what it waits for and how it may run."""

    model_config = ConfigDict(populate_by_name=True)

    id: Annotated[str, Field(pattern=TASK_ID)]
    """Unique in the plan."""

    tool: Annotated[str, _TOOL_NAME]
    """The tool's name in the catalog."""

    arguments: JsonObject = Field(default_factory=dict, validation_alias=AliasChoices(*ARGUMENTS))
    """What the tool is given; strings may hold references, `${t1.stories[0].id}`."""

    depends_on: Annotated[tuple[str, ...], Field(validation_alias=AliasChoices("depends_on", "dependencies"))] = ()
    """Tasks that must complete first; a reference to a task implies one."""

    purpose: str = ""
    """One line for people."""

    for_each: str | None = None
    """A reference to a list: the task runs once an element, as `${item}`."""

    when: str | None = None
    """A reference used as a condition; false, null or empty skips the task."""

    priority: int = 0
    """Among ready tasks the higher starts first."""

    timeout: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Seconds one attempt may take; null takes the tool's, the server's, the default."""


TASK_FIELDS = frozenset({*Task.model_fields, *ARGUMENTS, "tool_name", "dependencies"})
"""Every name that a field of a task may have in a draft."""


class Plan(Frozen):
    """The tasks of one run, in the order they were written."""

    tasks: Annotated[tuple[Task, ...], Field(min_length=1, max_length=MOST_TASKS)]
    """At least one."""

    @model_validator(mode="before")
    @classmethod
    def _number_tasks(cls, draft: object) -> object:
        """Give a task without an id its number in the plan as one: `t1`, `t2`, …; a bare list is the tasks."""
        if not isinstance(draft, dict | list | tuple):
            return draft
        fields = cast(dict[str, object], draft if isinstance(draft, dict) else {"tasks": draft})
        tasks = fields.get("tasks")
        if not isinstance(tasks, list | tuple):
            return fields
        written = enumerate(cast(Sequence[object], tasks), start=1)
        return {**fields, "tasks": [_with_id(task, f"t{number}") for number, task in written]}


def _with_id(task: object, task_id: str) -> object:
    return {"id": task_id, **cast(dict[str, object], task)} if isinstance(task, dict) else task
