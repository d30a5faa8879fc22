"""What every planner is given and gives: a PlanRequest in, steps out as they are made, the last of them Planned.

A planner only says what it has. Starting tasks and emitting events is up to whoever iterates.
"""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from agentic_search.domain.answer import Turn
from agentic_search.domain.approval.decision import UnusedTool
from agentic_search.domain.approval.policy import STRICT, ApprovalRules
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Outcome
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.run import PlannerKind
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.models.chat import Waiting

_NUMBERED = re.compile(r"t([1-9]\d{0,8})")


def next_number(earlier: Sequence[str]) -> int:
    """The number of the next task after those with the ids `earlier`, such that `t` and the number is a free id."""
    numbers = (int(found[1]) for found in map(_NUMBERED.fullmatch, earlier) if found)
    return max(len(earlier), *numbers, 0) + 1


@dataclass(frozen=True, slots=True)
class SoFar:
    """The rounds that have run: none when the first is planned."""

    plans: tuple[Plan, ...] = ()
    """What each added, in order."""
    outcomes: Mapping[str, Outcome] = field(default_factory=dict[str, Outcome])
    """How every task of them ended, by its id."""

    @property
    def next_round(self) -> int:
        """The number of the round that is to be planned; the first is 1."""
        return len(self.plans) + 1

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all tasks, in order."""
        return tuple(task.id for plan in self.plans for task in plan.tasks)


class DraftRefused(PlanRefused):
    """A model's draft breaks a rule."""

    def __init__(self, complaints: tuple[str, ...], *, draft: str) -> None:
        super().__init__(complaints)
        self.draft = draft


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What is to be planned."""

    query: str
    """The question as it stands by itself."""
    tools: Sequence[Tool]
    """All that the plan may use."""
    so_far: SoFar = field(default_factory=SoFar)
    """After the first round the planner says what is still needed; its tasks may refer to all earlier ones."""
    lacking: str = ""
    """Why what the rounds so far found is not enough, where a plan by words alone is to add to it."""
    several_rounds: bool = False
    """Whether the search may take more rounds than one: in each of them the planner keeps room for what comes later."""
    instructions: Mapping[str, str] = field(default_factory=dict[str, str])
    """What servers say of themselves, by server; untrusted."""
    approval: ApprovalRules = STRICT
    """Which tools wait for approval: others are to be preferred."""
    said: str = ""
    """The question in the user's words, where these are other ones: of a follow-up."""
    earlier: tuple[Turn, ...] = ()
    """The conversation so far, oldest first."""
    refused: DraftRefused | None = None
    """The same planner's draft that was refused, where it is to write it again without the mistakes."""


@dataclass(frozen=True, slots=True)
class DraftStarted:
    """Somebody begins to plan."""

    planner: PlannerKind
    model: str | None = None
    round: int = 1


@dataclass(frozen=True, slots=True)
class PlannerWaiting:
    """The model that plans has not begun, and why."""

    model: str
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class TaskReady:
    """One task is accepted, on what is known of the plan so far."""

    task: Task


@dataclass(frozen=True, slots=True)
class DraftDropped:
    """The tasks given so far are not used; another way is taken. Both are sentences for people."""

    reason: str
    instead: str


@dataclass(frozen=True, slots=True)
class DraftMended:
    """What had to be left out of a model's draft, so that the rest can be used; tasks that are given stay."""

    notes: tuple[str, ...]
    """One sentence each, without a full stop."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What passed every check, and who made it: the whole plan, or in later rounds what is added to it."""

    tasks: tuple[Task, ...]
    """In later rounds none where nothing more is needed, or no model could say what is."""
    planner: PlannerKind
    model: str | None = None
    opening: str = ""
    """The system message of the prompt, where it says how to write the answer too: the model has read it already."""
    by_small_model: bool = False
    """A model made it that is known to be small: what it plans is seldom all that the question needs."""
    not_used: tuple[UnusedTool, ...] = ()
    """Tools that would have suited the question, but wait for approval."""
    inputs: JsonObject | None = None
    """What the plan's references to `inputs` read, where it is a workflow's."""


PlanStep: TypeAlias = DraftStarted | PlannerWaiting | TaskReady | DraftDropped | DraftMended | Planned


class Planner(Protocol):
    """Something that makes plans."""

    def plan(self, request: PlanRequest) -> AsyncGenerator[PlanStep, None]:
        """Make a plan of the request's tools alone, giving each task as soon as it can be accepted, then Planned.

        Close the generator to stop planning. Raises PlanRefused (the draft breaks a rule, every complaint listed;
        DraftRefused where it can be written again) or ModelError.
        """
        ...
