"""What the nodes of one run work with: the run, the tools, the models, the saved plans, the runner and the limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from agentic_search.domain.approval.policy import STRICT, ApprovalRules
from agentic_search.domain.limits import RunLimits
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.engine.protocols import Run
from agentic_search.graph.preview import Preview
from agentic_search.models.choice import ModelChoice
from agentic_search.planning.model.form import FormSetting
from agentic_search.scheduler.runner import Runner
from agentic_search.tools.catalog import Catalog
from agentic_search.workflows.folder import WorkflowFolder


class Toolbox(Protocol):
    """The tools that are connected."""

    async def settled(self, within: float) -> None:
        """Wait, `within` seconds at most, until no server is connecting for the first time."""
        ...

    async def changed(self) -> None:
        """Wait for the next change of any server's status or tools."""
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


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the nodes of one run are given besides the state."""

    run: Run
    toolbox: Toolbox
    models: ModelChoice
    """Who plans and who writes."""
    workflows: WorkflowFolder
    runner: Runner
    """Runs this run's tasks, from the first that the planner has written."""
    limits: RunLimits
    approval: ApprovalRules = STRICT
    """Which tools wait for approval."""
    plan_form: FormSetting = "auto"
    """What plans a model is asked for."""
    start_early: bool = True
    """Whether tasks that only read begin while the plan is still being written."""
    parallel: bool = True
    """Whether several tasks may run at once."""
    preview: Preview | None = None
    """Shows quotations while a model works; None where none are wanted."""
