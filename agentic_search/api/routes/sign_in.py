"""/servers/{name}/sign-in: a person signs in at a remote MCP server with the browser, comes back, or signs out."""

import secrets
from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from agentic_search.api.access.session import keep_cookie
from agentic_search.api.dependencies import ServiceDep
from agentic_search.api.hosts import check_way_back
from agentic_search.api.openapi import problems
from agentic_search.api.page.routes import OWN_WISH, PAGE_RULES
from agentic_search.errors import AgenticSearchError, NotFound, RequestError, SignInFailed
from agentic_search.runs.service import Service
from agentic_search.tools.mcp.auth.sign_ins import LIFETIME, BrowserReturn

router = APIRouter(tags=["sign-in"])

_COOKIE = "agentic_search_sign_in"
"""Tells the browser that began a sign-in from others: a link that somebody sends does not sign anybody in."""
_NEVER_KEPT = {**PAGE_RULES, "Cache-Control": "no-store"}
_AUTHORIZE = "https://auth.example.com/authorize?response_type=code&state=4f1c…"
_TOO_LONG = 4_096


@router.get(
    "/servers/{name}/sign-in",
    status_code=303,
    response_class=RedirectResponse,
    responses={
        303: {
            "description": "The browser goes on to the authorization server",
            "headers": {"Location": {"schema": {"type": "string"}, "example": _AUTHORIZE}},
        },
        **problems(400, 404, 409, 502),
    },
)
async def begin_sign_in(name: str, request: Request, service: ServiceDep) -> Response:
    """Sign in at a server whose status is `needs_sign_in`; to be opened in a browser, from a page of this service."""
    if request.headers.get("sec-fetch-site", "none") not in OWN_WISH:
        raise RequestError("A page of another site asked for this sign-in: begin it on the page of this service.")
    back = _callback(request, service)
    browser = request.cookies.get(_COOKIE) or secrets.token_urlsafe(32)
    address = await service.sign_ins.begin(name, redirect_uri=back, browser=browser)
    response = RedirectResponse(address, status_code=303, headers=_NEVER_KEPT)
    keep_cookie(response, request, _COOKIE, browser, max_age=round(LIFETIME), samesite="lax", path="/servers")
    return response


@router.get(
    "/servers/sign-in/callback",
    response_class=HTMLResponse,
    responses={
        200: {"content": {"text/html": {"example": "<!doctype html><title>Signed in</title>…"}}},
        **problems(404, 502),
    },
)
async def end_sign_in(
    request: Request,
    service: ServiceDep,
    state: Annotated[str, Query(max_length=_TOO_LONG)] = "",
    code: Annotated[str, Query(max_length=_TOO_LONG)] = "",
    iss: Annotated[str | None, Query(max_length=_TOO_LONG)] = None,
    error: Annotated[str, Query(max_length=_TOO_LONG)] = "",
    error_description: Annotated[str, Query(max_length=_TOO_LONG)] = "",
) -> Response:
    """Where an authorization server sends the browser back to; a small page says how it went."""
    told = f"{error}, {error_description}" if error and error_description else error
    brought = BrowserReturn(state=state, code=code, iss=iss, error=told)
    try:
        server = await service.sign_ins.finish(brought, browser=request.cookies.get(_COOKIE, ""))
    except (NotFound, SignInFailed) as failure:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return _page("Not signed in", str(failure), status=_status(failure))
    return _page("Signed in", f"You are signed in at {server!r}. Its tools can be used in a moment.")


@router.delete("/servers/{name}/sign-in", status_code=204, responses=problems(404))
async def forget_sign_in(name: str, service: ServiceDep) -> None:
    """Sign out at a server: its tokens and the client that was registered there are deleted here."""
    await service.sign_ins.forget(name)


def _callback(request: Request, service: Service) -> str:
    """The address of the callback under the name by which the browser reaches this service; raises RequestError."""
    check_way_back(request, service.hosts)
    return str(request.url_for("end_sign_in"))


def _status(failure: AgenticSearchError) -> int:
    return 404 if isinstance(failure, NotFound) else 502


def _page(title: str, text: str, *, status: int = 200) -> HTMLResponse:
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><h1>{escape(title)}</h1>'
        f'<p>{escape(text)}</p><p><a href="/">Back to the search page</a></p></html>'
    )
    return HTMLResponse(body, status_code=status, headers=_NEVER_KEPT)
