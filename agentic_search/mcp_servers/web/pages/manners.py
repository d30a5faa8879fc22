"""What is asked of a program that reads other people's sites: obey robots.txt, keep a pace, wait when told to."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from cachetools import LRUCache, TTLCache
from yarl import URL

from agentic_search.mcp_servers.web.network.client import PRODUCT, FetchedPage, WebClient, WebFailure
from agentic_search.mcp_servers.web.pages.robots import EVERYTHING, MOST_BYTES, NOTHING, SiteRules

PACE = 0.5
"""Seconds between the beginnings of two requests to one host."""
ROBOTS_TIMEOUT = 8.0
ROBOTS_KEPT = 3_600.0
"""Seconds."""
MOST_SITES = 1_000
"""Sites that are remembered; beyond them, those that were asked longest ago are forgotten."""
LONGEST_WAIT = 15.0
"""Seconds that a request waits for its turn; beyond it is turned away."""
LONGEST_BAN = 3_600.0
"""Seconds for which a host is not asked, however long it says."""


class Manners:
    """Goes before each request for a page."""

    def __init__(
        self,
        client: WebClient,
        *,
        pace: float = PACE,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`pace`: seconds between two requests to one host."""
        self._client = client
        self._pace = pace
        self._now = now
        self._sleep = sleep
        self._sites: TTLCache[str, SiteRules] = TTLCache(MOST_SITES, ROBOTS_KEPT, timer=now)
        self._free_at: LRUCache[str, float] = LRUCache(MOST_SITES)
        """When each host may be asked again."""

    async def before(self, url: URL) -> None:
        """Return when the page may be asked for. Raises WebFailure where it may not."""
        rules = await self._rules_of(url)
        if not rules.allows(url):
            raise WebFailure(f"{url.host} asks programs not to read this page, in its robots.txt: open it in a browser")
        await self._take_turn(url.host or "", max(self._pace, rules.delay))

    def note(self, page: FetchedPage, host: str) -> None:
        """Remember that a host asked to wait."""
        if page.retry_after.isdecimal() and page.status in {429, 503}:
            self._free_at[host] = self._now() + min(float(page.retry_after), LONGEST_BAN)

    async def _take_turn(self, host: str, pace: float) -> None:
        turn = max(self._free_at.get(host, 0.0), self._now())
        wait = turn - self._now()
        if wait > LONGEST_WAIT:
            raise WebFailure(f"{host} is not asked now, for it or its pace asks to wait: ask again after {wait:.0f} s")
        self._free_at[host] = turn + pace
        if wait > 0:
            await self._sleep(wait)

    async def _rules_of(self, url: URL) -> SiteRules:
        site = str(url.origin())
        known = self._sites.get(site)
        if known is None:
            known = self._sites[site] = await self._fetch_rules(site)
        return known

    async def _fetch_rules(self, site: str) -> SiteRules:
        """A site without the file may be read; one that cannot say whether it has one may not (RFC 9309)."""
        try:
            page = await self._client.get(f"{site}/robots.txt", timeout=ROBOTS_TIMEOUT, accept="text/plain, */*;q=0.5")
        except WebFailure as why:
            raise WebFailure(f"its robots.txt cannot be read, so the page is not: {why}") from why
        if page.status >= 500 or page.status == 429:
            return NOTHING
        if page.status != 200:
            return EVERYTHING
        return SiteRules.read(page.body[:MOST_BYTES].decode("utf-8", "replace"), PRODUCT)
