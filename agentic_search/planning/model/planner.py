"""Plans with a language model, whose output is constrained to plans over the tools at hand: first and later rounds."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from agentic_search.errors import PlanRefused
from agentic_search.models.chat import ChatModel
from agentic_search.planning.draft.plan_draft import PlanDraft
from agentic_search.planning.model.later_rounds import continued
from agentic_search.planning.model.prompt import PlanPrompt, correction, planning_prompt
from agentic_search.planning.planner import DraftStarted, PlanRequest, PlanStep
from agentic_search.planning.schema.plan_schema import plan_schema

logger = logging.getLogger(__name__)

MOST_TASKS = 12
"""Of one round: what a model of this size still plans sensibly."""
LONGEST_PLAN = 1_024
"""Tokens of text that a round's tasks may take."""


class ModelPlanner:
    """Plans all rounds of a search in one growing conversation."""

    def __init__(self, model: ChatModel, *, most_tasks: int = MOST_TASKS, max_tokens: int = LONGEST_PLAN) -> None:
        """`max_tokens` bounds the text of a plan. Both must be the same in every round of a search.

        Otherwise the model reads its prompt from the beginning again.
        """
        self._model = model
        self._most_tasks = most_tasks
        self._max_tokens = max_tokens

    async def plan(self, request: PlanRequest) -> AsyncGenerator[PlanStep, None]:
        """Write a plan, or what it still needs; raises DraftRefused, PlanRefused (there are no tools) or ModelError."""
        earlier = request.so_far.ids
        if request.refused is None:
            yield DraftStarted("model", self._model.name, request.so_far.next_round)
        prompt = self._prompt(request)
        grammar = self._model.grammar
        schema = plan_schema(prompt.shown, grammar, most_tasks=self._most_tasks, earlier=earlier) if grammar else None
        draft = PlanDraft(request.tools, earlier=earlier)
        writing = draft.generate(self._model, prompt.messages, schema=schema, max_tokens=self._max_tokens)
        async with aclosing(writing) as steps:
            async for step in steps:
                yield step

    def _prompt(self, request: PlanRequest) -> PlanPrompt:
        if not request.tools:
            raise PlanRefused(("there are no tools now; see /servers for what is wrong",))
        num_ctx, max_tokens = self._model.num_ctx, self._max_tokens
        prompt = planning_prompt(
            request.query,
            request.tools,
            num_ctx=num_ctx,
            max_tokens=max_tokens,
            most_tasks=self._most_tasks,
            several_rounds=request.several_rounds,
        )
        if prompt.left_out:
            logger.info("the planner is not shown %d of %d tools", len(prompt.left_out), len(request.tools))
        if request.so_far.plans:
            prompt = continued(prompt, request.so_far, num_ctx=num_ctx, max_tokens=max_tokens)
        if refused := request.refused:
            prompt = correction(prompt, refused.draft, refused.complaints, num_ctx=num_ctx, max_tokens=max_tokens)
        return prompt
