"""Plans with a language model, whose output is constrained to plans over the tools at hand: first and later rounds."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from agentic_search.errors import ContextOverflow, PlanRefused
from agentic_search.models.budget import MOST_REPACKS, Budget
from agentic_search.models.chat import ChatModel
from agentic_search.planning.draft.plan_draft import PlanDraft
from agentic_search.planning.model.later_rounds import continued
from agentic_search.planning.model.prompt import PlanPrompt, correction, planning_prompt
from agentic_search.planning.planner import DraftStarted, PlannerWaiting, PlanRequest, PlanStep
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
        self._budget = self._learnt_budget()

    async def plan(self, request: PlanRequest) -> AsyncGenerator[PlanStep, None]:
        """Write a plan, or what it still needs; raises DraftRefused, PlanRefused (there are no tools) or ModelError."""
        if request.refused is None:
            yield DraftStarted("model", self._model.name, request.so_far.next_round)
        for repacked in range(MOST_REPACKS + 1):
            prompt, begun = self._prompt(request), False
            try:
                async with aclosing(self._draft(request, prompt)) as steps:
                    async for step in steps:
                        begun = begun or not isinstance(step, PlannerWaiting)
                        yield step
                return
            except ContextOverflow as refusal:
                if begun or repacked == MOST_REPACKS:
                    raise
                self._budget = self._learnt_budget(refusal.num_ctx)

    def _draft(self, request: PlanRequest, prompt: PlanPrompt) -> AsyncGenerator[PlanStep, None]:
        earlier = request.so_far.ids
        schema = plan_schema(prompt.shown, self._model.grammar, most_tasks=self._most_tasks, earlier=earlier)
        draft = PlanDraft(request.tools, earlier=earlier)
        return draft.generate(self._model, prompt.messages, schema=schema, max_tokens=self._max_tokens)

    def _learnt_budget(self, num_ctx: int | None = None) -> Budget:
        """By what is known of the model now; kept for a search, as a later round's prompt must begin like the first's.

        `num_ctx` is the context that the model turned out to have.
        """
        known = self._model.num_ctx
        return Budget(min(known, num_ctx or known), self._max_tokens, self._model.tokens)

    def _prompt(self, request: PlanRequest) -> PlanPrompt:
        if not request.tools:
            raise PlanRefused(("there are no tools now; see /servers for what is wrong",))
        budget = self._budget
        prompt = planning_prompt(
            request.query, request.tools, budget, most_tasks=self._most_tasks, several_rounds=request.several_rounds
        )
        if prompt.left_out:
            logger.info("the planner is not shown %d of %d tools", len(prompt.left_out), len(request.tools))
        if request.so_far.plans:
            prompt = continued(prompt, request.so_far, budget)
        if refused := request.refused:
            prompt = correction(prompt, refused.draft, refused.complaints, budget)
        return prompt
