"""Builds the graph of a search, and makes of it the program that an engine runs for each query."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Literal, Protocol, TypeVar, cast

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agentic_search.domain.outcome import Completed, Outcome, Skipped
from agentic_search.domain.query import Query, TraceContext
from agentic_search.domain.spending import Spending
from agentic_search.engine.protocols import Program, Run
from agentic_search.events.facts import RunCompleted
from agentic_search.graph.context import RunContext
from agentic_search.graph.nodes import discover_tools, execute_all_parallel, initialize, synthesize
from agentic_search.graph.plan_node import plan
from agentic_search.graph.state import AskedState, ExecutedState, PlannedState
from agentic_search.tracing.spans import OpenSpan, spanned

StateT = TypeVar("StateT")
NextT = TypeVar("NextT")
GivenT = TypeVar("GivenT", contravariant=True)
MadeT = TypeVar("MadeT", covariant=True)


class Node(Protocol[GivenT, MadeT]):
    """A node of the graph."""

    __name__: str

    async def __call__(self, state: GivenT, runtime: Runtime[RunContext]) -> MadeT:
        """Take the state, and give it with the node's part added."""
        ...


class TraceRun(Protocol):
    """Begins the trace of a run."""

    def __call__(
        self, run_id: str, *, thread_id: str, caller: TraceContext | None, goes_on: bool
    ) -> AbstractContextManager[OpenSpan]:
        """The block is the run, which belongs to what its caller does."""
        ...


def build_program(context_of: Callable[[Run, Query], RunContext], trace: TraceRun | None = None) -> Program:
    """Compile the graph once; `context_of` gives each run what its nodes work with. `trace`: how runs are traced."""
    graph = StateGraph(ExecutedState, context_schema=RunContext, input_schema=AskedState)
    graph.add_sequence([_spanned(initialize), _spanned(discover_tools), _spanned(plan)])
    graph.add_node("execute_all_parallel", _spanned(execute_all_parallel))  # pyright: ignore[reportUnknownMemberType] - LangGraph types it loosely
    graph.add_node("synthesize", _spanned(synthesize))  # pyright: ignore[reportUnknownMemberType] - LangGraph types it loosely
    graph.add_edge(START, "initialize")
    graph.add_conditional_edges("plan", _after_the_plan)
    graph.add_conditional_edges("execute_all_parallel", _after_a_round)
    graph.add_edge("synthesize", END)
    compiled = graph.compile()  # pyright: ignore[reportUnknownMemberType] - as above

    async def search(run: Run, query: Query) -> RunCompleted:
        context, given = context_of(run, query), AskedState(query=query)
        async with context.runner, context.preview or nullcontext():
            state = await compiled.ainvoke(given, context=context)  # pyright: ignore[reportUnknownMemberType] - as above
        return _completed(cast(ExecutedState, state), run.spent, parallel=context.parallel)

    async def traced(run: Run, query: Query) -> RunCompleted:
        assert trace is not None, "only where runs are traced"
        with trace(run.id, thread_id=run.thread_id, caller=query.trace, goes_on=run.goes_on) as span:
            completed = await search(run, query)
            span.end(completed.status)
        return completed

    return search if trace is None else traced


def _spanned(node: Node[StateT, NextT]) -> Node[StateT, NextT]:
    """The node as a span, where the run is traced."""

    @wraps(node)
    async def in_span(state: StateT, runtime: Runtime[RunContext]) -> NextT:
        with spanned(lambda run: run.node(node.__name__)):
            return await node(state, runtime)

    return in_span


async def _after_the_plan(state: PlannedState) -> Literal["execute_all_parallel", "__end__"]:
    return "__end__" if state["query"].plan_only else "execute_all_parallel"


async def _after_a_round(state: ExecutedState) -> Literal["plan", "synthesize"]:
    """Async, as LangGraph calls anything else in a thread."""
    return "plan" if state["another_round"] else "synthesize"


def _completed(state: ExecutedState, spent: Spending, *, parallel: bool) -> RunCompleted:
    outcomes = state["outcomes"].values()
    whole = all(map(_is_whole, outcomes))
    return RunCompleted(
        status="completed" if whole else "partial",
        timings=spent.timings(),
        usage=spent.usage,
        process=spent.process(),
        receipt=spent.receipt,
        parallel=parallel or len(outcomes) == 1,
    )


def _is_whole(outcome: Outcome) -> bool:
    """Nothing is missing of it: what the plan's own condition skipped was not wanted."""
    match outcome:
        case Completed(failed_calls=failed):
            return not failed
        case Skipped(intended=intended):
            return intended
        case _:
            return False
