"""The query's globs flow in; the tools that may be used flow out."""

from langgraph.runtime import Runtime

from agentic_search.errors import SearchFailed
from agentic_search.events.facts import ToolsDiscovered
from agentic_search.graph.context import RunContext
from agentic_search.graph.state import Discovered, Initialized


async def discover_tools(state: Initialized, runtime: Runtime[RunContext]) -> Discovered:
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
    return {**state, "tools": tools}
