"""One request to a web server: its address is checked, the proxies of the environment hold, no cookie is kept."""

import socket
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from agentic_search.network.addresses import AllowedPlaces, literal_address
from agentic_search.network.connecting import CheckedResolver, LookUp, checked_connector, look_up
from agentic_search.network.contacts import is_loopback

CONNECT_TIMEOUT = 8.0


@asynccontextmanager
async def checked_request(
    method: str,
    url: URL,
    allowed: AllowedPlaces,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    look_up: LookUp = look_up,
) -> AsyncGenerator[aiohttp.ClientResponse]:
    """The answer of the server at the URL, whatever its status; redirects are answers, too.

    Raises AddressRefused, aiohttp's errors and OSError.
    """
    resolver, proxy = CheckedResolver(allowed, look_up), _proxy_for(url)
    if proxy or literal_address(url.raw_host or ""):
        # A proxy looks names up itself: what it is asked for is checked first, as well as can be known here.
        await resolver.check(url.raw_host or "", url.port or 0)
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True) if proxy else checked_connector(resolver),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_TIMEOUT),
            headers=headers,
        ) as session,
        session.request(method, url, data=body, allow_redirects=False, proxy=proxy) as response,
    ):
        yield response


def why_unanswered(error: Exception) -> str:
    """Why a server gave no answer, and what to do."""
    match error:
        case aiohttp.ClientConnectorCertificateError() | ssl.SSLError() | aiohttp.ClientConnectorSSLError():
            return f"its certificate or encryption is not valid ({error})"
        case aiohttp.ClientConnectorDNSError() | socket.gaierror():
            return "there is no such host, or no network: correct the address"
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return "the proxy does not let it through: correct HTTP_PROXY or HTTPS_PROXY"
        case aiohttp.ClientConnectorError() | ConnectionError():
            return "nobody takes the connection there"
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
            return "it broke off in the middle of its answer"
        case aiohttp.ClientResponseError():
            return f"its answer is not HTTP as it should be ({error.message[:100]})"
        case _:
            return str(error)[:200] or type(error).__name__


def _proxy_for(url: URL) -> URL | None:
    """What HTTP_PROXY, HTTPS_PROXY and NO_PROXY say; a proxy elsewhere cannot reach this machine."""
    proxy = getproxies().get(url.scheme, "")
    if not proxy or proxy_bypass(url.host or "") or is_loopback(url.host or ""):
        return None
    return URL(proxy if "://" in proxy else f"http://{proxy}")
