"""Which web pages may have a browser change something here: the service's own, not any page that somebody opens.

A page of another site can have its own name lead to this machine, and would then be taken for a page of this service.
Browsers say in `Origin` which page sends a request that may change something; programs send none.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency
from starlette.exceptions import HTTPException

from agentic_search.settings import LOOPBACK, Settings

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


def only_own_pages(settings: Settings) -> Sequence[Dependency]:
    """What every request depends on, where the service listens to this machine alone; elsewhere any name may be its."""
    if settings.host.lower() not in LOOPBACK:
        return ()
    known = LOOPBACK | {host.lower() for host in settings.allowed_hosts}

    async def refuse_other_pages(request: Request) -> None:
        origin = request.headers.get("origin")
        if request.method in _HARMLESS or origin is None:
            return
        host = _host(origin)
        if host not in known and not (_is_number(host) and host == request.url.hostname):
            raise HTTPException(
                403,
                f"A page of {origin[:200]!r} may change nothing here: open the service by localhost, or name the host"
                " in AGENTIC_SEARCH_ALLOWED_HOSTS.",
            )

    return (Depends(refuse_other_pages),)


def _host(origin: str) -> str:
    try:
        return (urlsplit(origin).hostname or "").lower()
    except ValueError:
        return ""


def _is_number(host: str) -> bool:
    """Whether it is an address, which nobody can have lead elsewhere, rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
