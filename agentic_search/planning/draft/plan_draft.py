"""Has a model write a plan: gives each task as soon as its text is complete, at the end the checked tasks of it all."""

import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

import json_repair
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import ModelInterrupted, PlanRefused
from agentic_search.models.chat import ChatModel, Finish, Message, Retracted, Waiting
from agentic_search.planning.draft.check import check_added, check_next
from agentic_search.planning.draft.stream import PlanStream
from agentic_search.planning.draft.wording import purpose
from agentic_search.planning.planner import DraftRefused, Planned, PlannerWaiting, TaskReady, next_number

logger = logging.getLogger(__name__)


class PlanDraft:
    """One draft while the model writes it: a whole plan, or what is added to the tasks `earlier`."""

    def __init__(self, tools: Sequence[Tool], *, earlier: Sequence[str] = ()) -> None:
        """`earlier` are the ids of tasks that there are already; the draft's may refer to them."""
        self._tools = tools
        self._by_name = {tool.name: tool for tool in tools}
        self._earlier = earlier
        self._stream = PlanStream()
        self._closed: list[JsonObject] = []
        self._ids = list(earlier)
        self._next = next_number(earlier)
        """The number of the task that the text closes next."""
        self._given: set[str] = set()
        """The ids of the tasks that are given already."""

    async def generate(
        self, model: ChatModel, messages: Sequence[Message], *, schema: JsonObject, max_tokens: int
    ) -> AsyncGenerator[PlannerWaiting | TaskReady | Planned, None]:
        """Have the model write under `schema`; raises DraftRefused or ModelError."""
        finish: Finish | None = None
        async with aclosing(model.stream(messages, max_tokens=max_tokens, schema=schema)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Finish):
                    finish = piece
                elif isinstance(piece, Waiting):
                    yield PlannerWaiting(model.name, piece)
                elif isinstance(piece, Retracted):
                    self._begin_anew()
                else:
                    for task in self._tasks_closed_by(piece):
                        yield TaskReady(task)
        if finish is None:
            raise ModelInterrupted(f"{model.name!r} stopped before its plan was complete")
        tasks = self._accepted(finish)
        for task in tasks:
            if task.id not in self._given:
                yield TaskReady(task)
        yield Planned(tasks, "model", model.name, finish.usage)

    def _begin_anew(self) -> None:
        """What was written so far was no plan. A task of it that was given counts where the plan has it, too."""
        self._stream, self._closed = PlanStream(), []
        self._ids, self._next = list(self._earlier), next_number(self._earlier)

    def _tasks_closed_by(self, text: str) -> Iterator[Task]:
        """Each task that the text closes, if it can be accepted on what is known so far."""
        for draft in self._stream.feed(text):
            try:
                task = check_next(draft, self._tools, earlier=self._ids, number=self._next)
            except PlanRefused as problem:
                logger.debug("a task of the plan waits for the final check: %s", problem)
            else:
                self._given.add(task.id)
                yield self._with_purpose(task)
            self._closed.append(draft)
            self._ids.append(str(draft.get("id", f"t{self._next}")))
            self._next += 1

    def _accepted(self, finish: Finish) -> tuple[Task, ...]:
        """The tasks of the whole draft; raises DraftRefused."""
        text = self._stream.text
        try:
            tasks = check_added(self._draft(text, cut=finish.reason != "stop"), self._tools, earlier=self._earlier)
        except PlanRefused as problem:
            raise DraftRefused(problem.complaints, draft=text, usage=finish.usage) from problem
        return tuple(self._with_purpose(task) for task in tasks)

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


def _repaired(text: str) -> JsonValue:
    """The text as JSON, mended where it has to be; text that holds none comes back as an empty string."""
    try:
        value: JsonValue = json_repair.loads(text)  # pyright: ignore[reportAssignmentType] - json_repair says object
    except (RecursionError, ValueError) as problem:  # which of the two depends on its version, and on Python's
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
