"""The nodes around planning: initialize, discover_tools, execute_all_parallel, synthesize, by their names in the graph.

Each takes the state, has one package do its work, and gives the state back with its part added.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from langgraph.runtime import Runtime
from pydantic import TypeAdapter

from agentic_search.conversation.follow_up import stand_alone
from agentic_search.domain.answer import Turn
from agentic_search.domain.outcome import Completed, Failed, Outcome, Skipped
from agentic_search.domain.plan import Plan
from agentic_search.domain.query import ContinuedQuery, ConversationQuery, Query, StandingQuery
from agentic_search.domain.tool import ServerStatus
from agentic_search.engine.protocols import Run
from agentic_search.errors import AgenticSearchError, DeadlinePassed, NoSuchTool, SearchFailed, ToolsNotReady
from agentic_search.events.execution_facts import ExecutionCompleted, ExecutionStarted
from agentic_search.events.facts import QuestionUnderstood, RunStarted, ToolsDiscovered
from agentic_search.graph.context import RunContext
from agentic_search.graph.named_tools import told_states, usable_tools
from agentic_search.graph.state import (
    AskedState,
    DiscoveredState,
    ExecutedState,
    InitializedState,
    PlannedState,
    whole_plan,
)
from agentic_search.models.choice import ChosenModel
from agentic_search.synthesis.evidence.support import bears_on
from agentic_search.synthesis.evidence.writer_input import in_thread_if_large, make_writer_input
from agentic_search.synthesis.writing.fallback_writer import FallbackWriter
from agentic_search.tools.catalog import Catalog

FOUND_NOTHING = "What the model planned found nothing that bears on the question."
_DECIDED, _WRITTEN = TypeAdapter(tuple[bool, str]), TypeAdapter(bool)
_MOST_NAMED = 20
_HARDLY_LESS = 0.1
"""Share of what is left for tasks that may pass before they begin, where a model server does not say what it has."""
_NO_ANSWER_OF_MODELS = "The model server did not say in time which models it has."


async def initialize(state: AskedState, runtime: Runtime[RunContext]) -> InitializedState:
    """Emit that the run has begun, and fix when it must have its results."""
    context, query = runtime.context, state["query"]
    with context.run.spent.phase("discover"):
        model = context.models.writer_name(query.model)
        going_on = query if isinstance(query, ContinuedQuery) else None
        retry_of = going_on.of if going_on else None
        context.run.emit(
            RunStarted(
                query=query.query,
                thread_id=context.run.thread_id,
                model=model,
                retry_of=retry_of,
                instructions=query.instructions,
            )
        )
        earlier = _turns_before(context.run, query)
        asked = going_on.understood if going_on else stand_alone(query.query, earlier)
        if asked != query.query:
            context.run.emit(QuestionUnderstood(text=asked))
    kept = going_on.tasks(kept=True) if going_on else ()
    return {
        **state,
        "asked": asked,
        "earlier": earlier,
        "deadline": query.deadline or context.limits.deadline,
        "plans": (Plan.model_construct(tasks=kept),) if kept else (),
        "outcomes": going_on.kept if going_on else {},
        "opening": "",
        "lacking": "",
    }


def _turns_before(run: Run, query: Query) -> tuple[Turn, ...]:
    """The conversation so far; without what the same question was answered before, where it is asked again."""
    if isinstance(query, StandingQuery):  # its conversation is the same question again and again
        return ()
    if isinstance(query, ConversationQuery):
        return query.turns
    again = isinstance(query, ContinuedQuery)
    return tuple(turn for turn in run.earlier if not (again and turn.query == query.query))


async def discover_tools(state: InitializedState, runtime: Runtime[RunContext]) -> DiscoveredState:
    """Find what can be used now, giving servers that have just been started a moment to connect.

    Where nothing at all can be used yet, they get as long as a model may take to plan: else there would be no search.
    """
    context, query = runtime.context, state["query"]
    toolbox = context.toolbox
    if isinstance(query, ContinuedQuery) and not query.tasks(kept=False):
        return {**state, "tools": (), "instructions": {}}
    if query.tools == ():
        raise NoSuchTool("The request lets no tool be used, as 'tools' is an empty list: leave it out to allow all.")
    with context.run.spent.phase("discover"):
        await toolbox.settled(min(context.limits.discovery_wait, context.limits.planner_share * state["deadline"]))
        if not usable_tools(toolbox.catalog(), query):
            await toolbox.settled(context.limits.planner_share * state["deadline"] - context.run.elapsed)
        catalog, statuses = toolbox.catalog(), tuple(toolbox.statuses())
        tools = toolbox.timed(usable_tools(catalog, query))
        context.run.emit(ToolsDiscovered(servers=statuses, tools=len(tools)))
    if not tools and not query.brings_a_plan and not context.run.goes_on:  # what a plan needs is known when it is read
        raise _no_tools(catalog, query, statuses)
    context.runner.know(tools)
    return {**state, "tools": tools, "instructions": catalog.instructions}


def _no_tools(catalog: Catalog, query: Query, statuses: Sequence[ServerStatus]) -> AgenticSearchError:
    """Why nothing can be searched: by the caller's fault, or for want of a server."""
    if query.tools and catalog.tools:
        wanted = f"No tool matches {', '.join(query.tools)}; there are: {_names(catalog)}."
        missing = [server for server in statuses if server.status not in {"ready", "disabled"}]
        return ToolsNotReady(f"{wanted} Not connected: {told_states(missing)}") if missing else NoSuchTool(wanted)
    reasons = told_states(statuses) if statuses else "No server is configured."
    return SearchFailed(f"No tool can be used, so nothing can be searched: {reasons}")


