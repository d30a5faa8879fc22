"""A question and tools flow in, a model writes; each task is told as it is closed, the checked plan flows out."""

import logging
from collections.abc import Sequence

import json_repair
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import ModelInterrupted, PlanRefused
from agentic_search.events.facts import PlanStarted, PlanTask, Tell
from agentic_search.llm.chat import ChatModel, Finish
from agentic_search.planning.check import check, check_next
from agentic_search.planning.grammar import plan_schema
from agentic_search.planning.planner import Planned
from agentic_search.planning.prompt import Prompt, correction, planning_prompt
from agentic_search.planning.purpose import purpose
from agentic_search.planning.revision import DraftRefused
from agentic_search.planning.stream import PlanStream

logger = logging.getLogger(__name__)


class ModelPlanner:
    """Plans with a model whose output is constrained to plans over the tools at hand."""

    def __init__(self, model: ChatModel, *, most_tasks: int = 12, max_tokens: int = 1_024) -> None:
        """`max_tokens` bounds the text of a plan."""
        self._model = model
        self._most_tasks = most_tasks
        self._max_tokens = max_tokens

    async def plan(self, query: str, tools: Sequence[Tool], tell: Tell) -> Planned:
        """Write a plan; raises DraftRefused, PlanRefused (there are no tools) or ModelError."""
        tell(PlanStarted(planner="model", model=self._model.name))
        return await self._write(self._prompt(query, tools), tools, tell)

    async def revise(self, query: str, tools: Sequence[Tool], tell: Tell, *, refused: DraftRefused) -> Planned:
        """Write the plan again, shown the refused draft and every complaint; raises as `plan` does."""
        prompt = correction(
            self._prompt(query, tools),
            refused.draft,
            refused.complaints,
            num_ctx=self._model.num_ctx,
            max_tokens=self._max_tokens,
        )
        return await self._write(prompt, tools, tell)

    def _prompt(self, query: str, tools: Sequence[Tool]) -> Prompt:
        if not tools:
            raise PlanRefused(("there are no tools now; see /servers for what is wrong",))
        prompt = planning_prompt(
            query,
            tools,
            num_ctx=self._model.num_ctx,
            max_tokens=self._max_tokens,
            most_tasks=self._most_tasks,
        )
        if prompt.left_out:
            logger.info("the planner is not shown %d of %d tools", len(prompt.left_out), len(tools))
        return prompt

    async def _write(self, prompt: Prompt, tools: Sequence[Tool], tell: Tell) -> Planned:
        schema = plan_schema(prompt.shown, most_tasks=self._most_tasks)
        writing = _Writing(tools, tell)
        finish: Finish | None = None
        async for piece in self._model.stream(prompt.messages, max_tokens=self._max_tokens, schema=schema):
            if isinstance(piece, Finish):
                finish = piece
            else:
                writing.take(piece)
        if finish is None:
            raise ModelInterrupted(f"{self._model.name!r} stopped before its plan was complete")
        plan = writing.accepted(finish)
        return Planned(plan, "model", self._model.name, finish.usage)


class _Writing:
    """One plan while the model writes it."""

    def __init__(self, tools: Sequence[Tool], tell: Tell) -> None:
        self._tools = tools
        self._by_name = {tool.name: tool for tool in tools}
        self._tell = tell
        self._stream = PlanStream()
        self._closed: list[JsonObject] = []
        self._ids: list[str] = []
        self._told: set[str] = set()

    def take(self, text: str) -> None:
        """Tell each task that the text closes, if it can be accepted on what is known so far."""
        for draft in self._stream.feed(text):
            try:
                task = check_next(draft, self._tools, earlier=self._ids)
            except PlanRefused as problem:
                logger.debug("a task of the plan waits for the final check: %s", problem)
            else:
                self._tell_once(self._with_purpose(task))
            self._closed.append(draft)
            self._ids.append(str(draft.get("id", f"t{len(self._closed)}")))

    def accepted(self, finish: Finish) -> Plan:
        """The whole plan, every task told; raises DraftRefused."""
        text = self._stream.text
        try:
            plan = check(self._draft(text, cut=finish.reason == "length"), self._tools)
        except PlanRefused as problem:
            raise DraftRefused(problem.complaints, draft=text, usage=finish.usage) from problem
        plan = Plan(tasks=tuple(self._with_purpose(task) for task in plan.tasks))
        for task in plan.tasks:
            self._tell_once(task)
        return plan

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

    def _tell_once(self, task: Task) -> None:
        if task.id not in self._told:
            self._told.add(task.id)
            self._tell(PlanTask(task=task))


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
