"""Has the model that plans and the model that writes begin their prompts alike, where they are one.

A model server with one slot keeps the prefix of its last call only: prompts that begin differently evict each other.
"""

from agentic_search.errors import ContextOverflow, PlanRefused
from agentic_search.graph.context import RunContext
from agentic_search.graph.state import DiscoveredState
from agentic_search.models.chat import ChatModel
from agentic_search.planning.model.planner import ModelPlanner
from agentic_search.planning.planner import PlanRequest, SoFar
from agentic_search.synthesis.writing.prompt import ANSWER_RULES


def model_planner(model: ChatModel, state: DiscoveredState, context: RunContext) -> ModelPlanner:
    """Who plans with this model; where the model writes too, its prompt says also how."""
    rules = ANSWER_RULES if context.models.is_one(state["query"].model) else ""
    return ModelPlanner(model, form=context.plan_form, answer_rules=rules)


def plan_request(state: DiscoveredState, context: RunContext, so_far: SoFar) -> PlanRequest:
    """What a planner is asked for next."""
    query = state["query"]
    return PlanRequest(
        query.query,
        state["tools"],
        so_far,
        several_rounds=query.rounds > 1,
        instructions=context.toolbox.catalog().instructions,
    )


def opening(model: ChatModel, state: DiscoveredState, context: RunContext) -> str:
    """The system message with which this model has planned; empty where it has not."""
    if state["query"].brings_a_plan or not context.models.is_one(state["query"].model):
        return ""
    try:
        return model_planner(model, state, context).opening(plan_request(state, context, SoFar()))
    except (PlanRefused, ContextOverflow):
        return ""
