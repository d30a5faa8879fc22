"""The plan flows in; the outcome of every task flows out, having taken as long as the longest path."""

from langgraph.runtime import Runtime

from agentic_search.graph.context import RunContext
from agentic_search.graph.state import Executed, Planned


async def execute_all_parallel(state: Planned, runtime: Runtime[RunContext]) -> Executed:
    """Run the plan, joining what began while it was written; a failed task skips what depends on it, nothing else."""
    context = runtime.context
    began = context.run.elapsed
    left = max(0.0, state["deadline"] - began)
    outcomes = await context.runner.finish(state["plan"], deadline=left, inputs=state["inputs"])
    return {**state, "outcomes": outcomes, "execute_seconds": context.run.elapsed - began}
