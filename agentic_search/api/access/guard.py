"""Stands before every route: finds out who asks, whether they may, and gives the route the service as it is theirs.

No route can forget to ask: what no row of the table names needs an administrator, and the service in a request's state
shows a caller nothing that is not theirs.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlsplit

from anyio import move_on_after
from starlette._utils import get_route_path
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentic_search.access.access import Access
from agentic_search.access.audit import LONGEST, AuditEntry
from agentic_search.access.caller import ANYBODY, STRANGER, Caller
from agentic_search.access.open_requests import OpenRequest
from agentic_search.api.access.last_words import last_words
from agentic_search.api.access.needs import SIGNS_IN, needs_of, template_of
from agentic_search.api.problems import refusal
from agentic_search.errors import (
    AccessRefused,
    Forbidden,
    StorageFailed,
    Unauthenticated,
)
from agentic_search.runs.service import Service
from agentic_search.setting_values.scopes import Scope as ApiScope

COOKIE = "agentic_search_session"
OWN_PROCESS = "agentic_search.own_process"
"""An extension of ASGI's scope, which no request from a network can have: the program that opened the service asks."""
_STREAM = "text/event-stream"
_LAST_SENT = 1.0
"""Seconds in which the last word of a stream may be sent."""
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_NEEDED = "This needs a key: send it as `Authorization: Bearer KEY`, or sign in with it: POST /session."
_NO_BEARER = "The header Authorization must be `Bearer KEY`."
_FOREIGN = (
    "A browser that is signed in may change something from the service's own page alone. Where the page is reached by a"
    " proxy, have it pass on the header Host."
)


class Guard:
    """Lets in who may come in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what the caller may ask for, and answer anything else with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        service: Service = scope["state"]["service"]
        if OWN_PROCESS in scope.get("extensions", {}) or not await service.access.is_required():
            scope["state"]["caller"] = ANYBODY
            await self._app(scope, receive, send)
            return
        asked = _Asked(scope, service.access)
        noting = asked.noting(send)
        try:
            await asked.find_out()
            with service.access.admitted(asked.caller):
                asked.check()
                scope["state"] |= {"service": service.of(asked.caller), "caller": asked.caller}
                with asked.under_way() as request:
                    await self._app(scope, receive, noting)
            if request is not None and request.scope.cancelled_caught and request.refused is not None:
                await asked.end(request.refused, receive, noting)
        except (AccessRefused, StorageFailed) as error:
            if asked.is_answered:
                raise
            await refusal(error)(scope, receive, noting)


class _Asked:
    """One request."""

    def __init__(self, scope: Scope, access: Access) -> None:
        self.caller = STRANGER
        self.is_answered = False
        self._streams = False
        self._is_whole = False
        self._access = access
        self._scope = scope
        self._headers = Headers(scope=scope)
        self._method: str = scope["method"]
        self._path = get_route_path(scope)
        self._template = template_of(self._path)
        self._needs: tuple[ApiScope, ...] = needs_of(self._method, self._template)
        self._bearer = self._headers.get("authorization")
        self._cookie = Request(scope).cookies.get(COOKIE, "")

    async def find_out(self) -> None:
        """Who it is; raises Unauthenticated where that must be known."""
        try:
            self.caller = await self._identified()
        except (Unauthenticated, StorageFailed):
            if self._needs:
                raise

    def check(self) -> None:
        """Raises Forbidden where they may not ask for this; what is refused counts as asked."""
        if self.caller is STRANGER:
            return
        if self._cookie and self._bearer is None and self._method not in _HARMLESS and not is_own_page(self._headers):
            raise Forbidden(_FOREIGN)
        if not all(map(self.caller.may, self._needs)):
            needed = " and ".join(map(repr, self._needs))
            what = "the scopes" if len(self._needs) > 1 else "the scope"
            raise Forbidden(f"This key may not {self._method} {self._path}: that needs {what} {needed}.")

    async def _identified(self) -> Caller:
        if self._bearer is not None:
            kind, _, key = self._bearer.partition(" ")
            if kind.lower() != "bearer" or not key.strip():
                raise Unauthenticated(_NO_BEARER)
            return await self._access.caller_of_key(key.strip())
        if self._cookie:
            return await self._access.caller_of_session(self._cookie)
        raise Unauthenticated(_NEEDED)

    def under_way(self) -> AbstractContextManager[OpenRequest | None]:
        """The block in which it is carried out; a key that is over ends it, however long it was to last."""
        return nullcontext() if self.caller is STRANGER else self._access.requests.under_way(self._identified)

    async def end(self, refused: Unauthenticated, receive: Receive, send: Send) -> None:
        """Answer a request that was ended in the middle; a stream that has begun gets a last word."""
        if not self.is_answered:
            await refusal(refused)(self._scope, receive, send)
            return
        if self._streams and not self._is_whole:
            with move_on_after(_LAST_SENT):  # its reader may be reading nothing
                await send({"type": "http.response.body", "body": last_words(self._path, refused)})

    def noting(self, send: Send) -> Send:
        """`send`, which has what the request came to noted in the audit log."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.is_answered = True
                self._streams = Headers(raw=message["headers"]).get("content-type", "").startswith(_STREAM)
                self._note(message["status"])
            elif not message.get("more_body", False):
                self._is_whole = True
            await send(message)

        return noted

    def _note(self, status: int) -> None:
        is_refused = status in {401, 403, 429} and (bool(self._bearer or self._cookie))
        if self._method in _HARMLESS and not is_refused and self._template not in SIGNS_IN:
            return
        client: tuple[str, int] | None = self._scope.get("client")
        caller: Caller = self._scope["state"].get("caller", self.caller)  # who signs in becomes somebody on the way
        self._access.audit.note(
            AuditEntry(
                at=self._access.now_text(),
                who=caller.id or "",
                name=caller.name,
                what=f"{self._method} {self._template or 'something else'}",
                target=self._path[:LONGEST],
                status=status,
                address=client[0] if client else "",
            )
        )


def is_own_page(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that a page of this very origin sends the request.

    A cookie goes to every port of a host, and with requests of pages there: `SameSite` alone does not tell them apart.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return bool(headers.get("origin")) and urlsplit(headers["origin"]).netloc == headers.get("host")
