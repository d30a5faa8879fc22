"""The trace of one run: a span for the run, for each node, for each task, and below these for each call.

Tasks are those of the node that executes. It begins with its first task, which may be while the plan is still being
written: so every span lies within the one that it belongs to. What is asked, given to tools or answered is in none.
"""

from collections.abc import Callable, Mapping
from functools import singledispatchmethod

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from agentic_search.clock import Clock
from agentic_search.events import facts
from agentic_search.tracing import names
from agentic_search.tracing.spans import Attributes, Outcome, current_span

_PROPAGATOR = TraceContextTextMapPropagator()
_NANOSECONDS = 1_000_000_000


class SpanClock:
    """Times of spans, in nanoseconds of the day; none is before an earlier one, whatever the system's clock does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = round(clock.wall().timestamp() * _NANOSECONDS) - round(clock.now() * _NANOSECONDS)

    def now(self) -> int:
        """The time."""
        return round(self._clock.now() * _NANOSECONDS) + self._offset


class TracedSpan:
    """One span; what belongs to it ends with it at the latest, for nobody waits for it after that."""

    def __init__(
        self,
        trace: "RunTrace",
        name: str,
        *,
        within: "TracedSpan | Context",
        attributes: Attributes,
        calls: bool = False,
        is_aside: bool = False,
    ) -> None:
        self._trace = trace
        self._outer = within if isinstance(within, TracedSpan) else None
        self._is_aside = is_aside
        self.ended_at: int | None = None
        outside = within._context if isinstance(within, TracedSpan) else within
        self._span = trace.tracer.start_span(
            name,
            context=outside,
            kind=SpanKind.CLIENT if calls else SpanKind.INTERNAL,
            attributes=attributes,
            start_time=self._bounded(trace.clock.now()),
        )
        self._context = set_span_in_context(self._span, outside)

    def call(self, name: str, attributes: Attributes) -> "TracedSpan":
        """See OpenSpan."""
        return self.inner(name, attributes, calls=True)

    def node(self, name: str) -> "TracedSpan":
        """See OpenSpan."""
        return self._trace.node(name)

    def aside(self, name: str) -> "TracedSpan":
        """See OpenSpan."""
        return TracedSpan(self._trace, name, within=self._trace.root, attributes={}, is_aside=True)

    def task(self, task_id: str, tool: str) -> "TracedSpan":
        """See OpenSpan."""
        return self if self._is_aside else self._trace.task(task_id, tool)

    def inner(self, name: str, attributes: Attributes | None = None, *, calls: bool = False) -> "TracedSpan":
        """Begin one within it."""
        return TracedSpan(
            self._trace, name, within=self, attributes=attributes or {}, calls=calls, is_aside=self._is_aside
        )

    def note(self, attributes: Attributes) -> None:
        """See OpenSpan."""
        self._span.set_attributes(attributes)

    def tell(self, event: str, attributes: Attributes | None = None) -> None:
        """Add an event, now."""
        self._span.add_event(event, attributes, timestamp=self._bounded(self._trace.clock.now()))

    def end(self, outcome: Outcome, *, error: str = "") -> None:
        """See OpenSpan."""
        if self.ended_at is not None:
            return
        self.ended_at = self._bounded(self._trace.clock.now())
        self._span.set_attribute(names.OUTCOME, outcome)
        if outcome == "failed":
            self._span.set_attribute(names.ERROR_TYPE, error or "_OTHER")
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end(self.ended_at)

    def _bounded(self, time: int) -> int:
        outer = self._outer
        while outer is not None:
            time = time if outer.ended_at is None else min(time, outer.ended_at)
            outer = outer._outer
        return time

    def enter(self) -> Callable[[], None]:
        """See OpenSpan; mcp's client tells its servers what OpenTelemetry has as the context."""
        span, context = current_span.set(self), otel_context.attach(self._context)

        def leave() -> None:
            otel_context.detach(context)
            current_span.reset(span)

        return leave

    def headers(self) -> Mapping[str, str]:
        """See OpenSpan."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, self._context)
        return carrier


class RunTrace:
    """The spans of one run."""

    def __init__(self, tracer: Tracer, clock: SpanClock, *, caller: Context, attributes: Attributes) -> None:
        """`caller`: what the run belongs to."""
        self.tracer = tracer
        self.clock = clock
        self._tasks: dict[str, TracedSpan] = {}
        """Those that have not ended, by the tasks' ids."""
        self._planning: TracedSpan | None = None
        self._execution: TracedSpan | None = None
        name = f"{names.INVOKE_AGENT} {names.AGENT}"
        self.root = TracedSpan(self, name, within=caller, attributes=attributes)

    def node(self, name: str) -> TracedSpan:
        """Begin the span of a node; that of execution may have begun."""
        if name == names.EXECUTE_NODE:
            return self._executing()
        span = self._planning = self.root.inner(name)
        return span

    def task(self, task_id: str, tool: str, server: str = "") -> TracedSpan:
        """The span of a task, begun where it was not."""
        if task_id not in self._tasks:
            self._tasks[task_id] = self._executing().inner(
                f"{names.EXECUTE_TOOL} {tool}",
                {names.OPERATION: names.EXECUTE_TOOL, names.TOOL_NAME: tool, names.TOOL_CALL: task_id},
            )
        span = self._tasks[task_id]
        if server:
            span.note({names.MCP_SERVER: server})
        return span

    def _executing(self) -> TracedSpan:
        if self._execution is None or self._execution.ended_at is not None:
            self._execution = self.root.inner(names.EXECUTE_NODE)
        return self._execution

    def close(self) -> None:
        """End what the run's end leaves behind."""
        for span in (*self._tasks.values(), self._execution):
            if span is not None:
                span.end("cancelled")
        self._tasks.clear()

    @singledispatchmethod
    def note(self, fact: facts.Fact) -> None:
        """A fact of a kind not registered below changes no span."""

    @note.register
    def _run_started(self, fact: facts.RunStarted) -> None:
        if fact.model:
            self.root.note({names.REQUEST_MODEL: fact.model})

    @note.register
    def _plan_ready(self, fact: facts.PlanReady) -> None:
        self.root.note({names.PLANNER: fact.planner, names.TASKS: len(fact.plan.tasks)})

    @note.register
    def _fell_back(self, fact: facts.PlanFallback) -> None:
        if self._planning is not None:
            self._planning.tell(fact.kind)

    @note.register
    def _task_started(self, fact: facts.TaskStarted) -> None:
        self.task(fact.id, fact.tool, fact.server)

    @note.register
    def _approval_needed(self, fact: facts.ApprovalNeeded) -> None:
        self.task(fact.id, fact.tool, fact.server).tell(fact.kind)

    @note.register(facts.ApprovalGiven)
    @note.register(facts.ApprovalDenied)
    def _decided(self, fact: facts.ApprovalGiven | facts.ApprovalDenied) -> None:
        self.task(fact.id, fact.tool).tell(fact.kind)

    @note.register
    def _retrying(self, fact: facts.TaskRetrying) -> None:
        told = {names.ATTEMPT: fact.attempt, names.WAIT: fact.wait}
        self.task(fact.id, fact.tool).tell(fact.kind, told)

    @note.register
    def _completed(self, fact: facts.TaskCompleted) -> None:
        if fact.kept:
            return
        span = self._ending(fact.id, fact.tool)
        span.note({names.ATTEMPTS: fact.attempts, names.CACHED: fact.cached})
        span.end("completed")

    @note.register
    def _failed(self, fact: facts.TaskFailed) -> None:
        span = self._ending(fact.id, fact.tool)
        span.note({names.ATTEMPTS: fact.attempts})
        span.end("failed", error=fact.code)

    @note.register
    def _skipped(self, fact: facts.TaskSkipped) -> None:
        self._ending(fact.id, fact.tool).end("skipped")

    def _ending(self, task_id: str, tool: str) -> TracedSpan:
        span = self.task(task_id, tool)
        del self._tasks[task_id]
        return span
