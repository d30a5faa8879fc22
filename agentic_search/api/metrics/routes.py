"""/metrics: this process's numbers for Prometheus. What writes them is loaded when somebody asks first."""

import asyncio
from importlib import import_module
from typing import Annotated

from fastapi import APIRouter, Header, Response

from agentic_search.api.dependencies import ServiceDep
from agentic_search.api.openapi import problems

_WRITING = "agentic_search.api.metrics.writing"
_EXAMPLE = (
    "# HELP agentic_search_runs_total Runs that have ended, by how\n# TYPE agentic_search_runs_total counter\n"
    'agentic_search_runs_total{outcome="completed"} 3.0\n'
)

router = APIRouter(tags=["health"])


class Metrics(Response):
    """Text in one of Prometheus's forms."""

    media_type = "text/plain"


@router.get(
    "/metrics",
    response_class=Metrics,
    responses={
        200: {
            "description": "Prometheus's text, or OpenMetrics where `Accept` asks for it",
            "content": {
                "text/plain": {"example": _EXAMPLE, "schema": {"type": "string"}},
                "application/openmetrics-text": {"example": f"{_EXAMPLE}# EOF\n", "schema": {"type": "string"}},
            },
        },
        **problems(503),
    },
)
async def metrics(service: ServiceDep, accept: Annotated[str, Header()] = "") -> Response:
    """What this process has done and does, for Prometheus. Each process of a cluster tells its own."""
    writing = await asyncio.to_thread(import_module, _WRITING)
    text, content_type = writing.written(service, accept)
    return Response(text, headers={"Content-Type": content_type, "Cache-Control": "no-store"})
