"""A collector of OpenTelemetry's: it takes spans by OTLP over HTTP from real exporters, and reads them."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.served import served

Mood = Literal["takes", "refuses", "hangs"]


@dataclass(frozen=True)
class ReceivedSpan:
    """One span, as it came over the wire."""

    id: str
    trace: str
    parent: str
    """Its id; empty for none."""
    name: str
    kind: int
    began: int
    ended: int
    attributes: dict[str, Any]
    events: tuple[str, ...]
    failed: bool
    service: str
    """The name of the service that sent it."""


@dataclass
class Collector:
    """The collector while it runs."""

    url: str
    mood: Mood = "takes"
    bodies: list[bytes] = field(default_factory=list[bytes])
    """All that was sent, as it was sent."""
    spans: list[ReceivedSpan] = field(default_factory=list[ReceivedSpan])
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody has sent something, whether it was taken or not."""

    def of_run(self, run_id: str) -> ReceivedSpan:
        """The span of a run."""
        (span,) = [each for each in self.spans if each.attributes.get("agentic_search.run.id") == run_id]
        return span

    def within(self, span: ReceivedSpan) -> list[ReceivedSpan]:
        """Those that belong to it, in the order in which they began."""
        return sorted((each for each in self.spans if each.parent == span.id), key=lambda each: each.began)

    def tree(self, span: ReceivedSpan) -> dict[str, Any]:
        """The names below it; of equal ones one."""
        return {each.name: self.tree(each) for each in self.within(span)}

    def below(self, span: ReceivedSpan) -> list[ReceivedSpan]:
        """All below it."""
        return [each for inner in self.within(span) for each in (inner, *self.below(inner))]

    async def take(self, request: Request) -> Response:
        """Answer an export."""
        body = await request.body()
        self.asked.set()
        if self.mood == "hangs":
            await asyncio.Event().wait()
        if self.mood == "refuses":
            return Response(status_code=503)
        self.bodies.append(body)
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _plain(of_resource.resource.attributes)["service.name"]
            self.spans += [_read(span, service) for scope in of_resource.scope_spans for span in scope.spans]
        return Response(media_type="application/x-protobuf")


def _read(span: Any, service: str) -> ReceivedSpan:
    return ReceivedSpan(
        id=span.span_id.hex(),
        trace=span.trace_id.hex(),
        parent=span.parent_span_id.hex(),
        name=span.name,
        kind=span.kind,
        began=span.start_time_unix_nano,
        ended=span.end_time_unix_nano,
        attributes=_plain(span.attributes),
        events=tuple(event.name for event in span.events),
        failed=span.status.code == 2,
        service=service,
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@asynccontextmanager
async def collector(mood: Mood = "takes") -> AsyncGenerator[Collector]:
    """One that this process serves."""
    listener = socket.create_server(("127.0.0.1", 0))
    collecting = Collector(f"http://127.0.0.1:{listener.getsockname()[1]}", mood)
    async with served(Starlette(routes=[Route("/v1/traces", collecting.take, methods=["POST"])]), listener):
        yield collecting
