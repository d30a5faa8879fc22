"""/keys and /audit: who may use the service, and what they did; for administrators."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from agentic_search.access.audit import AuditEntry, AuditPage
from agentic_search.access.keys import KeyList, KeyReport, KeyRequest, NewKey
from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import ServiceDep
from agentic_search.api.openapi import problems, shows
from agentic_search.api.schemas import MOST_RUNS

router = APIRouter(tags=["access"], route_class=JsonRoute)

_MADE = "2026-01-01T12:00:00.000+00:00"
_KEY = KeyReport(
    id="5b0c3f6e0d9e", name="the lab's notebook", scopes=("read", "search"), rate=600, max_runs=32, created_at=_MADE
)
_ENTRY = AuditEntry(
    number=7,
    at=_MADE,
    who=_KEY.id,
    name=_KEY.name,
    what="POST /search",
    target="/search",
    status=200,
    address="192.0.2.7",
)


@router.get("/keys", responses={**shows(KeyList(keys=(_KEY,))), **problems(503)})
async def list_keys(service: ServiceDep) -> KeyList:
    """All keys, those of the settings in front, without the keys themselves: those are kept nowhere."""
    return KeyList(keys=await service.access.list())


@router.post(
    "/keys",
    status_code=201,
    responses={**shows(NewKey(**_KEY.model_dump(), key="ask_5b0c3f6e0d9e_…"), 201), **problems(409, 503)},
)
async def create_key(asked: Annotated[KeyRequest, Body()], service: ServiceDep, response: Response) -> NewKey:
    """Make a key: it is shown in this answer, and never again."""
    response.headers["Cache-Control"] = "no-store"
    return await service.access.create(asked)


@router.delete("/keys/{key_id}", responses={**shows(_KEY), **problems(404, 503)})
async def revoke_key(key_id: str, service: ServiceDep) -> KeyReport:
    """Let a key be used no more: its browsers are signed out, its standing questions rest; its runs stay."""
    return await service.access.revoke(key_id)


@router.get("/audit", responses={**shows(AuditPage(entries=(_ENTRY,), next_cursor=None)), **problems(400, 503)})
async def read_audit_log(
    service: ServiceDep,
    limit: Annotated[int, Query(ge=1, le=MOST_RUNS)] = 50,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before")] = None,
) -> AuditPage:
    """Who changed something, or tried what they may not, newest first."""
    return await service.access.entries(limit=limit, cursor=cursor or None)
