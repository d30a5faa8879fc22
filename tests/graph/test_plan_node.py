"""The plan node: what it emits and starts for each step of planning, in which order; what a dropped draft undoes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from langgraph.runtime import Runtime

from agentic_search.clock import SystemClock
from agentic_search.domain.answer import Turn
from agentic_search.domain.limits import RunLimits
from agentic_search.domain.outcome import Completed, ToolResult
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.query import Query
from agentic_search.domain.spending import Spending, spending_of_run
from agentic_search.engine.protocols import Decide
from agentic_search.errors import DeadlinePassed, ModelUnavailable, PlanRefused, SearchFailed
from agentic_search.events.facts import Fact
from agentic_search.events.journal import Journal, NoJournal
from agentic_search.graph.context import RunContext
from agentic_search.graph.plan_node import SMALL_MODEL, plan
from agentic_search.graph.state import DiscoveredState, PlannedState
from agentic_search.models.chat import ChatModel, Message, ModelOutput, Waiting
from agentic_search.models.choice import ModelChoice
from agentic_search.models.scripted import ScriptedModel, ScriptedSource, Step
from agentic_search.models.usage_counter import CountedSource
from agentic_search.models.wrapped_model import WrappedModel
from agentic_search.scheduler.runner import Runner
from agentic_search.tools.pool import ToolPool
from agentic_search.workflows.folder import WorkflowFolder
from tests.planning.schemas import tool

LOOK, WRITE = tool("look_up", description="Look anything up"), tool("write_down", read_only=False)
BOTH = json.dumps({"tasks": [{"tool": "write_down"}, {"tool": "look_up"}]})
BAD = json.dumps({"tasks": [{"tool": "look_up"}, {"tool": "lok_up"}]})
FIRST = Plan(tasks=(Task(id="t1", tool="look_up"),))
WRITTEN = Plan(tasks=(Task(id="t1", tool="write_down"),))
FOUND = Completed(task_id="t1", result=ToolResult(value=1, text="1"), started_at=0, duration=1)


@dataclass
class Log:
    """A run and a runner in one: writes down what either is asked to do, in order."""

    done: list[str] = field(default_factory=list[str])
    id: str = "r"
    thread_id: str = "th"
    earlier: tuple[Turn, ...] = ()
    elapsed: float = 0.0
    attended: bool = False
    spent: Spending = field(default_factory=lambda: Spending(lambda: 0.0))

    journal: Journal = field(default_factory=NoJournal)

    goes_on: bool = False

    def void_draft(self) -> None: ...

    def on_decision(self, decide: Decide) -> None: ...

    def emit(self, fact: Fact) -> None:
        tasks = [fact.task.id] if fact.kind == "plan.task" else []
        self.done.append(" ".join(["emit", fact.kind, *tasks]))

    def add(self, tasks: Sequence[Task]) -> None:
        self.done.append(f"add {' '.join(task.id for task in tasks)}")

    def abandon(self, because: str) -> None:
        self.done.append("abandon")


async def planned(
    log: Log,
    *models: ChatModel,
    query: Query | None = None,
    plans: tuple[Plan, ...] = (),
    start_early: bool = True,
    deadline: float = 5,
    lacking: str = "",
    planner_share: float = 0.5,
) -> PlannedState:
    source = ScriptedSource(*models, error=None if models else ModelUnavailable("Nobody answers."))
    spending_of_run.set(log.spent)
    context = RunContext(
        run=log,
        toolbox=ToolPool((), clock=SystemClock()),
        models=ModelChoice(CountedSource(source, {}), writer="", planner=""),
        workflows=WorkflowFolder(Path("nowhere")),
        runner=cast("Runner", log),
        limits=RunLimits(deadline, 0, planner_share=planner_share, writer_share=0.25),
        start_early=start_early,
    )
    state = DiscoveredState(
        query=query or Query(query="What of it?", rounds=2),
        asked=(query or Query(query="What of it?")).query,
        earlier=(),
        deadline=deadline,
        plans=plans,
        outcomes={"t1": FOUND} if plans else {},
        lacking=lacking,
        tools=(LOOK, WRITE),
        instructions={},
        opening="",
    )
    return await plan(state, Runtime(context=context))


def model(*replies: str | Sequence[Step]) -> ScriptedModel:
    return ScriptedModel("m", replies)


async def test_each_step_is_emitted_and_a_task_that_only_reads_begins_at_once() -> None:
    log = Log()
    state = await planned(log, model(BOTH))
    assert log.done == [
        "emit plan.started", "emit plan.task t1", "emit plan.task t2", "add t2", "emit plan.ready",
    ]  # fmt: skip
    assert [task.id for task in state["plans"][0].tasks] == ["t1", "t2"]
    assert (state["planner"], log.spent.usage.model_calls) == ("model", 1)


@pytest.mark.parametrize("query", [Query(query="?", plan=FIRST), None], ids=["brought", "switched off"])
async def test_nothing_begins_early_of_a_plan_that_is_brought_or_where_that_is_switched_off(
    query: Query | None,
) -> None:
    log = Log()
    await planned(log, model(BOTH), query=query, start_early=query is not None)
    assert not [done for done in log.done if done.startswith("add")]
    assert log.done[-1] == "emit plan.ready"


async def test_what_a_dropped_draft_has_begun_is_abandoned_before_that_is_emitted() -> None:
    log = Log()
    await planned(log, model(BAD, BOTH))
    dropped = log.done.index("emit plan.fallback")
    assert log.done[:dropped] == ["emit plan.started", "emit plan.task t1", "add t1", "abandon"]
    assert log.done[dropped + 1 :] == ["emit plan.task t1", "emit plan.task t2", "add t2", "emit plan.ready"]


async def test_what_was_mended_is_emitted_and_what_has_begun_goes_on() -> None:
    log = Log()
    await planned(log, model('{"tasks":[{"look_up":{}},{"look_up":{}}]}'))
    assert log.done == ["emit plan.started", "emit plan.task t1", "add t1", "emit plan.mended", "emit plan.ready"]


async def test_a_later_round_adds_to_the_plan_and_to_the_usage() -> None:
    log = Log()
    state = await planned(log, model('{"tasks":[{"tool":"look_up"}]}'), plans=(FIRST,))
    assert log.done == ["emit plan.started", "emit plan.task t2", "add t2", "emit plan.ready"]
    assert [task.id for each in state["plans"] for task in each.tasks] == ["t1", "t2"]
    assert (state["planner"], log.spent.usage.model_calls) == ("model", 1)


async def test_a_later_round_without_a_model_adds_nothing_and_says_why() -> None:
    log = Log()
    state = await planned(log, plans=(FIRST,))
    assert log.done == ["abandon", "emit plan.fallback"]
    assert (state["plans"], state["planner"], log.spent.usage.model_calls) == ((FIRST,), "model", 0)


async def test_a_model_that_takes_longer_than_its_share_is_replaced_by_the_offline_planner() -> None:
    log = Log()
    state = await planned(log, model([asyncio.Event()]), query=Query(query="look up apples"), deadline=0.1)
    assert log.done == [
        "emit plan.started", "abandon", "emit plan.fallback",
        "emit plan.started", "emit plan.task t1", "add t1", "emit plan.ready",
    ]  # fmt: skip
    assert (state["planner"], state["lacking"]) == ("offline", "")
    later = await planned(log, model([asyncio.Event()]), plans=(FIRST,), deadline=0.1)
    assert log.done[-2:] == ["abandon", "emit plan.fallback"]
    assert later["plans"] == (FIRST,)


@pytest.mark.parametrize("plans", [(), (FIRST,)], ids=["first round", "later round"])
async def test_what_a_slow_model_has_written_is_used_and_to_be_added_to(plans: tuple[Plan, ...]) -> None:
    log = Log()
    state = await planned(log, model(['{"tasks":[{"tool":"look_up"},', asyncio.Event()]), plans=plans, deadline=0.1)
    assert "abandon" not in log.done and log.done[-1] == "emit plan.ready"
    assert [task.tool for task in state["plans"][-1].tasks] == ["look_up"]
    assert "than its share of the deadline, 0.05 s" in state["lacking"]


async def test_of_a_plan_that_is_not_finished_nothing_runs_that_could_change_something() -> None:
    log, query, first = Log(), Query(query="look up apples"), '{"tasks":[{"write_down":{}},'
    text = first + '{"look_up":{"x":"${t1}"}},{"look_up":{}},{"look_up":{"x":"${t2}"}},'
    state = await planned(log, model([text, asyncio.Event()]), deadline=0.1)
    assert [task.id for task in state["plans"][0].tasks] == ["t3"]
    assert log.done[-2:] == ["emit plan.mended", "emit plan.ready"]
    alone = await planned(Log(), model([first, asyncio.Event()]), query=query, deadline=0.1)
    assert [task.tool for task in alone["plans"][0].tasks] == ["look_up"]


async def test_a_model_s_share_counts_from_when_it_has_begun() -> None:
    class Queued(WrappedModel):
        """Waits for another request longer than its share."""

        async def stream(self, messages: Sequence[Message], **options: Any) -> AsyncGenerator[ModelOutput, None]:
            yield Waiting(before=1)
            await asyncio.sleep(0.4)
            yield Waiting()
            async with aclosing(self._model.stream(messages, **options)) as pieces:
                async for piece in pieces:
                    yield piece

    log = Log()
    state = await planned(log, Queued(model(BOTH)), deadline=0.6, planner_share=0.25)
    assert (state["planner"], state["lacking"]) == ("model", "")
    assert log.done[1:3] == ["emit model.waiting", "emit model.waiting"]


async def test_what_a_model_planned_is_added_to_without_it_where_that_is_lacking() -> None:
    log = Log()
    state = await planned(log, model(), query=Query(query="look up apples"), plans=(WRITTEN,), lacking="Nothing.")
    assert log.done == [
        "abandon", "emit plan.fallback", "emit plan.started", "emit plan.task t2", "add t2", "emit plan.ready",
    ]  # fmt: skip
    assert (state["planner"], state["lacking"], log.spent.usage.model_calls) == ("offline", "", 0)
    again = await planned(log, model(), query=Query(query="look up apples"), plans=(FIRST,), lacking="Nothing.")
    assert again["plans"] == (FIRST,), "a call that the model has planned already is not made again"


async def test_a_deadline_that_has_passed_before_there_is_any_plan_ends_the_run() -> None:
    log = Log(elapsed=6)
    with pytest.raises(DeadlinePassed, match=r"The deadline of 5 s passed before there was a plan"):
        await planned(log, query=Query(query="?", workflow="none"))


async def test_a_plan_that_cannot_be_is_refused_to_whoever_brought_it_and_fails_any_other_run() -> None:
    unknown = Plan(tasks=(Task(id="t1", tool="lok_up"),))
    with pytest.raises(PlanRefused, match="did you mean 'look_up'"):
        await planned(Log(), query=Query(query="?", plan=unknown))
    with pytest.raises(SearchFailed, match="No plan could be made"):
        await planned(Log(), query=Query(query="x", model="offline", tools=()), start_early=False)


async def test_what_a_small_model_plans_is_to_be_added_to() -> None:
    small = await planned(Log(), ScriptedModel("m", ['{"tasks":[{"look_up":{}}]}'], parameters=135e6))
    assert (small["planner"], small["lacking"]) == ("model", SMALL_MODEL)
    large = await planned(Log(), ScriptedModel("m", ['{"tasks":[{"look_up":{}}]}'], parameters=8e9))
    assert (large["planner"], large["lacking"]) == ("model", "")
