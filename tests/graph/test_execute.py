"""How long the tasks of a round may take: what a model that writes needs is left to it, but never all that there is."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from langgraph.runtime import Runtime

from agentic_search.domain.answer import Turn
from agentic_search.domain.limits import RunLimits
from agentic_search.domain.outcome import Completed, Outcome, Passage, ToolResult
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.query import Query
from agentic_search.domain.run import PlannerKind
from agentic_search.domain.spending import Spending
from agentic_search.engine.protocols import Decide
from agentic_search.errors import ModelUnavailable
from agentic_search.events.facts import Fact
from agentic_search.events.journal import Journal, NoJournal
from agentic_search.graph.context import RunContext, Toolbox
from agentic_search.graph.nodes import execute_all_parallel
from agentic_search.graph.state import PlannedState
from agentic_search.models.chat import ChatModel
from agentic_search.models.choice import ModelChoice
from agentic_search.models.scripted import ScriptedModel, ScriptedSource
from agentic_search.scheduler.runner import Runner
from agentic_search.workflows.folder import WorkflowFolder

PLAN = Plan(tasks=(Task(id="t1", tool="look_up"),))
ROWS = ToolResult(value="rows", text="rows", passages=(Passage(title="", url="", text="the rows"),))
DEADLINE = 2.0


class Silent(ScriptedSource):
    """Takes requests, and never answers them."""

    async def open(self, name: str) -> ChatModel:
        await asyncio.Event().wait()
        raise AssertionError


@dataclass
class Log:
    """A run and a runner in one: writes down how long tasks may take, from the beginning of the run."""

    passed: float
    seconds: float = 0.0
    until: float = 0.0
    id: str = "r"
    thread_id: str = "th"
    earlier: tuple[Turn, ...] = ()
    attended: bool = False
    spent: Spending = field(default_factory=lambda: Spending(lambda: 0.0))
    began: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    journal: Journal = field(default_factory=NoJournal)

    goes_on: bool = False

    def void_draft(self) -> None: ...

    def on_decision(self, decide: Decide) -> None: ...

    @property
    def elapsed(self) -> float:
        return self.passed + asyncio.get_running_loop().time() - self.began

    def emit(self, fact: Fact) -> None: ...

    async def finish(self, plan: Plan, *, deadline: float, inputs: object) -> Mapping[str, Outcome]:
        self.seconds, self.until = deadline, self.elapsed + deadline
        return {task.id: Completed(task_id=task.id, result=ROWS, started_at=0, duration=0) for task in plan.tasks}


async def executed(log: Log, models: ScriptedSource, *, planner: PlannerKind = "offline") -> Log:
    context = RunContext(
        run=log,
        toolbox=cast("Toolbox", None),
        models=ModelChoice(models, writer="", planner=""),
        workflows=WorkflowFolder(Path("nowhere")),
        runner=cast("Runner", log),
        limits=RunLimits(DEADLINE, 0, planner_share=0.25, writer_share=0.25),
    )
    state = PlannedState(
        query=Query(query="Which rows?"),
        asked="Which rows?",
        earlier=(),
        deadline=DEADLINE,
        plans=(PLAN,),
        outcomes={},
        opening="",
        lacking="",
        tools=(),
        instructions={},
        planner=planner,
        inputs=None,
        not_used=(),
    )
    await execute_all_parallel(state, Runtime(context=context))
    return log


@pytest.mark.parametrize("planner", ["offline", "given", "model"])
async def test_tasks_have_time_though_planning_took_all_but_the_writer_s_share(planner: PlannerKind) -> None:
    log = await executed(Log(passed=0.75 * DEADLINE), ScriptedSource(ScriptedModel("m")), planner=planner)
    assert log.seconds > 0.1 * DEADLINE


async def test_without_a_writer_tasks_have_all_that_is_left() -> None:
    nobody = ScriptedSource(error=ModelUnavailable("Nobody answers."))
    log = await executed(Log(passed=0.5 * DEADLINE), nobody)
    assert log.until == pytest.approx(DEADLINE, abs=0.1)


@pytest.mark.parametrize("planner", ["offline", "given"])
async def test_a_model_server_that_says_nothing_takes_little_of_the_tasks_time(planner: PlannerKind) -> None:
    log = await executed(Log(passed=0.5 * DEADLINE), Silent(), planner=planner)
    assert log.seconds > 0.3 * DEADLINE
    assert log.until < 1.1 * DEADLINE
