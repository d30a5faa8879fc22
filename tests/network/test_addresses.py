"""No way of writing an address leads into a private network, and none of the public internet is refused."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from agentic_search.mcp_servers.web.network.client import WebClient, WebFailure
from agentic_search.network.addresses import (
    AddressRefused,
    AllowedPlaces,
    read_url,
    why_not_public,
)
from tests.support.web_double.site import web_double


def words(text: str) -> list[str]:
    """Its words."""
    return text.split()


PRIVATE = words(
    """
    127.0.0.1 127.0.0.53 127.1.2.3 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1
    172.31.255.254 192.168.0.1 192.168.255.255 169.254.0.1 169.254.169.254 169.254.170.2 100.64.0.1
    100.100.100.200 100.127.255.254 168.63.129.16 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1
    198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 [::] [::1]
    [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:169.254.169.254]
    [::ffff:0:127.0.0.1] [::127.0.0.1] [::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b::10.0.0.1]
    [64:ff9b:1::1] [fe80::1] [febf::1] [fec0::1] [fc00::1] [fd00:ec2::254] [fd12:3456::1] [ff02::1] [ff0e::1]
    [2001::1] [2001:0:7f00:1::] [2001:10::1] [2001:20::1] [2001:2::1] [2001:db8::1] [2002:7f00:1::]
    [2002:a9fe:a9fe::1] [3fff::1] [100::1] [5f00::1] [4000::1] [::2] [fe80::1%25eth0] [fe80::1%eth0] [::1%25lo]
    """
)
"""Hosts as they stand in a URL."""

UNUSUAL = words(
    """
    127.1 127.0.1 10.1 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 017700000001 00000177.1 127.0.0.01
    3232235521 0xa9fea9fe 2852039166 169.254.43518 127.0.0.1. 0x7f000001. 256.1.1.1 1.2.3.4.5 0 0x0 １２７.０.０.１
    127。0。0。1 ①②⑦.⓪.⓪.① localhost LOCALHOST localhost. localhost.localdomain ip6-localhost
    """
)
"""Other ways to write this machine and others near it; names are looked up by the system."""

PUBLIC = words(
    """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.255.255
    169.255.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1
    223.255.255.255 2606:4700::1111 2001:4860:4860::8888 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8
    """
)

MALFORMED = [
    "",
    "   ",
    "example.org/page",
    "//example.org",
    "ftp://example.org",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/_x",
    "javascript:alert(1)",
    "data:text/html,hello",
    "dict://127.0.0.1:11211/stat",
    "http://",
    "http:///path",
    "http://user@example.org",
    "http://user:secret@example.org",
    "http://example.org@127.0.0.1/",
    "http://example.org\\@127.0.0.1/",
    "http:\\\\127.0.0.1",
    "http://exa mple.org",
    "http://example.org/\r\nHost: evil",
    "http://example.org/\x00",
    "http://example.org:22/",
    "http://example.org:25/",
    "http://example.org:6000/",
    "http://example.org:0/",
    "http://example.org:99999/",
    "http://example.org:port/",
    "http://[::1/",
    "http://::1/",
    "https://example.org/" + "x" * 5_000,
]


async def leads_here(_: str, __: int) -> Sequence[str]:
    """Every name is this machine's."""
    return ["127.0.0.1"]


def test_the_table_is_as_large_as_it_is_said_to_be() -> None:
    assert len({*PRIVATE, *UNUSUAL}) >= 80


@pytest.mark.parametrize("host", [*PRIVATE, *UNUSUAL])
async def test_nothing_private_is_reached_however_it_is_written(host: str) -> None:
    async with web_double() as canary:
        for path in ("/article", "/robots.txt"):
            with pytest.raises(WebFailure):
                await WebClient(AllowedPlaces()).get(canary.url(path, host), timeout=5)
    assert not canary.requests


@pytest.mark.parametrize(
    "name", ["innocent.example", "a.b.c.example.", "xn--mller-kva.example", "müller.example", "7f.example"]
)
async def test_no_name_that_leads_here_is_followed(name: str) -> None:
    async with web_double() as canary:
        with pytest.raises(WebFailure, match="AGENTIC_SEARCH_WEB_ALLOW"):
            await WebClient(AllowedPlaces(), look_up=leads_here).get(canary.url("/article", name))
    assert not canary.requests


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_address_of_a_page_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        read_url(url)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_allowed(address: str) -> None:
    assert why_not_public(ip_address(address)) == ""
    AllowedPlaces().check(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "https://example.org:8443/a?b=c#d",
        "HTTPS://EXAMPLE.ORG/",
        "http://example.org:80/",
        "https://müller.example/straße",
        "https://example.org/mail@example.org?to=a@b",
        " https://example.org/ ",
    ],
)
def test_addresses_of_pages_are_read(url: str) -> None:
    assert not read_url(url).fragment


@pytest.mark.parametrize(
    ("allowed", "address", "fits"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", True),
        ("10.0.0.0/8", "192.168.0.1", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.4", False),
        ("[fd00::1]", "fd00::1", True),
        ("fd00::/8", "fd12::1", True),
        ("fd00::/8", "fe80::1", False),
        ("10.0.0.0/8", "::ffff:10.1.2.3", False),
        ("intranet.example", "10.1.2.3", False),
        ("", "127.0.0.1", False),
    ],
)
def test_what_the_operator_allows_and_nothing_beside_it(allowed: str, address: str, *, fits: bool) -> None:
    places = AllowedPlaces.of(allowed.split(","))
    if fits:
        places.check(ip_address(address))
        return
    with pytest.raises(AddressRefused, match="AGENTIC_SEARCH_WEB_ALLOW"):
        places.check(ip_address(address))


async def test_a_host_that_is_allowed_by_name_is_reached_wherever_it_is() -> None:
    async with web_double() as site:
        client = WebClient(AllowedPlaces.of(["Intranet.example."]), look_up=leads_here)
        assert (await client.get(site.url("/article", "intranet.example"))).status == 200
        with pytest.raises(WebFailure):
            await client.get(site.url("/article", "other.intranet.example"))
    assert site.requests == ["/article"]


@pytest.mark.parametrize(
    "wrong", ["10.0.0.0/99", "10.0.0.0/33", "http://intranet.example", "intranet.example:8080", "fc00::/200"]
)
def test_what_allows_no_place_is_said_and_not_passed_over(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"AGENTIC_SEARCH_WEB_ALLOW holds .*write a host, an address or a network"):
        AllowedPlaces.of(["10.1.0.0/16", wrong])
