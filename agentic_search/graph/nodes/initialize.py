"""The question flows in; its deadline flows out, and the run is told to have started."""

from langgraph.runtime import Runtime

from agentic_search.domain.run import Usage
from agentic_search.events.facts import RunStarted
from agentic_search.graph.context import RunContext
from agentic_search.graph.state import Asked, Initialized


async def initialize(state: Asked, runtime: Runtime[RunContext]) -> Initialized:
    """Tell that the run has begun, and fix when it must have its results."""
    context, query = runtime.context, state["query"]
    context.run.emit(
        RunStarted(query=query.query, thread_id=context.run.thread_id, model=context.minds.writer_name(query))
    )
    return {
        **state,
        "deadline": query.deadline or context.limits.deadline,
        "plans": (),
        "outcomes": {},
        "usage": Usage(),
        "plan_seconds": 0.0,
        "execute_seconds": 0.0,
    }
