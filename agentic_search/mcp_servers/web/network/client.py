"""Gets what stands at a URL: checked at each redirect, bounded in size and time, under the project's own name."""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from agentic_search import __version__
from agentic_search.mcp_servers.web.network.addresses import AddressRefused, AllowedPlaces, literal_address, read_url
from agentic_search.mcp_servers.web.network.connecting import CheckedResolver, LookUp, checked_connector, look_up

PRODUCT = "agentic-search"
"""The name that robots.txt can address."""
USER_AGENT = f"{PRODUCT}/{__version__} (a search agent that a person asked to read this)"

TIMEOUT = 20.0
"""Seconds for all of one page, redirects included."""
CONNECT_TIMEOUT = 8.0
MOST_REDIRECTS = 5
MOST_BYTES = 16 * 1024 * 1024
"""Of a body, once unpacked."""
PIECE = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class WebFailure(Exception):
    """The web did not give what was asked for; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What a server answered in the end."""

    url: str
    """Where it was, after redirects."""
    status: int
    media_type: str
    """As in text/html; empty where the server names none."""
    charset: str | None
    body: bytes
    retry_after: str
    """What the server says of when to come again; empty where it says nothing."""


BeforeRequest = Callable[[URL], Awaitable[None]]
"""Asked before each request of a page, those to which it is redirected too. Raises WebFailure to prevent it."""


class WebClient:
    """Asks web servers; keeps no cookies and no connections, so that no site learns what another was asked."""

    def __init__(self, allowed: AllowedPlaces, *, look_up: LookUp = look_up) -> None:
        self._allowed = allowed
        self._look_up = look_up

    async def get(
        self,
        address: str,
        *,
        parameters: Mapping[str, str] | None = None,
        before: BeforeRequest | None = None,
        accept: str = "*/*",
        timeout: float = TIMEOUT,
        most_bytes: int = MOST_BYTES,
    ) -> FetchedPage:
        """The answer, whatever its status.

        Raises WebFailure where there is none, or one that is too large or takes too long.
        """
        host = "the server"
        try:
            url = read_url(address)
            host = url.host or host
            url = url.update_query(parameters) if parameters else url
            async with asyncio.timeout(timeout):
                return await self._follow(url, before, accept, most_bytes)
        except TimeoutError as error:
            raise WebFailure(f"{host} took longer than {timeout:g} s: try again later") from error
        except AddressRefused as why:
            raise WebFailure(f"{address[:200]} is not read: {why}") from why
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise WebFailure(f"{host} cannot be read: {_reason(error)}") from error

    async def _follow(self, url: URL, before: BeforeRequest | None, accept: str, most_bytes: int) -> FetchedPage:
        for _ in range(MOST_REDIRECTS + 1):
            if before:
                await before(url)
            async with self._request(url, accept) as response:
                target = response.headers.get("Location")
                if response.status not in REDIRECTS or not target:
                    return await _received(url, response, most_bytes)
            url = read_url(str(url.join(URL(target))))
        raise WebFailure(f"{url.host} redirects more than {MOST_REDIRECTS} times")

    @asynccontextmanager
    async def _request(self, url: URL, accept: str) -> AsyncGenerator[aiohttp.ClientResponse]:
        resolver, proxy = CheckedResolver(self._allowed, self._look_up), _proxy_for(url)
        if proxy or literal_address(url.raw_host or ""):
            # A proxy looks names up itself: what it is asked for is checked first, as well as can be known here.
            await resolver.check(url.raw_host or "", url.port or 0)
        headers = {"User-Agent": USER_AGENT, "Accept": accept, "Accept-Encoding": "gzip, deflate"}
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True) if proxy else checked_connector(resolver),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_TIMEOUT),
                headers=headers,
            ) as session,
            session.get(url, allow_redirects=False, proxy=proxy) as response,
        ):
            yield response


async def _received(url: URL, response: aiohttp.ClientResponse, most_bytes: int) -> FetchedPage:
    body = bytearray()
    async for piece in response.content.iter_chunked(PIECE):
        body += piece
        if len(body) > most_bytes:
            raise WebFailure(f"{url.host} gives more than {most_bytes // 2**20 or 1} MiB: that much is not read")
    named = response.headers.get("Content-Type", "")
    return FetchedPage(
        url=str(url),
        status=response.status,
        media_type=named.partition(";")[0].strip().lower(),
        charset=response.charset,
        body=bytes(body),
        retry_after=response.headers.get("Retry-After", "").strip()[:40],
    )


def explain_status(page: FetchedPage, host: str) -> str:
    """What a status that is no success means, and what to do."""
    match page.status:
        case 429 | 503 if page.retry_after:
            unit = " s" if page.retry_after.isdecimal() else ""
            return f"{host} asks to wait: ask again after {page.retry_after}{unit} (status {page.status})"
        case 429:
            return f"{host} was asked too often (status 429): ask again later"
        case 401 | 403 | 451:
            return f"{host} does not let programs read it (status {page.status}): open it in a browser"
        case 404 | 410:
            return f"{host} has no such page (status {page.status}): correct the address, or search for it"
        case status if status >= 500:
            return f"{host} has a fault of its own (status {status}): try again later"
        case status:
            return f"{host} answered with status {status}"


def _proxy_for(url: URL) -> URL | None:
    """What HTTP_PROXY, HTTPS_PROXY and NO_PROXY say."""
    proxy = getproxies().get(url.scheme, "")
    if not proxy or proxy_bypass(url.host or ""):
        return None
    return URL(proxy if "://" in proxy else f"http://{proxy}")


def _reason(error: Exception) -> str:
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
