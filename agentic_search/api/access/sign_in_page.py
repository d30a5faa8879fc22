"""/sign-in: the page on which a browser signs in, with a key or by a provider of identities, and out; no script."""

from html import escape
from typing import Annotated
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from agentic_search.access.access import Access
from agentic_search.access.identities.pending import place_on_page
from agentic_search.access.keys import LONGEST
from agentic_search.api.access.guard import COOKIE, is_own_page
from agentic_search.api.access.session import set_cookie
from agentic_search.api.dependencies import CallerDep, ServiceDep
from agentic_search.api.page.routes import PAGE_RULES
from agentic_search.errors import Forbidden, Unauthenticated

_RULES = {**PAGE_RULES, "Referrer-Policy": "same-origin"}
"""Else browsers do not say where a form comes from."""
_FRAME = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="{up}static/icon.svg">'
    '<title>Sign in · agentic-search</title><link rel="stylesheet" href="{up}docs/tokens.css">'
    '<link rel="stylesheet" href="{up}docs/guide.css">{more}</head>'
    "<body><main><h1>{title}</h1>{content}</main></body></html>"
)
_FORM = (
    '{told}<form method="post" action="sign-in"><p><label for="key">Your key for this service</label></p><p>'
    '<input id="key" name="key" type="password" autocomplete="current-password" required autofocus{described}> '
    '<input type="hidden" name="next" value="{place}"><button>Sign in</button></p></form>'
    "<p>Whoever operates the service makes keys. The browser stays signed in for a week.</p>"
)
_PROVIDER = '<p><a href="sign-in/provider?{query}">Sign in by {host}</a>, or with a key:</p>'
_SIGNED_IN = (
    '<p>As <b>{name}</b>. <a href="./">To the page</a></p>'
    '<form method="post" action="sign-out"><p><button>Sign out</button></p></form>'
)

Next = Annotated[str, Query(max_length=1_000)]

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def sign_in_page(caller: CallerDep, service: ServiceDep, next: Next = "") -> Response:
    """The form; who is signed in finds the way out. Where nobody needs a key, the page itself.

    `next`: where on the page to go on, behind its address.
    """
    if not await service.access.is_required():
        return RedirectResponse(f"./{place_on_page(next)}", 303)
    if caller.id:
        return shown("Signed in", _SIGNED_IN.format(name=escape(caller.name)))
    return _form(service.access, place_on_page(next))


@router.post("/sign-in")
async def sign_in(request: Request, service: ServiceDep) -> Response:
    """Sign in with the key that the form sends."""
    if not is_own_page(request.headers):
        raise Forbidden("A page of another site may sign nobody in: sign in on the page of this service.")
    if not await service.access.is_required():
        return RedirectResponse("./", 303)
    form = parse_qs((await request.body()).decode(errors="replace"))
    key, place = form.get("key", [""])[0].strip(), place_on_page(form.get("next", [""])[0])
    try:
        token, caller = await service.access.sign_in(key[: LONGEST + 1])
    except Unauthenticated as error:
        return _form(service.access, place, str(error))
    request.state.caller = caller
    response = RedirectResponse(f"./{place}", 303)
    set_cookie(response, request, token)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, service: ServiceDep) -> Response:
    """Sign this browser out."""
    if token := request.cookies.get(COOKIE):
        await service.access.sign_out(token)
    response = RedirectResponse("sign-in", 303)
    set_cookie(response, request, "", max_age=0)
    return response


def _form(access: Access, place: str, told: str = "") -> HTMLResponse:
    said = f'<p id="told" role="alert">{escape(told)}</p>' if told else ""
    described = ' aria-describedby="told" aria-invalid="true"' if told else ""
    if access.provider is not None:
        host = urlsplit(access.provider.issuer).netloc
        said += _PROVIDER.format(query=escape(urlencode({"next": place})), host=escape(host))
    content = _FORM.format(told=said, described=described, place=escape(place))
    return shown("Sign in", content, 401 if told else 200)


def shown(title: str, content: str, status: int = 200, *, up: str = "", more: str = "") -> HTMLResponse:
    """A small page. `up`: the way from its address to that of the page; `more`: of its head."""
    headers = {**_RULES, "Cache-Control": "no-store"}
    return HTMLResponse(_FRAME.format(title=title, content=content, up=up, more=more), status, headers=headers)
