"""A question and tools flow in, a model writes; each task is told as it is closed, the checked plan flows out."""

import logging
from collections.abc import Sequence

from agentic_search.domain.plan import Plan
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.events.facts import Emit, PlanStarted
from agentic_search.models.chat import ChatModel
from agentic_search.planning.draft.plan_draft import LONGEST_PLAN, MOST_TASKS, PlanDraft
from agentic_search.planning.model.prompt import Prompt, correction, planning_prompt
from agentic_search.planning.model.revision import DraftRefused
from agentic_search.planning.planner import Planned

logger = logging.getLogger(__name__)


class ModelPlanner:
    """Plans with a model whose output is constrained to plans over the tools at hand."""

    def __init__(
        self,
        model: ChatModel,
        *,
        most_tasks: int = MOST_TASKS,
        max_tokens: int = LONGEST_PLAN,
        more_rounds: bool = False,
    ) -> None:
        """`max_tokens` bounds the text of a plan; `more_rounds`: its prompt is one that later rounds can go on from."""
        self._model = model
        self._most_tasks = most_tasks
        self._max_tokens = max_tokens
        self._more_rounds = more_rounds

    async def plan(self, query: str, tools: Sequence[Tool], emit: Emit) -> Planned:
        """Write a plan; raises DraftRefused, PlanRefused (there are no tools) or ModelError."""
        emit(PlanStarted(planner="model", model=self._model.name))
        return await self._write(self._prompt(query, tools), tools, emit)

    async def revise(self, query: str, tools: Sequence[Tool], emit: Emit, *, refused: DraftRefused) -> Planned:
        """Write the plan again, shown the refused draft and every complaint; raises as `plan` does."""
        prompt = correction(
            self._prompt(query, tools),
            refused.draft,
            refused.complaints,
            num_ctx=self._model.num_ctx,
            max_tokens=self._max_tokens,
        )
        return await self._write(prompt, tools, emit)

    def _prompt(self, query: str, tools: Sequence[Tool]) -> Prompt:
        if not tools:
            raise PlanRefused(("there are no tools now; see /servers for what is wrong",))
        prompt = planning_prompt(
            query,
            tools,
            num_ctx=self._model.num_ctx,
            max_tokens=self._max_tokens,
            most_tasks=self._most_tasks,
            more_rounds=self._more_rounds,
        )
        if prompt.left_out:
            logger.info("the planner is not shown %d of %d tools", len(prompt.left_out), len(tools))
        return prompt

    async def _write(self, prompt: Prompt, tools: Sequence[Tool], emit: Emit) -> Planned:
        tasks, finish = await PlanDraft(tools, emit).by(
            self._model, prompt, most_tasks=self._most_tasks, max_tokens=self._max_tokens
        )
        return Planned(Plan(tasks=tasks), "model", self._model.name, finish.usage)
