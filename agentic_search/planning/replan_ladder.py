"""What is tried when a later round's draft is no good: the model, the model once more, then what there is must do.

A search never dies of its second round: earlier rounds have found something, and the answer can be made from that.
"""

from collections.abc import Sequence
from dataclasses import replace

from agentic_search.domain.run import Usage
from agentic_search.domain.tool import Tool
from agentic_search.errors import ModelError, PlanRefused
from agentic_search.events.facts import Emit, PlanFallback
from agentic_search.planning.ladder import AGAIN, reason
from agentic_search.planning.model.later_planner import Added, RevisingReplanner, SoFar
from agentic_search.planning.model.revision import DraftRefused

ENOUGH = "The answer is made from what was found."


class ReplanLadder:
    """A replanner that never raises but for being cancelled: where it has no plan it says why, and adds nothing."""

    def __init__(self, model: RevisingReplanner | None, *, why_no_model: str = "") -> None:
        """With no `model` nothing is ever added; `why_no_model` is told as the reason."""
        self._model = model
        self._why_no_model = why_no_model

    async def replan(self, query: str, tools: Sequence[Tool], emit: Emit, *, so_far: SoFar) -> Added:
        """Step down until it is clear what is added; the `usage` is that of every model call on the way."""
        if self._model is None:
            emit(PlanFallback(reason=self._why_no_model, instead=ENOUGH))
            return Added()
        try:
            return await self._model.replan(query, tools, emit, so_far=so_far)
        except DraftRefused as refused:
            draft = refused
        except (PlanRefused, ModelError) as problem:
            return _nothing(problem, Usage(), emit)
        emit(PlanFallback(reason=reason(draft), instead=AGAIN))
        try:
            added = await self._model.revise(query, tools, emit, so_far=so_far, refused=draft)
        except (PlanRefused, ModelError) as problem:
            return _nothing(problem, draft.usage, emit)
        return replace(added, usage=draft.usage.plus(added.usage))


def _nothing(problem: PlanRefused | ModelError, spent: Usage, emit: Emit) -> Added:
    emit(PlanFallback(reason=reason(problem), instead=ENOUGH))
    return Added(usage=spent.plus(problem.usage) if isinstance(problem, DraftRefused) else spent)
