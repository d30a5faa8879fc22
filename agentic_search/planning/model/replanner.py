"""What earlier rounds came to flows in, a model writes what is still needed; the checked tasks flow out, or none."""

from collections.abc import Sequence

from agentic_search.domain.tool import Tool
from agentic_search.events.facts import Emit, PlanStarted
from agentic_search.models.chat import ChatModel
from agentic_search.planning.draft.plan_draft import LONGEST_PLAN, MOST_TASKS, PlanDraft
from agentic_search.planning.model.later_planner import Added, SoFar
from agentic_search.planning.model.later_rounds import replanning_prompt
from agentic_search.planning.model.prompt import Prompt, correction
from agentic_search.planning.model.revision import DraftRefused


class ModelReplanner:
    """Plans later rounds with the model that planned the first, in one growing conversation."""

    def __init__(self, model: ChatModel, *, most_tasks: int = MOST_TASKS, max_tokens: int = LONGEST_PLAN) -> None:
        """Both as the first round had them, or the model reads its prompt from the beginning again."""
        self._model = model
        self._most_tasks = most_tasks
        self._max_tokens = max_tokens

    async def replan(self, query: str, tools: Sequence[Tool], emit: Emit, *, so_far: SoFar) -> Added:
        """Write what is still needed; raises DraftRefused or ModelError."""
        emit(PlanStarted(planner="model", model=self._model.name, round=so_far.next_round))
        return await self._write(self._prompt(query, tools, so_far), tools, emit, so_far)

    async def revise(
        self, query: str, tools: Sequence[Tool], emit: Emit, *, so_far: SoFar, refused: DraftRefused
    ) -> Added:
        """Write it again, shown the refused draft and every complaint; raises as `replan` does."""
        prompt = correction(
            self._prompt(query, tools, so_far),
            refused.draft,
            refused.complaints,
            num_ctx=self._model.num_ctx,
            max_tokens=self._max_tokens,
        )
        return await self._write(prompt, tools, emit, so_far)

    def _prompt(self, query: str, tools: Sequence[Tool], so_far: SoFar) -> Prompt:
        return replanning_prompt(
            query,
            tools,
            so_far,
            num_ctx=self._model.num_ctx,
            max_tokens=self._max_tokens,
            most_tasks=self._most_tasks,
        )

    async def _write(self, prompt: Prompt, tools: Sequence[Tool], emit: Emit, so_far: SoFar) -> Added:
        tasks, finish = await PlanDraft(tools, emit, earlier=so_far.ids).by(
            self._model, prompt, most_tasks=self._most_tasks, max_tokens=self._max_tokens
        )
        return Added(tasks, self._model.name, finish.usage)
