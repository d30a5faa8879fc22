"""What callers of the service do, which their runs belong to: told by `traceparent`, in headers or by a MCP client."""

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from agentic_search.domain.query import TraceContext

_PROPAGATOR = TraceContextTextMapPropagator()


class CallersTraces:
    """Puts what a request's headers tell where `callers_trace` finds it; mcp puts there what a MCP client tells."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or "traceparent" not in headers:
            await self._app(scope, receive, send)
            return
        token = otel_context.attach(_PROPAGATOR.extract(headers, Context()))
        try:
            await self._app(scope, receive, send)
        finally:
            otel_context.detach(token)


def callers_trace() -> TraceContext | None:
    """What is told of whoever asks in this context."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return TraceContext(**carrier) if carrier else None
