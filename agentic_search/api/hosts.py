"""Under which names the service answers, and which web pages may have a browser change something here.

Anybody can have a name of their own lead to this machine: a page that a browser loaded under such a name would read
here, and write, as if it were the service's own. So a request must name the service by a name or address that is its
own; and what may change something comes from the service's own page, or from a program, which names no page.
"""

from collections.abc import Container
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from agentic_search.api.problems import problem, respond
from agentic_search.api.schemas import Problem
from agentic_search.errors import RequestError

ANY = "*"
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_HOST = frozenset("/\\@?#")
"""Characters of URLs that no Host header holds."""
_LONGEST_SHOWN = 200
_WHAT_TO_DO = "open the service by localhost or by its address, or name the host in AGENTIC_SEARCH_ALLOWED_HOSTS."


class OwnHostsOnly:
    """Refuses requests under names that are not the service's own: 421, and 403 where a page of another site writes."""

    def __init__(self, app: ASGIApp, *, names: Container[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes under an own name, and answer anything else with a problem."""
        refused = self._refusal(scope) if scope["type"] == "http" else None
        if refused is None:
            await self._app(scope, receive, send)
        else:
            await respond(refused)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        # A client older than HTTP/1.1 names no host; browsers always do. Of several, whoever passed the request on
        # may have gone by another than we would.
        hosts = headers.getlist("host")
        strange = next((host for host in hosts if not self._is_own(_name_of_host(host))), None)
        if strange is not None:
            told = f"There is no service of the name {strange[:_LONGEST_SHOWN]!r} here: {_WHAT_TO_DO}"
            return problem(HTTPStatus.MISDIRECTED_REQUEST, "unknown_host", told)
        if scope["method"] in _HARMLESS:
            return None
        for origin in headers.getlist("origin"):
            if not self._is_own_page(origin, hosts[0] if hosts else ""):
                told = f"A page of {origin[:_LONGEST_SHOWN]!r} may change nothing here: {_WHAT_TO_DO}"
                return problem(HTTPStatus.FORBIDDEN, "foreign_page", told)
        return None

    def _is_own(self, name: str) -> bool:
        """An address cannot be had to lead elsewhere, as a name can."""
        return ANY in self._names or name in self._names or name.endswith(".localhost") or _is_address(name)

    def _is_own_page(self, origin: str, host: str) -> bool:
        name = _name(origin)
        if _is_address(name) and name not in self._names:  # another machine's page has an address, too
            return name == _name_of_host(host)
        return bool(name) and self._is_own(name)


def check_way_back(request: Request, names: Container[str]) -> None:
    """Raises RequestError where a sign-in elsewhere cannot come back by the name by which the browser asks.

    Another name than the service's own may be anybody's, and the person's code would be sent there.
    """
    if (request.url.hostname or "").lower() not in names:
        raise RequestError(f"A sign-in cannot come back to {request.url.hostname!r}: {_WHAT_TO_DO}")


def _name(address: str) -> str:
    """The host of an address in small letters, without a final dot; empty where there is none."""
    try:
        return (urlsplit(address).hostname or "").lower().removesuffix(".")
    except ValueError:
        return ""


def _name_of_host(host: str) -> str:
    """The name in a Host header, which holds besides it a port and nothing else; empty where it does."""
    return "" if _NO_HOST.intersection(host) else _name(f"//{host}")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
