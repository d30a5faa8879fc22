"""/health and /ready: alive; able to answer, and what is missing."""

from fastapi import APIRouter, Response

from agentic_search import __version__
from agentic_search.api import examples
from agentic_search.api.dependencies import ServiceDep
from agentic_search.api.openapi import shows
from agentic_search.api.schemas import Health, Readiness

router = APIRouter(tags=["health"])


@router.get("/health", responses=shows(examples.HEALTH))
async def health() -> Health:
    """The process is alive."""
    return Health(version=__version__)


@router.get(
    "/ready",
    responses={
        **shows(examples.READY),
        503: {"model": Readiness, "description": "No question can be answered now"},
    },
)
async def ready(service: ServiceDep, response: Response) -> Readiness:
    """Whether a question can be answered: some tool server is there."""
    statuses = service.tools.statuses()
    able = any(server.status == "ready" for server in statuses)
    reasons = [
        f"server {server.name!r} {server.state}" + (f": {server.error}" if server.error else "")
        for server in statuses
        if server.status not in {"ready", "disabled"}
    ]
    if not statuses:
        reasons.append("no MCP server is configured: add one to mcp.json")
    models = await service.models.in_use()
    if models.why_none:
        reasons.append(f"answers quote their sources: {models.why_none}")
    response.status_code = 200 if able else 503
    return Readiness(ready=able, reasons=tuple(reasons))
