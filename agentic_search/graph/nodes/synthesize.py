"""The outcomes flow in; the answer is told, and what writing it took flows out."""

from collections.abc import Mapping

from langgraph.runtime import Runtime

from agentic_search.domain.outcome import Completed, Failed, Outcome
from agentic_search.errors import DeadlinePassed, SearchFailed
from agentic_search.graph.context import RunContext
from agentic_search.graph.rounds import whole_plan
from agentic_search.graph.state import Answered, Executed
from agentic_search.synthesis.evidence.writer_input import make_writer_input


async def synthesize(state: Executed, runtime: Runtime[RunContext]) -> Answered:
    """Have the answer written from whatever completed; without anything, there is none."""
    context, query, outcomes = runtime.context, state["query"], state["outcomes"]
    _refuse_nothing(outcomes)
    began = context.run.elapsed
    writer = await context.minds.writer(query)
    written = await writer.write(make_writer_input(query.query, whole_plan(state["plans"]), outcomes), context.run.emit)
    return {**state, "usage": state["usage"].plus(written.usage), "synthesize_seconds": context.run.elapsed - began}


def _refuse_nothing(outcomes: Mapping[str, Outcome]) -> None:
    if any(isinstance(outcome, Completed) for outcome in outcomes.values()):
        return
    failures = [outcome for outcome in outcomes.values() if isinstance(outcome, Failed)]
    stopped = not failures or any(outcome.code == "stopped" for outcome in failures)
    reasons = "; ".join(f"{outcome.task_id}: {outcome.error}" for outcome in failures) or "every task was skipped"
    kind = DeadlinePassed if stopped else SearchFailed
    raise kind(f"No tool gave a result, so there is nothing to answer from. {reasons}.")
