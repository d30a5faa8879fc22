"""Plans with a language model, held to plans over the tools at hand where its server can: first and later rounds."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from agentic_search.domain.data import JsonObject
from agentic_search.errors import ContextOverflow, PlanRefused
from agentic_search.models.budget import MOST_REPACKS, Budget
from agentic_search.models.chat import ChatModel, is_small
from agentic_search.planning.draft.plan_draft import PlanDraft
from agentic_search.planning.model.asking import PlanPrompt, PromptNeeds
from agentic_search.planning.model.examples import example_plans
from agentic_search.planning.model.form import FormSetting, PlanForm, plan_form, simple_form, with_required_only
from agentic_search.planning.model.later_rounds import continued
from agentic_search.planning.model.prompt import correction, planning_prompt
from agentic_search.planning.planner import DraftStarted, Planned, PlannerWaiting, PlanRequest, PlanStep
from agentic_search.planning.schema.plan_schema import plan_schema

logger = logging.getLogger(__name__)

MOST_TASKS = 12
"""Of one round: what a model of this size still plans sensibly."""
LONGEST_PLAN = 1_024
"""Tokens of text that a round's tasks may take."""
LONGEST_SIMPLE_PLAN = 320
"""The same in the simple form: about 50 are usual, and a small model that repeats itself is stopped early."""


class ModelPlanner:
    """Plans all rounds of a search in one growing conversation."""

    def __init__(
        self,
        model: ChatModel,
        *,
        form: FormSetting = "auto",
        answer_rules: str = "",
        most_tasks: int = MOST_TASKS,
        max_tokens: int = LONGEST_PLAN,
    ) -> None:
        """`max_tokens` bounds the text of a plan. `answer_rules`: how answers are written, where `model` does both.

        All must be the same in every round of a search: otherwise the model reads its prompt from the beginning again.
        """
        self._model = model
        asked = plan_form(model, form, most_tasks=most_tasks)
        self._max_tokens = max_tokens if asked.linked else min(max_tokens, LONGEST_SIMPLE_PLAN)
        self._needs = PromptNeeds(self._learnt_budget(), asked, model.grammar is not None, answer_rules)

    async def plan(self, request: PlanRequest) -> AsyncGenerator[PlanStep, None]:
        """Write a plan, or what it still needs; raises DraftRefused, PlanRefused (there are no tools) or ModelError.

        A draft that was refused is written again in the simple form.
        """
        if request.refused is None:
            yield DraftStarted("model", self._model.name, request.so_far.next_round)
        for repacked in range(MOST_REPACKS + 1):
            # In a thread: for hundreds of tools it takes half a second.
            prompt, schema = await asyncio.to_thread(self._asked, request)
            begun = False
            opening = prompt.messages[0].content if self._needs.answer_rules else ""
            try:
                async with aclosing(self._draft(request, prompt, schema)) as steps:
                    async for step in steps:
                        begun = begun or not isinstance(step, PlannerWaiting)
                        if isinstance(step, Planned):
                            step = replace(step, opening=opening, by_small_model=is_small(self._model))
                        yield step
                return
            except ContextOverflow as refusal:
                if begun or repacked == MOST_REPACKS:
                    raise
                self._needs = replace(self._needs, budget=self._learnt_budget(refusal.num_ctx))

    def _asked(self, request: PlanRequest) -> tuple[PlanPrompt, JsonObject | None]:
        """The prompt, and the schema of the plan that is wanted."""
        prompt = self._prompt(request)
        form = self._needs.form if request.refused is None else simple_form(self._needs.form.most_tasks)
        return prompt, self._schema(prompt, form, request.so_far.ids)

    def _draft(
        self, request: PlanRequest, prompt: PlanPrompt, schema: JsonObject | None
    ) -> AsyncGenerator[PlanStep, None]:
        draft = PlanDraft(request.tools, earlier=request.so_far.ids)
        return draft.generate(self._model, prompt.messages, schema=schema, max_tokens=self._max_tokens)

    def _learnt_budget(self, num_ctx: int | None = None) -> Budget:
        """By what is known of the model now; kept for a search, as a later round's prompt must begin like the first's.

        `num_ctx` is the context that the model turned out to have.
        """
        known = self._model.num_ctx
        return Budget(min(known, num_ctx or known), self._max_tokens, self._model.tokens)

    def _schema(self, prompt: PlanPrompt, form: PlanForm, earlier: tuple[str, ...]) -> JsonObject | None:
        if self._model.grammar is None:
            return None
        tools = prompt.shown if form.linked else [with_required_only(tool) for tool in prompt.shown]
        return plan_schema(tools, self._model.grammar, most_tasks=form.most_tasks, earlier=earlier, linked=form.linked)

    def _prompt(self, request: PlanRequest) -> PlanPrompt:
        prompt = self._first_prompt(request)
        if prompt.left_out:
            logger.info("the planner is not shown %d of %d tools", len(prompt.left_out), len(request.tools))
        if request.so_far.plans:
            prompt = continued(prompt, request.so_far, self._needs)
        if refused := request.refused:
            prompt = correction(prompt, refused.draft, refused.complaints, self._needs)
        return prompt

    def _first_prompt(self, request: PlanRequest) -> PlanPrompt:
        if not request.tools:
            raise PlanRefused(("there are no tools now; see /servers for what is wrong",))
        return planning_prompt(
            request.query,
            request.tools,
            self._needs,
            examples=example_plans(request.query, request.tools, linked=self._needs.form.linked),
            said=request.said,
            earlier=request.earlier,
            several_rounds=request.several_rounds,
            instructions=request.instructions,
            approval=request.approval,
        )
