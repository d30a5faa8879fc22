"""Has a model write a plan: gives each task as soon as its text is complete, at the end the checked tasks of it all."""

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.domain.run import Usage
from agentic_search.domain.tool import Tool, by_any_name
from agentic_search.errors import ModelInterrupted, PlanRefused
from agentic_search.models.chat import (
    SCHEMA_TEMPERATURE,
    ChatModel,
    Finish,
    Message,
    ModelOutput,
    Retracted,
    Waiting,
)
from agentic_search.planning.draft.check import check_added
from agentic_search.planning.draft.forms import plan_in
from agentic_search.planning.draft.links import reading_part
from agentic_search.planning.draft.model_draft import ModelDraft
from agentic_search.planning.draft.stream import PlanStream
from agentic_search.planning.draft.wording import purpose
from agentic_search.planning.planner import DraftMended, DraftRefused, Planned, PlannerWaiting, TaskReady


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
        self._given: dict[str, Task] = {}
        """The tasks that are given already, by id."""

    async def generate(
        self, model: ChatModel, messages: Sequence[Message], *, schema: JsonObject | None, max_tokens: int
    ) -> AsyncGenerator[PlannerWaiting | TaskReady | DraftMended | Planned, None]:
        """Have the model write, under `schema` if there is one; raises DraftRefused or ModelError."""
        finish: Finish | None = None
        stream = model.stream(messages, max_tokens=max_tokens, schema=schema, temperature=SCHEMA_TEMPERATURE)
        async with aclosing(self._until_whole(stream)) as pieces:
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
        tasks = self._accepted(cut=finish.reason != "stop")
        for task in tasks:
            if task.id not in self._given:
                yield TaskReady(task)
        if self._draft.notes:
            yield DraftMended(tuple(self._draft.notes))
        yield Planned(tasks, "model", model.name)

    async def _until_whole(self, stream: AsyncGenerator[ModelOutput]) -> AsyncGenerator[ModelOutput]:
        """What the model gives; that it breaks off behind a whole plan takes nothing away from the plan."""
        async with aclosing(stream) as pieces:
            try:
                async for piece in pieces:
                    yield piece
            except ModelInterrupted:
                if not (self._closed and self._stream.is_whole):
                    raise
                yield Finish("stop", Usage(model_calls=1))

    def _begin_anew(self) -> None:
        """What was written so far was no plan; tasks of it that were given must be in what follows."""
        self._stream, self._closed = PlanStream(), []
        self._draft = ModelDraft(self._tools, self._earlier)

    def _tasks_closed_by(self, text: str) -> Iterator[Task]:
        """Each task that the text closes, if it can be accepted on what is known so far."""
        for written in self._stream.feed(text):
            self._closed.append(written)
            for task in self._draft.add(written):
                if task.id not in self._given:
                    self._given[task.id] = task
                    yield self._with_purpose(task)

    def _accepted(self, *, cut: bool) -> tuple[Task, ...]:
        """The tasks of the whole draft; raises DraftRefused."""
        text = self._stream.text
        try:
            tasks = self._finished(text, cut=cut)
            if cut:
                tasks = self._reading(tasks)
        except PlanRefused as problem:
            raise DraftRefused(problem.complaints, draft=text) from problem
        return tuple(self._with_purpose(task) for task in tasks)

    def _finished(self, text: str, *, cut: bool) -> tuple[Task, ...]:
        """The tasks of the draft, those that are given among them; raises PlanRefused.

        Of a text that was cut off only closed tasks count: half a task is not what was meant.
        """
        if not cut:
            self._read_rest(text)
        elif not self._closed:
            raise PlanRefused(("the plan was cut off before its first task was complete; write shorter arguments",))
        tasks = self._draft.finish()
        if not all(task in tasks for task in self._given.values()):
            raise PlanRefused(("the plan is no JSON: it can be read in more than one way",))
        return tasks

    def _reading(self, tasks: tuple[Task, ...]) -> tuple[Task, ...]:
        """What may run of tasks after which more was meant to come; raises PlanRefused where nothing may."""
        reading, notes = reading_part(tasks, self._tools)
        if not reading:
            raise PlanRefused(notes)
        self._draft.notes += notes
        return reading

    def _read_rest(self, text: str) -> None:
        """Read the tasks that were not closed while the text came; all anew where they are not as they seemed."""
        match plan_in(text, self._by_name):
            case {"tasks": [*tasks]}:
                closed = len(self._closed)
                if json.dumps(tasks[:closed]) != json.dumps(self._closed):
                    self._draft, closed = ModelDraft(self._tools, self._earlier), 0
                for written in tasks[closed:]:
                    list(self._draft.add(written))
            case other if not self._closed:
                check_added(other, self._tools, earlier=self._earlier)
            case _:
                pass

    def _with_purpose(self, task: Task) -> Task:
        if task.purpose:
            return task
        return task.model_copy(update={"purpose": purpose(self._by_name[task.tool], task.arguments)})
