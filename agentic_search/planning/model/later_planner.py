"""What plans later rounds: the question and what earlier rounds came to flow in, more tasks flow out, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agentic_search.domain.outcome import Outcome
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.run import Usage
from agentic_search.domain.tool import Tool
from agentic_search.events.facts import Emit
from agentic_search.planning.model.revision import DraftRefused


@dataclass(frozen=True, slots=True)
class SoFar:
    """The rounds that have run, at least one."""

    plans: tuple[Plan, ...]
    """What each added, in order."""
    outcomes: Mapping[str, Outcome]
    """How every task of them ended, by its id."""

    @property
    def next_round(self) -> int:
        """The number of the round that is to be planned; the first was 1."""
        return len(self.plans) + 1

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all tasks, in order."""
        return tuple(task.id for plan in self.plans for task in plan.tasks)


@dataclass(frozen=True, slots=True)
class Added:
    """What a round adds to the plan."""

    tasks: tuple[Task, ...] = ()
    """None where nothing more is needed, or nobody could say what is."""
    model: str | None = None
    """Who decided it; none where nobody could."""
    usage: Usage = field(default_factory=Usage)


class Replanner(Protocol):
    """Something that plans later rounds."""

    async def replan(self, query: str, tools: Sequence[Tool], emit: Emit, *, so_far: SoFar) -> Added:
        """Say what is still needed, telling plan.started and each plan.task on the way.

        A task may refer to the tasks so far. Raises PlanRefused (the draft breaks a rule) or ModelError.
        """
        ...


class RevisingReplanner(Replanner, Protocol):
    """A replanner that can be shown what was wrong with its draft."""

    async def revise(
        self, query: str, tools: Sequence[Tool], emit: Emit, *, so_far: SoFar, refused: DraftRefused
    ) -> Added:
        """Say it again, knowing the refused draft and the complaints; `usage` is this attempt's alone."""
        ...
