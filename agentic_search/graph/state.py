"""What flows from node to node: plain, frozen data that could be written down between any two of them.

Each node takes the state as the node before left it, and gives it back with its own part added.
"""

from typing import TypedDict

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Outcome
from agentic_search.domain.plan import Plan
from agentic_search.domain.query import Query
from agentic_search.domain.run import Usage
from agentic_search.domain.tool import Tool


class Asked(TypedDict):
    """From the caller."""

    query: Query


class Initialized(Asked):
    """From initialize."""

    deadline: float
    """Seconds since the run began when stragglers are cut off."""


class Discovered(Initialized):
    """From discover_tools."""

    tools: tuple[Tool, ...]
    """What the plan may use."""


class Planned(Discovered):
    """From plan."""

    plan: Plan
    inputs: JsonObject | None
    """What a workflow was given, for the plan's references."""
    usage: Usage
    """Model calls and tokens so far."""
    plan_seconds: float


class Executed(Planned):
    """From execute_all_parallel."""

    outcomes: dict[str, Outcome]
    """By task id, in the plan's order."""
    execute_seconds: float


class Answered(Executed):
    """From synthesize."""

    synthesize_seconds: float
