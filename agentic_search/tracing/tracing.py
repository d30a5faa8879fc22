"""Traces of the runs of this process, sent by OTLP over HTTP: as OpenTelemetry's own variables say, from a thread.

Imported only where traces are wanted and the extra `telemetry` is installed.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from agentic_search import __version__
from agentic_search.clock import Clock
from agentic_search.domain.query import TraceContext
from agentic_search.events.event import Event
from agentic_search.events.record import RunRecord
from agentic_search.network.contacts import is_loopback
from agentic_search.tracing import names
from agentic_search.tracing.callers import callers_trace
from agentic_search.tracing.names import ENDPOINTS
from agentic_search.tracing.run_trace import RunTrace, SpanClock
from agentic_search.tracing.spans import OpenSpan, entered, lasting

_PROPAGATOR = TraceContextTextMapPropagator()
_CLOSING = 2.0
"""Seconds for what was not sent yet, before the end of the service gives it up."""
_OF_EXPORTER = ("opentelemetry.exporter.otlp", "opentelemetry.sdk._shared_internal")
"""Loggers that tell of every attempt that fails, each few seconds; `ToldExporter` tells once."""

logger = logging.getLogger(__name__)


class ToldExporter(SpanExporter):
    """Sends spans by another exporter, and tells once that this fails, and once that it works again."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._fails = False
        for name in _OF_EXPORTER:
            logging.getLogger(name).setLevel(logging.CRITICAL)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them."""
        result = self._exporter.export(spans)
        fails = result is not SpanExportResult.SUCCESS
        if fails and not self._fails:
            logger.warning(
                "traces cannot be sent, and are dropped: see that the collector answers where"
                " OTEL_EXPORTER_OTLP_ENDPOINT says; without it, at http://localhost:4318"
            )
        elif self._fails and not fails:
            logger.info("traces are sent again")
        self._fails = fails
        return result

    def shutdown(self) -> None:
        """Send no more."""
        self._exporter.shutdown()


class Tracing:
    """Traces runs; an async context manager that sends what is left when it is left, for two seconds at most."""

    callers_trace = staticmethod(callers_trace)
    """What whoever asks in this context is doing."""

    def __init__(self, clock: Clock, environment: Mapping[str, str]) -> None:
        """`environment` has OpenTelemetry's variables, which it reads itself too."""
        ours = {
            names.SERVICE_NAME: names.AGENT,
            names.SERVICE_VERSION: __version__,
            "service.instance.id": uuid4().hex,
        }
        resource = Resource.create(ours).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._exporter = ToldExporter(OTLPSpanExporter(session=_session(environment)))
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer(names.AGENT, __version__)
        self._clock = clock
        self._runs: dict[str, RunTrace] = {}
        """Those under way."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        loop, closed = asyncio.get_running_loop(), asyncio.Event()

        def close() -> None:
            self._provider.shutdown()
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(closed.set)

        # No thread of a pool: a collector that does not answer would hold up the end of the process.
        threading.Thread(target=close, name="send the last traces", daemon=True).start()
        try:
            async with asyncio.timeout(_CLOSING):
                await closed.wait()
        except TimeoutError:
            logger.warning("the last traces were not sent: the collector does not take them in time")
            self._exporter.shutdown()

    @contextmanager
    def traced(self, run_id: str, *, thread_id: str, caller: TraceContext | None, goes_on: bool) -> Generator[OpenSpan]:
        """The block is the run, which belongs to what its caller does."""
        attributes = {
            names.OPERATION: names.INVOKE_AGENT,
            names.AGENT_NAME: names.AGENT,
            names.CONVERSATION: thread_id,
            names.RUN: run_id,
            names.GOES_ON: goes_on,
        }
        outside = _PROPAGATOR.extract(caller.model_dump(), Context()) if caller else Context()
        run = RunTrace(self._tracer, SpanClock(self._clock), caller=outside, attributes=attributes)
        self._runs[run_id] = run
        try:
            with lasting(run.root), entered(run.root):
                try:
                    yield run.root
                finally:
                    run.close()
        finally:
            if self._runs.get(run_id) is run:
                del self._runs[run_id]

    def beside(self, observe: Callable[[Event, RunRecord], None]) -> Callable[[Event, RunRecord], None]:
        """Sees each event of a run, after `observe` has."""

        def note(event: Event, record: RunRecord) -> None:
            observe(event, record)
            if (run := self._runs.get(record.id)) is not None:
                run.note(event.fact)

        return note


def _session(environment: Mapping[str, str]) -> requests.Session:
    """What spans are sent by: to a collector on this machine past any proxy."""
    address = next((environment[name] for name in ENDPOINTS if environment.get(name)), "http://localhost")
    session = requests.Session()
    session.trust_env = not is_loopback(urlsplit(address).hostname or "")
    return session
