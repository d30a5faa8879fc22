"""Sites are asked at their pace, not before they wish, and not for what their robots.txt keeps from programs."""

import pytest
from yarl import URL

from agentic_search.mcp_servers.web.network.client import WebClient, WebFailure
from agentic_search.mcp_servers.web.pages.manners import Manners
from agentic_search.mcp_servers.web.pages.reader import WebPageReader
from agentic_search.network.addresses import AllowedPlaces
from tests.support.web_double.site import WebDouble, web_double

HERE = AllowedPlaces.of(["127.0.0.0/8"])


class SteppedTime:
    """A time that passes by waiting alone."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.waits: list[float] = []

    def read(self) -> float:
        """Seconds."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """At once."""
        self.waits.append(seconds)
        self.now += seconds


def manners(time: SteppedTime) -> Manners:
    return Manners(WebClient(HERE), pace=0.5, now=time.read, sleep=time.sleep)


async def ask(polite: Manners, site: WebDouble, path: str = "/article") -> None:
    await polite.before(URL(site.url(path)))


async def test_a_host_is_asked_at_a_pace_and_its_robots_once() -> None:
    time = SteppedTime()
    polite = manners(time)
    async with web_double() as site, web_double() as other:
        for _ in range(3):
            await ask(polite, site)
        assert time.waits == [0.5, 0.5]
        assert site.requests == ["/robots.txt"]
        time.now += 3_601
        await ask(polite, site)
        assert site.requests == ["/robots.txt"] * 2 and not other.requests


async def test_a_site_may_ask_for_a_slower_pace() -> None:
    time = SteppedTime()
    polite = manners(time)
    async with web_double() as site:
        site.robots = "User-agent: *\nCrawl-delay: 4"
        for _ in range(4):
            await ask(polite, site)
        assert time.waits == [4.0, 4.0, 4.0]


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (404, True),
        (403, True),
        (500, False),
        (503, False),
        (429, False),
        ("User-agent: *\nDisallow: /article", False),
        ("User-agent: agentic-search\nDisallow: /", False),
        ("User-agent: *\nDisallow: /other", True),
    ],
)
async def test_what_robots_forbids_is_not_asked_for(robots: str | int, *, allowed: bool) -> None:
    async with web_double() as site:
        site.robots = robots
        reader = WebPageReader(client := WebClient(HERE), Manners(client))
        try:
            if allowed:
                assert (await reader.read(site.url("/article"))).document.title
            else:
                with pytest.raises(WebFailure, match=r"robots\.txt"):
                    await reader.read(site.url("/article"))
                assert site.requests == ["/robots.txt"]
        finally:
            await reader.close()


async def test_robots_of_the_site_that_a_page_moved_to_counts_too() -> None:
    async with web_double() as site, web_double("127.0.0.2") as other:
        other.robots = "User-agent: *\nDisallow: /"
        reader = WebPageReader(client := WebClient(HERE), Manners(client))
        target = other.url("/article", "127.0.0.2")
        with pytest.raises(WebFailure, match=r"robots\.txt"):
            await reader.read(f"{site.url('/to')}?url={target}")
        assert other.requests == ["/robots.txt"]
        await reader.close()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_host_that_asks_to_wait_is_not_asked_before(status: int) -> None:
    time = SteppedTime()
    async with web_double() as site:
        site.headers = {"Retry-After": "120"}
        polite = manners(time)
        reader = WebPageReader(WebClient(HERE), polite)
        with pytest.raises(WebFailure, match="ask again after 120 s"):
            await reader.read(site.url(f"/status?is={status}"))
        asked = len(site.requests)
        with pytest.raises(WebFailure, match="ask again after 120 s"):
            await ask(polite, site)
        assert len(site.requests) == asked
        time.now += 121
        await ask(polite, site)
        await reader.close()
