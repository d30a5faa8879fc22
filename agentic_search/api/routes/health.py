"""/health and /ready: alive; able to answer, and what is missing."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Response

from agentic_search import __version__, process_use
from agentic_search.api import examples
from agentic_search.api.dependencies import CallerDep, ServiceDep
from agentic_search.api.openapi import shows
from agentic_search.api.schemas import Health, Load, Readiness
from agentic_search.runs.service import Service

router = APIRouter(tags=["health"])


_NOT_WANTED = frozenset({"0", "false", "no"})
Verbose = Annotated[str | None, Query(description="`?verbose` adds `load`: memory, time, runs, servers, history")]


@router.get("/health", responses=shows(examples.HEALTH), response_model_exclude_none=True)
async def health(service: ServiceDep, caller: CallerDep, verbose: Verbose = None) -> Health:
    """The process is alive; with `verbose` also what it takes of the machine and has to do.

    Where keys are needed, only who may read is told more than that it is alive.
    """
    if not caller.may("read"):
        return Health(version=__version__)
    trouble = service.searches.history.trouble
    if verbose is None or verbose.lower() in _NOT_WANTED:
        return Health(version=__version__, trouble=trouble)
    return Health(version=__version__, trouble=trouble, load=await _load(service))


async def _load(service: Service) -> Load:
    return Load(
        uptime=round(process_use.uptime_seconds(), 1),
        cpu_seconds=round(process_use.cpu_seconds(), 2),
        memory=process_use.memory_bytes(),
        peak_memory=process_use.peak_memory_bytes(),
        runs=service.searches.counts(),
        servers=Counter(status.status for status in service.tools.statuses()),
        history=await service.searches.history.state(),
    )


@router.get(
    "/ready",
    responses={
        **shows(examples.READY),
        503: {"model": Readiness, "description": "No question can be answered now"},
    },
)
async def ready(service: ServiceDep, caller: CallerDep, response: Response) -> Readiness:
    """Whether a question can be answered: some tool server is there.

    Where keys are needed, only who may read is told the reasons.
    """
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
    return Readiness(ready=able, reasons=tuple(reasons) if caller.may("read") else ())
