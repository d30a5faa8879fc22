"""/session: a browser signs in with a key, asks who it is, and signs out."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Request, Response
from pydantic import Field, SecretStr

from agentic_search.access.access import SESSION_SECONDS
from agentic_search.access.caller import ANYBODY, Caller
from agentic_search.access.keys import LONGEST
from agentic_search.api.access.guard import COOKIE, is_own_page
from agentic_search.api.bodies import JsonRoute
from agentic_search.api.dependencies import CallerDep, ServiceDep
from agentic_search.api.openapi import problems, shows
from agentic_search.domain.data import Frozen
from agentic_search.errors import Forbidden
from agentic_search.setting_values.scopes import SCOPES, Scope

router = APIRouter(tags=["access"], route_class=JsonRoute)


class SignIn(Frozen):
    """The body of POST /session."""

    key: Annotated[SecretStr, Field(min_length=1, max_length=LONGEST, examples=["ask_5b0c3f6e0d9e_…"])]
    """The key."""


class SessionReport(Frozen):
    """Who asks, and whether they must say so."""

    needed: bool
    """Whether the service asks for a key."""
    name: str | None
    """What the caller's key is called; null for who has none."""
    scopes: tuple[Scope, ...]
    """What the caller may do."""
    signed_in: bool = False
    """Whether this browser's cookie says who it is, so that it can sign out."""


_EXAMPLE = SessionReport(needed=True, name="the lab's notebook", scopes=("read", "search"), signed_in=True)


@router.get("/session", responses=shows(_EXAMPLE))
async def get_session(request: Request, caller: CallerDep) -> SessionReport:
    """Whether a key is needed, and who the caller is."""
    return _report(caller, by_cookie="authorization" not in request.headers)


@router.post("/session", responses={**shows(_EXAMPLE), **problems(401, 503)})
async def sign_in(
    asked: Annotated[SignIn, Body()], request: Request, response: Response, service: ServiceDep
) -> SessionReport:
    """Sign this browser in with a key, for a week: it is given a cookie that no script can read."""
    if not is_own_page(request.headers) and "origin" in request.headers:
        raise Forbidden("A page of another site may sign nobody in: sign in on the page of this service.")
    if not await service.access.is_required():
        return _report(ANYBODY, by_cookie=False)
    token, caller = await service.access.sign_in(asked.key.get_secret_value().strip())
    request.state.caller = caller
    set_cookie(response, request, token)
    return _report(caller, by_cookie=True)


@router.delete("/session", status_code=204, responses=problems(503))
async def sign_out(request: Request, service: ServiceDep) -> Response:
    """Sign this browser out."""
    if token := request.cookies.get(COOKIE):
        await service.access.sign_out(token)
    response = Response(status_code=204)
    set_cookie(response, request, "", max_age=0)
    return response


def set_cookie(response: Response, request: Request, token: str, *, max_age: int = SESSION_SECONDS) -> None:
    """Give the browser its cookie: no script reads it, no other site has it sent."""
    response.headers["Cache-Control"] = "no-store"
    keep_cookie(response, request, COOKIE, token, max_age=max_age, samesite="strict")


def keep_cookie(
    response: Response,
    request: Request,
    name: str,
    value: str,
    *,
    max_age: int,
    samesite: Literal["strict", "lax"],
    path: str = "/",
) -> None:
    """Give the browser a cookie that no script reads, and that goes over TLS alone where it came so."""
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=max_age, path=path, httponly=True, samesite=samesite, secure=secure)


def _report(caller: Caller, *, by_cookie: bool) -> SessionReport:
    scopes = SCOPES if caller.may("admin") else caller.scopes
    return SessionReport(
        needed=caller is not ANYBODY,
        name=caller.name or None,
        scopes=tuple(sorted(scopes)),
        signed_in=by_cookie and bool(caller.id),
    )