def _names(catalog: Catalog) -> str:
    first = ", ".join(tool.name for tool in catalog.tools[:_MOST_NAMED])
    more = len(catalog.tools) - _MOST_NAMED
    return f"{first} and {more} more, which GET /tools lists" if more > 0 else first


async def execute_all_parallel(state: PlannedState, runtime: Runtime[RunContext]) -> ExecutedState:
    """Run what the last round planned, joining what began while it was written: as long as the longest path takes.

    A failed task skips what depends on it, nothing else. A round that planned nothing has nothing to run.
    """
    context, latest, outcomes = runtime.context, state["plans"][-1], state["outcomes"]
    has_tasks = latest.tasks[0].id not in outcomes
    with context.run.spent.phase("execute"):
        if has_tasks:
            outcomes = outcomes | await _execute(state, context)
        name = f"after round {len(state['plans'])} {state['planner']} {has_tasks}"
        decided = context.run.journal.get(name, _DECIDED)
        if decided is None:
            decided = await _decide(state, context, outcomes, has_tasks=has_tasks)
            context.run.journal.put(name, decided)
        another_round, lacking = decided
    return {**state, "outcomes": outcomes, "lacking": lacking, "another_round": another_round or bool(lacking)}


async def _decide(
    state: PlannedState, context: RunContext, outcomes: Mapping[str, Outcome], *, has_tasks: bool
) -> tuple[bool, str]:
    """Whether the model is to plan another round, and else what is lacking, a sentence."""
    now, planned = context.run.elapsed, context.run.spent.seconds("plan")
    until = state["deadline"] * (1 - context.limits.writer_share)
    another_round = has_tasks and wants_another_round(state, until - now, plan_seconds=planned)
    return another_round, "" if another_round else await what_is_lacking(state, outcomes, now=now)


async def _execute(state: PlannedState, context: RunContext) -> dict[str, Outcome]:
    """The outcomes of the latest round's tasks."""
    latest, number, parallel = state["plans"][-1], len(state["plans"]), context.parallel
    left = await _seconds_for_tasks(state, context)
    context.run.emit(ExecutionStarted(tasks=len(latest.tasks), parallel=parallel, round=number))
    outcomes = await context.runner.finish(latest, deadline=left, inputs=state["inputs"])
    ended = Counter(map(type, outcomes.values()))
    context.run.emit(
        ExecutionCompleted(
            completed=ended[Completed], failed=ended[Failed], skipped=ended[Skipped], parallel=parallel, round=number
        )
    )
    return outcomes


