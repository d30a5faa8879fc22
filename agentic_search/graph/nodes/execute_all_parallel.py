"""The plan flows in; the outcome of every task flows out, having taken as long as the longest path."""

from langgraph.runtime import Runtime

from agentic_search.graph.context import RunContext
from agentic_search.graph.state import Executed, Planned
from agentic_search.scheduler.runner import Runner


async def execute_all_parallel(state: Planned, runtime: Runtime[RunContext]) -> Executed:
    """Run the plan; a failed task fails itself and skips what depends on it, nothing else."""
    context = runtime.context
    began = context.run.elapsed
    runner = Runner(
        context.toolbox.call,
        context.run.tell,
        clock=context.clock,
        elapsed=lambda: context.run.elapsed,
        tools={tool.name: tool for tool in state["tools"]},
        max_concurrent=context.limits.max_concurrent_tasks,
    )
    outcomes = await runner.run(state["plan"], deadline=max(0.0, state["deadline"] - began))
    return {**state, "outcomes": outcomes, "execute_seconds": context.run.elapsed - began}
