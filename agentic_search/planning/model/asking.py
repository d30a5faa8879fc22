"""What all planning prompts share: what they keep to, what they are made of, and how a plan is written in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from pydantic_core import to_json

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import TASK_FIELDS, Task
from agentic_search.domain.tool import Tool
from agentic_search.models.budget import Budget
from agentic_search.models.chat import Message
from agentic_search.planning.draft.links import links
from agentic_search.planning.model.form import PlanForm


@dataclass(frozen=True, slots=True)
class PlanPrompt:
    """What to send, and which tools it shows."""

    messages: tuple[Message, ...]
    shown: tuple[Tool, ...]
    left_out: tuple[str, ...]
    """Names of tools for which there was no room."""


@dataclass(frozen=True, slots=True)
class PromptNeeds:
    """What every prompt of one planner keeps to."""

    budget: Budget
    """Of the model's context; what is kept free of it is for the plan."""
    form: PlanForm
    has_grammar: bool = True
    """Whether the model's server holds it to a schema; otherwise the prompt says what JSON is wanted."""
    answer_rules: str = ""
    """How answers are written, where the same model writes them."""


def as_written(tasks: Sequence[Task]) -> str:
    """The tasks as a model writes them, with nothing that follows from the rest."""
    return to_json({"tasks": [_draft(task) for task in tasks]}).decode()


def _draft(task: Task) -> JsonObject:
    """What the task reads is seen before its arguments; what it waits for besides comes last."""
    reads = links(task).reads
    call: JsonObject = {task.tool: task.arguments}
    if task.tool in TASK_FIELDS:
        call = {"tool": task.tool, "with": task.arguments}
    waits: list[JsonValue] = [name for name in task.depends_on if name not in reads]
    links_before: JsonObject = {"for_each": task.for_each}
    links_after: JsonObject = {"when": task.when, "depends_on": waits}
    return {**_set(links_before), **call, **_set(links_after)}


def _set(fields: JsonObject) -> JsonObject:
    return {name: value for name, value in fields.items() if value}
