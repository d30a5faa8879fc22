"""How a question is to be answered, as keyword arguments: the fields of a request beside the question."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, TypedDict

from agentic_search.domain.plan import Plan
from agentic_search.domain.query import TraceContext

Effort: TypeAlias = Literal["quick", "normal", "thorough"]


class QuestionOptions(TypedDict, total=False):
    """Each as `Query` describes it; what is left out is as the service is configured."""

    thread_id: str | None
    instructions: str
    tools: Sequence[str] | None
    model: str | None
    plan: Plan | Mapping[str, object] | None
    workflow: str | None
    inputs: Mapping[str, object]
    deadline: float | None
    rounds: int
    batch: bool
    approve: Sequence[str]
    preview: bool | None
    ask_first: bool
    plan_only: bool
    trace: TraceContext | Mapping[str, str] | None


EFFORTS: Mapping[Effort, QuestionOptions] = {
    "quick": {"deadline": 60.0, "rounds": 1},
    "normal": {},
    "thorough": {"deadline": 900.0, "rounds": 3},
}
"""What people call how much may be done for an answer."""
