"""The connection goes to the address that was checked, also where names and redirects lead elsewhere later."""

import socket
from collections.abc import Sequence

import pytest

from agentic_search.mcp_servers.web.network.client import WebClient, WebFailure
from agentic_search.network.addresses import AddressRefused, AllowedPlaces
from agentic_search.network.connecting import CheckedResolver
from tests.support.web_double.site import web_double

ALLOWED = "127.0.0.2"
"""Stands for the public internet; 127.0.0.1 for the private network."""
PLACES = AllowedPlaces.of([ALLOWED])


class ChangingNames:
    """A name server that gives one answer after another, and the last for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """The next."""
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


async def test_a_name_is_looked_up_once_and_the_connection_goes_there() -> None:
    async with web_double(ALLOWED) as site, web_double("127.0.0.1", site.port) as canary:
        names = ChangingNames([ALLOWED], ["127.0.0.1"])
        page = await WebClient(PLACES, look_up=names).get(site.url("/article", "changing.example"))
        assert page.status == 200 and names.asked == 1
        with pytest.raises(WebFailure, match="is this machine"):
            await WebClient(PLACES, look_up=names).get(site.url("/article", "changing.example"))
    assert site.requests == ["/article"] and not canary.requests


@pytest.mark.parametrize("answer", [[ALLOWED, "127.0.0.1"], ["127.0.0.1", ALLOWED], [ALLOWED, "::1"], ["10.0.0.1"]])
async def test_a_name_with_one_private_address_is_not_followed_at_all(answer: Sequence[str]) -> None:
    async with web_double(ALLOWED) as site:
        with pytest.raises(WebFailure, match="only the public internet"):
            await WebClient(PLACES, look_up=ChangingNames(answer)).get(site.url("/article", "mixed.example"))
    assert not site.requests


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/article",
        "//127.0.0.1:{port}/article",
        "http://localhost:{port}/article",
        "http://[::1]:{port}/article",
        "http://[::ffff:127.0.0.1]:{port}/article",
        "http://2130706433:{port}/article",
        "http://inside.example:{port}/article",
        "http://user@127.0.0.1:{port}/article",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
    ],
)
async def test_no_redirect_leads_inside(target: str) -> None:
    async with web_double(ALLOWED) as site, web_double("127.0.0.1", site.port) as canary:
        names = ChangingNames([ALLOWED], ["127.0.0.1"])
        address = f"{site.url('/to', 'outside.example')}?url={target.format(port=site.port)}"
        with pytest.raises(WebFailure, match="is not read"):
            await WebClient(PLACES, look_up=names).get(address, timeout=5)
    assert site.requests == ["/to"] and not canary.requests


async def test_redirects_to_allowed_places_are_followed_and_loops_are_not() -> None:
    async with web_double(ALLOWED) as site:
        page = await WebClient(PLACES).get(f"{site.url('/to', ALLOWED)}?url=/article")
        assert page.url == site.url("/article", ALLOWED)
        with pytest.raises(WebFailure, match="redirects more than 5 times"):
            await WebClient(PLACES).get(site.url("/loop", ALLOWED))
    assert site.requests.count("/loop") == 6


def test_a_socket_is_opened_to_checked_addresses_only() -> None:
    resolver = CheckedResolver(AllowedPlaces(), ChangingNames(["8.8.8.8"]))
    with pytest.raises(AddressRefused, match="was not checked"):
        resolver.open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 80)))
