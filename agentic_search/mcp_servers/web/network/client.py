"""Gets what stands at a URL: checked at each redirect, bounded in size and time, under the project's own name."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import aiohttp
from yarl import URL

from agentic_search import __version__
from agentic_search.network.addresses import AddressRefused, AllowedPlaces, read_url
from agentic_search.network.connecting import LookUp, look_up
from agentic_search.network.contacts import HostExchange, note_exchange
from agentic_search.network.requests import checked_request, why_unanswered

PRODUCT = "agentic-search"
"""The name that robots.txt can address."""
USER_AGENT = f"{PRODUCT}/{__version__} (a search agent that a person asked to read this)"

TIMEOUT = 20.0
"""Seconds for all of one page, redirects included."""
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
            raise WebFailure(f"{host} cannot be read: {why_unanswered(error)}") from error

    async def _follow(self, url: URL, before: BeforeRequest | None, accept: str, most_bytes: int) -> FetchedPage:
        for _ in range(MOST_REDIRECTS + 1):
            if before:
                await before(url)
            exchange = note_exchange(url.host or "", sent=len(str(url)))
            async with self._request(url, accept) as response:
                target = response.headers.get("Location")
                if response.status not in REDIRECTS or not target:
                    return await _received(url, response, most_bytes, exchange)
            url = read_url(str(url.join(URL(target))))
        raise WebFailure(f"{url.host} redirects more than {MOST_REDIRECTS} times")

    def _request(self, url: URL, accept: str) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        headers = {"User-Agent": USER_AGENT, "Accept": accept, "Accept-Encoding": "gzip, deflate"}
        return checked_request("GET", url, self._allowed, headers=headers, look_up=self._look_up)


async def _received(url: URL, response: aiohttp.ClientResponse, most_bytes: int, exchange: HostExchange) -> FetchedPage:
    body = bytearray()
    async for piece in response.content.iter_chunked(PIECE):
        body += piece
        exchange.received += len(piece)
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
