"""Has a model write a plan: gives each task as soon as its text is complete, at the end the checked tasks of it all."""

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool, by_any_name
from agentic_search.errors import ModelInterrupted, PlanRefused
from agentic_search.models.chat import ChatModel, Finish, Message
from agentic_search.planning.draft.check import check_added
from agentic_search.planning.draft.forms import plan_in
from agentic_search.planning.draft.model_draft import ModelDraft
from agentic_search.planning.draft.stream import PlanStream
from agentic_search.planning.draft.wording import purpose
from agentic_search.planning.planner import DraftMended, DraftRefused, Planned, TaskReady

PLAN_TEMPERATURE = 0.1
"""JSON wants the likeliest words; not 0, where some models fall into repeating themselves for ever."""


class PlanDraft:
    """One draft while the model writes it: a whole plan, or what is added to the tasks `earlier`."""

    def __init__(self, tools: Sequence[Tool], *, earlier: Sequence[str] = ()) -> None:
        """`earlier` are the ids of tasks that there are already; the draft's may refer to them."""
        self._by_name = by_any_name(tools)
        self._tools = tools
        self._earlier = earlier
        self._stream = PlanStream()
        self._closed: list[JsonValue] = []
        """Each task that the text has closed, as it was written."""
        self._draft = ModelDraft(tools, earlier)
        self._given: set[str] = set()
        """The ids of the tasks that are given already."""

    async def generate(
        self, model: ChatModel, messages: Sequence[Message], *, schema: JsonObject | None, max_tokens: int
    ) -> AsyncGenerator[TaskReady | DraftMended | Planned, None]:
        """Have the model write, under `schema` if there is one; raises DraftRefused or ModelError."""
        finish: Finish | None = None
        stream = model.stream(messages, max_tokens=max_tokens, schema=schema, temperature=PLAN_TEMPERATURE)
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                if isinstance(piece, Finish):
                    finish = piece
                    continue
                for task in self._tasks_closed_by(piece):
                    yield TaskReady(task)
        if finish is None:
            raise ModelInterrupted(f"{model.name!r} stopped before its plan was complete")
        tasks = self._accepted(finish)
        for task in tasks:
            if task.id not in self._given:
                yield TaskReady(task)
        if self._draft.notes:
            yield DraftMended(tuple(self._draft.notes))
        yield Planned(tasks, "model", model.name, finish.usage)

    def _tasks_closed_by(self, text: str) -> Iterator[Task]:
        """Each task that the text closes, if it can be accepted on what is known so far."""
        for written in self._stream.feed(text):
            self._closed.append(written)
            for task in self._draft.add(written):
                self._given.add(task.id)
                yield self._with_purpose(task)

    def _accepted(self, finish: Finish) -> tuple[Task, ...]:
        """The tasks of the whole draft; raises DraftRefused."""
        text = self._stream.text
        try:
            for written in self._left(text, cut=finish.reason == "length"):
                list(self._draft.add(written))
            tasks = self._draft.finish()
        except PlanRefused as problem:
            raise DraftRefused(problem.complaints, draft=text, usage=finish.usage) from problem
        return tuple(self._with_purpose(task) for task in tasks)

    def _left(self, text: str, *, cut: bool) -> Sequence[JsonValue]:
        """The tasks that were not closed while the text came: all of a text that has to be repaired, or its end.

        Of a text that was cut off only closed tasks count: half a task is not what was meant.
        """
        if cut:
            if not self._closed:
                raise PlanRefused(("the plan was cut off before its first task was complete; write shorter arguments",))
            return ()
        match plan_in(text):
            case {"tasks": [*tasks]}:
                begin, closed = len(self._closed), json.dumps(self._closed)
                return tasks[begin:] if json.dumps(tasks[:begin]) == closed else ()
            case _ if self._closed:
                return ()
            case other:
                check_added(other, self._tools, earlier=self._earlier)
                return ()

    def _with_purpose(self, task: Task) -> Task:
        if task.purpose:
            return task
        return task.model_copy(update={"purpose": purpose(self._by_name[task.tool], task.arguments)})