async def _seconds_for_tasks(state: PlannedState, context: RunContext) -> float:
    """Until the deadline, less what is left for a model that writes, or for another plan: half of it at most."""
    deadline, writes = state["deadline"], state["planner"] == "model"
    if not writes:  # then only who writes matters, which a model server may take long to say
        within = _HARDLY_LESS * (deadline - context.run.elapsed)
        writes = (await _writer(state, context, within=within)).model is not None
    left = max(0.0, deadline - context.run.elapsed)
    if state["lacking"]:
        return left / 2
    return max(left / 2, left - context.limits.writer_share * deadline) if writes else left


def wants_another_round(state: PlannedState, left: float, *, plan_seconds: float) -> bool:
    """Whether, with the latest plan run, the planner is to be asked what is still needed.

    Only a model learns from outcomes: words match as they did before. And where no more than the `left` seconds remain
    that planning a round has taken so far (`plan_seconds` are those of all rounds), none would remain to run what it
    plans.
    """
    rounds = len(state["plans"])
    if rounds >= state["query"].rounds or state["planner"] != "model" or state["lacking"]:
        return False
    return left > plan_seconds / rounds


async def what_is_lacking(state: PlannedState, outcomes: Mapping[str, Outcome], *, now: float) -> str:
    """Why the offline planner is to add to what a model planned, a sentence; empty where it need not.

    Whatever a model does or fails to do, its run finds at least what a run without it would have found.
    """
    if state["planner"] != "model" or now >= state["deadline"]:
        return ""
    if state["lacking"]:
        return state["lacking"]
    asked = state["asked"]
    make = partial(make_writer_input, asked, whole_plan(state["plans"]), outcomes)
    found = await in_thread_if_large(outcomes, make)
    return "" if await in_thread_if_large(found, lambda: bears_on(asked, found.evidence)) else FOUND_NOTHING


async def synthesize(state: ExecutedState, runtime: Runtime[RunContext]) -> ExecutedState:
    """Have the answer written from whatever completed, before the deadline; without anything, there is none."""
    context, query, outcomes = runtime.context, state["query"], state["outcomes"]
    if context.run.journal.get("answer", _WRITTEN):
        return state
    _refuse_nothing(outcomes)
    with context.run.spent.phase("synthesize"):
        if context.preview:
            context.preview.end()
        chosen = await _writer(state, context, within=state["deadline"] - context.run.elapsed)
        # Who asks for no model at all, gets none for vectors either.
        name = chosen.model.name if chosen.model else ""
        embedding = partial(context.models.embedding, name) if chosen.model or chosen.why_none else None
        writer = FallbackWriter(
            chosen.model,
            chosen.why_none,
            within=state["deadline"] - context.run.elapsed,
            opening=state["opening"],
            embedding=embedding,
        )
        make = partial(
            make_writer_input,
            state["asked"],
            whole_plan(state["plans"]),
            outcomes,
            said=query.query,
            earlier=state["earlier"],
            not_used=state["not_used"],
            length=query.length if isinstance(query, ContinuedQuery) else "normal",
            instructions=query.instructions,
        )
        await writer.write(await in_thread_if_large(outcomes, make), context.run.emit)
        context.run.journal.put("answer", True)
    return state


async def _writer(state: PlannedState, context: RunContext, *, within: float) -> ChosenModel:
    """Who writes, as far as that is known within so many seconds."""
    try:
        async with asyncio.timeout(within):
            return await context.models.writer(state["query"].model, batch=state["query"].batch)
    except TimeoutError:
        return ChosenModel(None, _NO_ANSWER_OF_MODELS)


def _lacked_approval(outcome: Outcome) -> bool:
    return isinstance(outcome, Skipped) and outcome.waited is not None


def _refuse_nothing(outcomes: Mapping[str, Outcome]) -> None:
    """Raise where no task completed: DeadlinePassed where the deadline stopped them, else SearchFailed.

    Where a task was skipped for want of approval there is an answer all the same, which says so.
    """
    if any(isinstance(outcome, Completed) or _lacked_approval(outcome) for outcome in outcomes.values()):
        return
    failures = [outcome for outcome in outcomes.values() if isinstance(outcome, Failed)]
    stopped = not failures or any(outcome.code == "stopped" for outcome in failures)
    reasons = "; ".join(f"{outcome.task_id}: {outcome.error}" for outcome in failures) or "every task was skipped"
    kind = DeadlinePassed if stopped else SearchFailed
    raise kind(f"No tool gave a result, so there is nothing to answer from. {reasons}.")
