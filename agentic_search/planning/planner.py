"""What every planner is: a question and the tools flow in, an accepted plan flows out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Plan
from agentic_search.domain.run import PlannerKind, Usage
from agentic_search.domain.tool import Tool
from agentic_search.events.facts import Emit


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that passed every check, and who made it."""

    plan: Plan
    planner: PlannerKind
    model: str | None = None
    usage: Usage = field(default_factory=Usage)
    inputs: JsonObject | None = None
    """What the plan's references to `inputs` read, where it is a workflow's."""


class Planner(Protocol):
    """Something that makes plans."""

    async def plan(self, query: str, tools: Sequence[Tool], emit: Emit) -> Planned:
        """Make a plan from `tools` alone, telling plan.started and each plan.task on the way.

        Raises PlanRefused (the draft breaks a rule, every complaint listed) or ModelError.
        """
        ...
