"""What the nodes work with: the run they work for, the tools, who plans, who writes, and the limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from agentic_search.domain.query import Query
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.engine.protocols import Run
from agentic_search.planning.model.later_planner import Replanner
from agentic_search.planning.planner import Planner
from agentic_search.scheduler.runner import Runner
from agentic_search.synthesis.writing.writer import Writer
from agentic_search.tools.catalog import Catalog


class Toolbox(Protocol):
    """The tools that are connected."""

    async def settled(self, within: float) -> None:
        """Wait, `within` seconds at most, until no server is connecting for the first time."""
        ...

    def statuses(self) -> Sequence[ServerStatus]:
        """Every configured server as it is now."""
        ...

    def catalog(self) -> Catalog:
        """The tools that can be used now."""
        ...

    def timed(self, tools: Iterable[Tool]) -> tuple[Tool, ...]:
        """The tools with how long their calls have usually taken."""
        ...


class Minds(Protocol):
    """Who plans and who writes."""

    async def planner(self, query: Query) -> Planner:
        """The planner for this query; never raises for want of a model.

        Raises NotFound or PlanRefused for a workflow that cannot be run.
        """
        ...

    async def replanner(self, query: Query) -> Replanner:
        """Who plans later rounds, where a model has planned the first; neither this nor that one ever raises."""
        ...

    async def writer(self, query: Query) -> Writer:
        """The writer for this query; never raises for want of a model."""
        ...

    def writer_name(self, query: Query) -> str | None:
        """The model that was asked for, or configured, without looking whether it is there."""
        ...


@dataclass(frozen=True, slots=True)
class RunLimits:
    """How much one run may take."""

    deadline: float
    """Seconds, where the query does not say."""
    discovery_wait: float
    """Seconds to wait for servers that are connecting for the first time."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """The tools of the nodes' trade."""

    run: Run
    toolbox: Toolbox
    minds: Minds
    runner: Runner
    """Runs this run's tasks, from the first that the planner has written."""
    limits: RunLimits
    start_early: bool = True
    """Whether tasks that only read begin while the plan is still being written."""
