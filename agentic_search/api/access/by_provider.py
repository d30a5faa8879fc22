"""/sign-in/provider and /sign-in/callback: a browser goes to the provider of identities, and comes back."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from agentic_search.access.access import VOUCHED_SECONDS
from agentic_search.access.caller import Caller
from agentic_search.access.identities.pending import LIFETIME, Pending, pending_in, place_on_page
from agentic_search.access.identities.provider import IdentityProvider
from agentic_search.api.access.session import keep_cookie, set_cookie
from agentic_search.api.access.sign_in_page import Next, shown
from agentic_search.api.dependencies import ServiceDep
from agentic_search.api.hosts import check_way_back
from agentic_search.api.page.routes import prefix_of
from agentic_search.api.problems import status_of_error
from agentic_search.errors import (
    AccessRefused,
    AgenticSearchError,
    Forbidden,
    IdentityRefused,
    NoIdentityProvider,
    NotFound,
    RequestError,
)
from agentic_search.runs.service import Service

_COOKIE = "agentic_search_identity"
_PATH = "/sign-in"
_NOT_BEGUN = (
    "This browser has begun no sign-in, or more than ten minutes ago, or has ended it already: begin it anew. If you"
    " followed a link of somebody's, they wanted you to sign in as somebody else."
)
_LONGEST = 4_096

router = APIRouter(prefix=_PATH, include_in_schema=False)
Brought = Annotated[str, Query(max_length=_LONGEST)]


@router.get("/provider")
async def begin(request: Request, service: ServiceDep, next: Next = "") -> Response:
    """To the provider; `next`: where on the page to go on afterwards."""
    provider, pending = _provider(service), Pending(place=place_on_page(next))
    try:
        address = await provider.address(pending, redirect_uri=_callback(request, service))
    except (NoIdentityProvider, RequestError) as error:
        return _failed(error)
    response = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
    _keep(response, request, pending.cookie, LIFETIME)
    return response


@router.get("/callback")
async def end(
    request: Request,
    service: ServiceDep,
    state: Brought = "",
    code: Brought = "",
    iss: Annotated[str | None, Query(max_length=_LONGEST)] = None,
    error: Brought = "",
) -> Response:
    """Back from it: whoever may do something here is signed in."""
    pending = pending_in(request.cookies.get(_COOKIE, ""), state)
    try:
        if pending is None or not service.access.once(pending.state):
            return _failed(IdentityRefused(_NOT_BEGUN))
        caller = await _who(request, service, pending, code=code, iss=iss, error=error)
        token = await service.access.sign_in_as(caller)
    except (AccessRefused, RequestError, NoIdentityProvider) as failure:
        response = _failed(failure)
        _keep(response, request, "", 0)
        return response
    # By a page of our own: with a redirect the browser would still come from the other site, and send no cookie.
    to = escape(f"../{pending.place}")
    more = f'<meta http-equiv="refresh" content="0;url={to}">'
    content = f'<p>As <b>{escape(caller.name)}</b>. <a href="{to}">To the page</a></p>'
    response = shown("Signed in", content, up="../", more=more)
    set_cookie(response, request, token, max_age=VOUCHED_SECONDS)
    _keep(response, request, "", 0)
    return response


async def _who(
    request: Request, service: Service, pending: Pending, *, code: str, iss: str | None, error: str
) -> Caller:
    """Whoever it is, if they may do something here. Raises IdentityRefused, Forbidden, NoIdentityProvider."""
    provider = _provider(service)
    if error or not code:
        raise IdentityRefused(f"{provider.issuer} signs nobody in ({error[:100] or 'no code'}): sign in again.")
    caller = await provider.caller(code, pending, redirect_uri=_callback(request, service), iss=iss)
    request.state.caller = caller  # for the audit log, also where they may do nothing
    if not caller.scopes:
        raise Forbidden(
            f"{provider.issuer} says that you are {caller.name}, who may do nothing here: ask whoever operates the"
            " service to name you, or a group of yours, in AGENTIC_SEARCH_OIDC_ALLOW."
        )
    return caller


def _provider(service: Service) -> IdentityProvider:
    if service.access.provider is None:
        raise NotFound("No provider of identities is configured (AGENTIC_SEARCH_OIDC_ISSUER): sign in with a key.")
    return service.access.provider


def _callback(request: Request, service: Service) -> str:
    """The address of the callback by the name by which the browser reaches the service; raises RequestError."""
    check_way_back(request, service.hosts)
    return f"{str(request.base_url).rstrip('/')}{prefix_of(request)}{_PATH}/callback"


def _failed(error: AgenticSearchError) -> HTMLResponse:
    told = f'<p role="alert">{escape(str(error))}</p><p><a href="../sign-in">Sign in</a></p>'
    return shown("Not signed in", told, status_of_error(error), up="../")


def _keep(response: Response, request: Request, cookie: str, seconds: int) -> None:
    """`Lax`: the browser comes back from another site."""
    keep_cookie(response, request, _COOKIE, cookie, max_age=seconds, samesite="lax")
