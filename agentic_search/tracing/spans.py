"""Spans as those see them who open them: each belongs to the one of its context, and there is none without a trace.

Nothing of OpenTelemetry is needed here: where no run is traced, looking for a span is all that it costs.
"""

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol, TypeAlias

from agentic_search.errors import AgenticSearchError

Attributes: TypeAlias = Mapping[str, str | int | float | bool | Sequence[str]]
Outcome: TypeAlias = Literal["completed", "partial", "failed", "skipped", "cancelled"]

_NONE: Mapping[str, str] = {}


class OpenSpan(Protocol):
    """A span that has begun."""

    def call(self, name: str, attributes: Attributes) -> "OpenSpan":
        """Begin one within it, for a call of something outside of this process."""
        ...

    def node(self, name: str) -> "OpenSpan":
        """Begin that of a node of the run."""
        ...

    def aside(self, name: str) -> "OpenSpan":
        """Begin one of the run, whose calls belong to none of its tasks."""
        ...

    def task(self, task_id: str, tool: str) -> "OpenSpan":
        """That of a task of the run, begun where it was not."""
        ...

    def note(self, attributes: Attributes) -> None:
        """Add attributes."""
        ...

    def end(self, outcome: Outcome, *, error: str = "") -> None:
        """Only the first end counts; `error` is the stable name of what it failed with."""
        ...

    def enter(self) -> Callable[[], None]:
        """Have what is opened from here on belong to it; what is given ends that, in the same context."""
        ...

    def headers(self) -> Mapping[str, str]:
        """What tells others that what they do belongs to it, as HTTP headers."""
        ...


current_span: ContextVar[OpenSpan | None] = ContextVar("current_span", default=None)
"""What is opened in this context belongs to it; none where no run is traced."""


def trace_headers() -> Mapping[str, str]:
    """For requests to others: see OpenSpan; none where no run is traced."""
    span = current_span.get()
    return _NONE if span is None else span.headers()


def enter_task(task_id: str, tool: str) -> None:
    """From here on, what this context does is done for a task."""
    if (span := current_span.get()) is not None:
        span.task(task_id, tool).enter()


@contextmanager
def spanned(open_within: Callable[[OpenSpan], OpenSpan]) -> Generator[OpenSpan | None]:
    """The block is a span, which `open_within` opens within the one that there is; it ends as the block does."""
    outer = current_span.get()
    if outer is None:
        yield None
        return
    with lasting(open_within(outer)) as span, entered(span):
        yield span


@contextmanager
def lasting(span: OpenSpan) -> Generator[OpenSpan]:
    """The span ends with the block, and as the block does."""
    try:
        yield span
    except (asyncio.CancelledError, GeneratorExit):
        span.end("cancelled")
        raise
    except BaseException as error:
        span.end("failed", error=error.code if isinstance(error, AgenticSearchError) else type(error).__name__)
        raise
    span.end("completed")


@contextmanager
def entered(span: OpenSpan) -> Generator[None]:
    """What the block opens belongs to the span."""
    leave = span.enter()
    try:
        yield
    finally:
        leave()
