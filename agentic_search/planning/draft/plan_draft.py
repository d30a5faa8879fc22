"""A plan's text flows in as a model writes it; each task is told as it is closed, the checked tasks flow out."""

import logging
from collections.abc import Sequence

import json_repair
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import ModelInterrupted, PlanRefused
from agentic_search.events.facts import Emit, PlanTask
from agentic_search.models.chat import ChatModel, Finish
from agentic_search.planning.draft.check import check_added, check_next, next_place
from agentic_search.planning.draft.purpose import purpose
from agentic_search.planning.draft.stream import PlanStream
from agentic_search.planning.model.prompt import Prompt
from agentic_search.planning.model.revision import DraftRefused
from agentic_search.planning.schema.plan_schema import plan_schema

logger = logging.getLogger(__name__)

MOST_TASKS = 12
"""Of one round: what a model of this size still plans sensibly."""
LONGEST_PLAN = 1_024
"""Tokens of text that a round's tasks may take."""


class PlanDraft:
    """One draft while the model writes it: a whole plan, or what is added to the tasks `earlier`."""

    def __init__(self, tools: Sequence[Tool], emit: Emit, *, earlier: Sequence[str] = ()) -> None:
        """`earlier` are the ids of tasks that there are already; the draft's may refer to them."""
        self._tools = tools
        self._by_name = {tool.name: tool for tool in tools}
        self._emit = emit
        self._earlier = earlier
        self._stream = PlanStream()
        self._closed: list[JsonObject] = []
        self._ids = list(earlier)
        self._place = next_place(earlier)
        """Where in the plan the next task will stand."""
        self._told: set[str] = set()

    async def by(
        self, model: ChatModel, prompt: Prompt, *, most_tasks: int, max_tokens: int
    ) -> tuple[tuple[Task, ...], Finish]:
        """Have the model write; raises DraftRefused or ModelError."""
        schema = plan_schema(prompt.shown, most_tasks=most_tasks, earlier=self._earlier)
        finish: Finish | None = None
        async for piece in model.stream(prompt.messages, max_tokens=max_tokens, schema=schema):
            if isinstance(piece, Finish):
                finish = piece
            else:
                self._take(piece)
        if finish is None:
            raise ModelInterrupted(f"{model.name!r} stopped before its plan was complete")
        return self._accepted(finish), finish

    def _take(self, text: str) -> None:
        """Tell each task that the text closes, if it can be accepted on what is known so far."""
        for draft in self._stream.feed(text):
            try:
                task = check_next(draft, self._tools, earlier=self._ids, place=self._place)
            except PlanRefused as problem:
                logger.debug("a task of the plan waits for the final check: %s", problem)
            else:
                self._emit_once(self._with_purpose(task))
            self._closed.append(draft)
            self._ids.append(str(draft.get("id", f"t{self._place}")))
            self._place += 1

    def _accepted(self, finish: Finish) -> tuple[Task, ...]:
        """All of the draft, every task told; raises DraftRefused."""
        text = self._stream.text
        try:
            tasks = check_added(self._draft(text, cut=finish.reason == "length"), self._tools, earlier=self._earlier)
        except PlanRefused as problem:
            raise DraftRefused(problem.complaints, draft=text, usage=finish.usage) from problem
        tasks = tuple(self._with_purpose(task) for task in tasks)
        for task in tasks:
            self._emit_once(task)
        return tasks

    def _draft(self, text: str, *, cut: bool) -> JsonValue:
        """The plan as JSON. Of a text that was cut off only closed tasks count: half a task is not what was meant."""
        if not cut:
            return _as_plan(_repaired(text))
        if not self._closed:
            raise PlanRefused(("the plan was cut off before its first task was complete; write shorter arguments",))
        return {"tasks": [*self._closed]}

    def _with_purpose(self, task: Task) -> Task:
        if task.purpose:
            return task
        return task.model_copy(update={"purpose": purpose(self._by_name[task.tool], task.arguments)})

    def _emit_once(self, task: Task) -> None:
        if task.id not in self._told:
            self._told.add(task.id)
            self._emit(PlanTask(task=task))


def _repaired(text: str) -> JsonValue:
    """The text as JSON, mended where it has to be; text that holds none comes back as an empty string."""
    try:
        value: JsonValue = json_repair.loads(text)  # pyright: ignore[reportAssignmentType] - json_repair says object
    except RecursionError as problem:
        raise PlanRefused(("the plan is nested too deeply to be read",)) from problem
    return value


def _as_plan(value: JsonValue) -> JsonValue:
    """A bare list is taken for the plan's tasks, and so is a single task."""
    match value:
        case [*tasks]:
            return {"tasks": tasks}
        case {"tool": _} | {"tool_name": _}:
            return {"tasks": [value]}
        case _:
            return value
