"""The trace of a run, from what happens to the run: tasks of drafts, calls that outlast their task, previews."""

import asyncio

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agentic_search.errors import ToolTimeout
from agentic_search.events import facts
from agentic_search.tracing.run_trace import RunTrace, SpanClock
from agentic_search.tracing.spans import current_span, enter_task, entered, lasting, spanned, trace_headers
from tests.support.clock import FakeClock


class Recorded:
    """A run under way, and its spans as they end."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self._ended = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._ended))
        tracer = provider.get_tracer("tests")
        self.run = RunTrace(tracer, SpanClock(self.clock), caller=Context(), attributes={})

    def tell(self, *told: facts.Fact) -> None:
        """Emit facts, a second after each other."""
        for fact in told:
            self.clock.advance(1)
            self.run.note(fact)

    def all(self) -> list[ReadableSpan]:
        """Every span, after the run's end, in the order in which they ended."""
        self.run.close()
        self.run.root.end("completed")
        return list(self._ended.get_finished_spans())


def started(task_id: str, attempt: int = 1) -> facts.TaskStarted:
    return facts.TaskStarted(id=task_id, tool="read", server="docs", attempt=attempt)


def ends(spans: list[ReadableSpan]) -> list[tuple[str, object]]:
    return [(span.name, (span.attributes or {})["agentic_search.outcome"]) for span in spans]


async def test_a_task_that_starts_while_the_plan_is_written_belongs_to_the_execution_that_it_begins() -> None:
    recorded = Recorded()
    planning = recorded.run.node("plan")
    recorded.tell(started("t1"))
    planning.end("completed")
    executing = recorded.run.node("execute_all_parallel")
    recorded.tell(facts.TaskCompleted(id="t1", tool="read", duration=1))
    executing.end("completed")
    recorded.run.node("execute_all_parallel").end("completed")
    spans = recorded.all()
    names = ["plan", "execute_tool read", "execute_all_parallel", "execute_all_parallel", "invoke_agent agentic-search"]
    assert [span.name for span in spans] == names, "each round has an execution of its own"
    assert spans[1].parent is not None and spans[2].context is not None
    assert spans[1].parent.span_id == spans[2].context.span_id


async def test_an_equal_id_in_a_later_draft_is_another_task() -> None:
    recorded = Recorded()
    dropped = facts.TaskSkipped(id="t1", tool="read", because="the plan it was of is not used")
    fallback = facts.PlanFallback(reason="No plan.", instead="Another.")
    planning = recorded.run.node("plan")
    recorded.tell(started("t1"), dropped, fallback, started("t1"), started("t1", 2))
    recorded.tell(facts.TaskFailed(id="t1", tool="read", duration=1, attempts=2, error="no", code="tool_timeout"))
    planning.end("completed")
    spans = recorded.all()
    assert ends(spans)[:2] == [("execute_tool read", "skipped"), ("execute_tool read", "failed")]
    assert (spans[1].attributes or {})["error.type"] == "tool_timeout"
    assert [event.name for event in spans[2].events] == ["plan.fallback"]


async def test_what_is_still_under_way_at_the_end_of_the_run_was_cancelled() -> None:
    recorded = Recorded()
    recorded.tell(facts.ApprovalNeeded(id="t1", tool="write", why="writes"), started("t2"))
    spans = recorded.all()
    assert ends(spans) == [
        ("execute_tool write", "cancelled"),
        ("execute_tool read", "cancelled"),
        ("execute_all_parallel", "cancelled"),
        ("invoke_agent agentic-search", "completed"),
    ]
    assert [event.name for event in spans[0].events] == ["approval.needed"]


async def test_a_call_ends_with_its_task_at_the_latest_also_one_that_others_wait_for() -> None:
    recorded = Recorded()
    with entered(recorded.run.root):
        recorded.tell(started("t1"))
        enter_task("t1", "read")
        with pytest.raises(asyncio.CancelledError), spanned(lambda task: task.call("tools/call read", {})):
            recorded.tell(facts.TaskFailed(id="t1", tool="read", duration=1, error="late", code="stopped"))
            recorded.clock.advance(5)
            raise asyncio.CancelledError
    task, call, *_ = recorded.all()
    assert (call.name, call.end_time) == ("tools/call read", task.end_time)
    assert (call.attributes or {})["agentic_search.outcome"] == "cancelled"


async def test_calls_beside_the_tasks_are_none_of_theirs_though_they_have_equal_ids() -> None:
    recorded = Recorded()
    recorded.tell(started("t1"))
    with entered(recorded.run.root), spanned(lambda run: run.aside("preview")):
        enter_task("t1", "read")
        with spanned(lambda task: task.call("tools/call read", {})):
            assert trace_headers()["traceparent"]
    call, preview, *_ = recorded.all()
    assert call.parent is not None and preview.context is not None
    assert call.parent.span_id == preview.context.span_id


async def test_a_block_ends_its_span_with_the_stable_name_of_what_it_raises() -> None:
    recorded = Recorded()
    for error in (ToolTimeout("the capital of France took too long"), KeyError("Paris")):
        with pytest.raises(type(error)), lasting(recorded.run.root.inner("block")):
            raise error
    first, second, _ = recorded.all()
    assert [(span.attributes or {})["error.type"] for span in (first, second)] == ["tool_timeout", "KeyError"]
    assert [(span.status.description, span.events) for span in (first, second)] == [(None, ()), (None, ())]


async def test_without_a_trace_there_is_no_span_and_nothing_to_tell() -> None:
    with spanned(lambda run: run.node("plan")) as span:
        enter_task("t1", "read")
        assert (span, current_span.get(), dict(trace_headers())) == (None, None, {})
