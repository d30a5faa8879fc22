"""The nodes around planning: initialize, discover_tools, execute_all_parallel, synthesize, by their names in the graph.

Each takes the state, has one package do its work, and gives the state back with its part added.
"""

from collections.abc import Mapping

from langgraph.runtime import Runtime

from agentic_search.domain.outcome import Completed, Failed, Outcome
from agentic_search.domain.run import Usage
from agentic_search.errors import DeadlinePassed, SearchFailed
from agentic_search.events.facts import RunStarted, ToolsDiscovered
from agentic_search.graph.context import RunContext
from agentic_search.graph.state import (
    AnsweredState,
    AskedState,
    DiscoveredState,
    ExecutedState,
    InitializedState,
    PlannedState,
    whole_plan,
)
from agentic_search.synthesis.evidence.writer_input import make_writer_input
from agentic_search.synthesis.writing.model_writer import FallbackWriter


async def initialize(state: AskedState, runtime: Runtime[RunContext]) -> InitializedState:
    """Emit that the run has begun, and fix when it must have its results."""
    context, query = runtime.context, state["query"]
    model = context.models.writer_name(query.model)
    context.run.emit(RunStarted(query=query.query, thread_id=context.run.thread_id, model=model))
    return {
        **state,
        "deadline": query.deadline or context.limits.deadline,
        "plans": (),
        "outcomes": {},
        "opening": "",
        "usage": Usage(),
        "plan_seconds": 0.0,
        "execute_seconds": 0.0,
    }


async def discover_tools(state: InitializedState, runtime: Runtime[RunContext]) -> DiscoveredState:
    """Find what can be used now, giving servers that have just been started a moment to connect."""
    toolbox, globs = runtime.context.toolbox, state["query"].tools
    await toolbox.settled(min(runtime.context.limits.discovery_wait, state["deadline"]))
    catalog = toolbox.catalog()
    tools = toolbox.timed(catalog.select(globs))
    if not state["query"].brings_a_plan:
        tools = tuple(tool for tool in tools if tool.plannable)
    statuses = tuple(toolbox.statuses())
    runtime.context.run.emit(ToolsDiscovered(servers=statuses, tools=len(tools)))
    if not tools and globs and catalog.tools:
        raise SearchFailed(
            f"No tool matches {', '.join(globs)}; there are: {', '.join(t.name for t in catalog.tools)}."
        )
    if not tools:
        reasons = "; ".join(f"{server.name}: {server.error or server.status}" for server in statuses)
        raise SearchFailed(f"No tool can be used, so nothing can be searched. {reasons or 'No server is configured.'}")
    runtime.context.runner.know(tools)
    return {**state, "tools": tools, "instructions": catalog.instructions}


async def execute_all_parallel(state: PlannedState, runtime: Runtime[RunContext]) -> ExecutedState:
    """Run what the last round planned, joining what began while it was written: as long as the longest path takes.

    A failed task skips what depends on it, nothing else. A round that planned nothing has nothing to run.
    """
    context, latest = runtime.context, state["plans"][-1]
    if latest.tasks[0].id in state["outcomes"]:
        return {**state, "another_round": False}
    began = context.run.elapsed
    left = max(0.0, state["deadline"] - began)
    outcomes = await context.runner.finish(latest, deadline=left, inputs=state["inputs"])
    now = context.run.elapsed
    return {
        **state,
        "outcomes": {**state["outcomes"], **outcomes},
        "execute_seconds": state["execute_seconds"] + now - began,
        "another_round": wants_another_round(state, now=now),
    }


def wants_another_round(state: PlannedState, *, now: float) -> bool:
    """Whether, with the latest plan run, the planner is to be asked what is still needed.

    Only a model learns from outcomes: words match as they did before. And where no more time is left than planning a
    round has taken so far, there would be none to run what it plans.
    """
    rounds = len(state["plans"])
    if rounds >= state["query"].rounds or state["planner"] != "model":
        return False
    return state["deadline"] - now > state["plan_seconds"] / rounds


async def synthesize(state: ExecutedState, runtime: Runtime[RunContext]) -> AnsweredState:
    """Have the answer written from whatever completed; without anything, there is none."""
    context, query, outcomes = runtime.context, state["query"], state["outcomes"]
    _refuse_nothing(outcomes)
    began = context.run.elapsed
    chosen = await context.models.writer(query.model)
    writer = FallbackWriter(chosen.model, chosen.why_none, opening=state["opening"])
    written = await writer.write(make_writer_input(query.query, whole_plan(state["plans"]), outcomes), context.run.emit)
    return {**state, "usage": state["usage"].plus(written.usage), "synthesize_seconds": context.run.elapsed - began}


def _refuse_nothing(outcomes: Mapping[str, Outcome]) -> None:
    """Raise where no task completed: DeadlinePassed where the deadline stopped them, else SearchFailed."""
    if any(isinstance(outcome, Completed) for outcome in outcomes.values()):
        return
    failures = [outcome for outcome in outcomes.values() if isinstance(outcome, Failed)]
    stopped = not failures or any(outcome.code == "stopped" for outcome in failures)
    reasons = "; ".join(f"{outcome.task_id}: {outcome.error}" for outcome in failures) or "every task was skipped"
    kind = DeadlinePassed if stopped else SearchFailed
    raise kind(f"No tool gave a result, so there is nothing to answer from. {reasons}.")
