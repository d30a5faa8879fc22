"""Work starts while the plan is still being written: facts of planning flow in, tasks that only read begin at once.

Whatever could change something waits until the whole plan is accepted. A draft that is given up takes its work with it.
"""

from collections.abc import Iterable

from agentic_search.domain.tool import Tool, by_any_name
from agentic_search.events.facts import Emit, Fact, PlanFallback, PlanTask
from agentic_search.graph.context import RunContext


def emitting_early(context: RunContext, tools: Iterable[Tool]) -> Emit:
    """How a planner is to tell its facts: they pass on to the run, and move its runner, unless that is switched off."""
    reading = by_any_name(tool for tool in tools if tool.read_only and context.start_early)

    def emit(fact: Fact) -> None:
        if isinstance(fact, PlanFallback):
            context.runner.abandon("the plan it was of is not used")
        context.run.emit(fact)
        if isinstance(fact, PlanTask) and fact.task.tool in reading:
            context.runner.add((fact.task,))

    return emit
