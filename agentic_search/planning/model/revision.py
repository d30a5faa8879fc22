"""What happens between a planner whose draft was refused and whoever asks it to try once more."""

from collections.abc import Sequence
from typing import Protocol

from agentic_search.domain.run import Usage
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.events.facts import Emit
from agentic_search.planning.planner import Planned, Planner


class DraftRefused(PlanRefused):
    """A model's draft breaks a rule: the draft itself, and what writing it took."""

    def __init__(self, complaints: tuple[str, ...], *, draft: str, usage: Usage) -> None:
        super().__init__(complaints)
        self.draft = draft
        self.usage = usage


class RevisingPlanner(Planner, Protocol):
    """A planner that can be shown what was wrong with its draft."""

    async def revise(self, query: str, tools: Sequence[Tool], emit: Emit, *, refused: DraftRefused) -> Planned:
        """Plan again, knowing the refused draft and the complaints; `usage` is this attempt's alone.

        Raises PlanRefused or ModelError.
        """
        ...
