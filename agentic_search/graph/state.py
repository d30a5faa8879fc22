"""What is passed from node to node: plain, frozen data that could be written down between any two of them.

Each node takes the state as the node before left it, and gives it back with its own part added. What rounds add to is
there from the beginning, empty.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from agentic_search.domain.answer import Turn
from agentic_search.domain.approval.decision import UnusedTool
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Outcome
from agentic_search.domain.plan import Plan
from agentic_search.domain.query import Query
from agentic_search.domain.run import PlannerKind
from agentic_search.domain.tool import Tool


class AskedState(TypedDict):
    """From the caller."""

    query: Query


class InitializedState(AskedState):
    """From initialize."""

    asked: str
    """The question as it stands by itself: with the subject of those before it, where it is a follow-up."""
    earlier: tuple[Turn, ...]
    """The conversation so far, oldest first."""
    deadline: float
    """Seconds since the run began when stragglers are cut off."""
    plans: tuple[Plan, ...]
    """What each round planned, in order; a later round may read what tasks of an earlier one gave."""
    outcomes: dict[str, Outcome]
    """Of all rounds that have run: by task id, in the order of the plans."""
    opening: str
    """The system message with which the model has planned that is to write, too; empty where none has."""
    lacking: str
    """Why what a model planned is not enough, a sentence: the next round is planned without it. Empty where it is."""


class DiscoveredState(InitializedState):
    """From discover_tools."""

    tools: tuple[Tool, ...]
    """What plans may use."""
    instructions: Mapping[str, str]
    """What servers say of themselves, by server."""


class PlannedState(DiscoveredState):
    """From plan."""

    planner: PlannerKind
    """Who made the first plan."""
    inputs: JsonObject | None
    """What a workflow was given, for the plan's references."""
    not_used: tuple[UnusedTool, ...]
    """Tools that would have suited the question, but wait for approval; only a plan without a model leaves them out."""


class ExecutedState(PlannedState):
    """From execute_all_parallel."""

    another_round: bool
    """Whether more is to be planned."""


def whole_plan(plans: Sequence[Plan]) -> Plan:
    """The tasks of all rounds as one plan."""
    if len(plans) == 1:
        return plans[0]
    # Not checked again: each was, and together they may have more tasks than one may.
    return Plan.model_construct(tasks=tuple(task for plan in plans for task in plan.tasks))
