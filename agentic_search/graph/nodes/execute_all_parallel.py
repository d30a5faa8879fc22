"""The plan flows in; the outcome of every task flows out, having taken as long as the longest path."""

from langgraph.runtime import Runtime

from agentic_search.graph.context import RunContext
from agentic_search.graph.rounds import wants_another_round
from agentic_search.graph.state import Executed, Planned


async def execute_all_parallel(state: Planned, runtime: Runtime[RunContext]) -> Executed:
    """Run what the last round planned, joining what began while it was written.

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
