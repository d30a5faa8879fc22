"""Decides which URLs and addresses may be asked: those of the public internet, and what the operator allows beside it.

A page or a search result can name any address. The user's own network, this machine and the metadata services of
clouds trust whoever reaches them, so nothing that a stranger wrote may lead there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self, TypeAlias

from yarl import URL

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

LONGEST_URL = 4_096
"""Characters; browsers and servers stop near there, too."""

ALLOW_VARIABLE = "AGENTIC_SEARCH_WEB_ALLOW"

# The registries of special-purpose addresses (RFC 6890 and what was added since), written out: what Python's own
# `is_global` knows of them differs between its releases.
_NOT_PUBLIC = tuple(
    (ip_network(network), what)
    for network, what in {
        "0.0.0.0/8": "this machine",
        "10.0.0.0/8": "a private network",
        "100.64.0.0/10": "a provider's own network",
        "127.0.0.0/8": "this machine",
        "168.63.129.16/32": "a cloud's own service",
        "169.254.0.0/16": "a link-local address, where clouds have their metadata",
        "172.16.0.0/12": "a private network",
        "192.0.0.0/24": "reserved",
        "192.0.2.0/24": "for documentation only",
        "192.88.99.0/24": "reserved",
        "192.168.0.0/16": "a private network",
        "198.18.0.0/15": "for tests of networks",
        "198.51.100.0/24": "for documentation only",
        "203.0.113.0/24": "for documentation only",
        "224.0.0.0/4": "a multicast address",
        "240.0.0.0/4": "reserved",
        "::/127": "this machine",
        "fc00::/7": "a private network",
        "fe80::/10": "a link-local address",
        "fec0::/10": "a private network",
        "ff00::/8": "a multicast address",
        "2001::/23": "reserved",
        "2001:db8::/32": "for documentation only",
        "2002::/16": "an address of another one inside",
        "3fff::/20": "for documentation only",
    }.items()
)
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a network without IPv4 writes them."""

_OTHER_PROTOCOLS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, *range(6665, 6670), 6679, 6697, 10080}
)
"""Ports above 1023 where browsers send no HTTP either, for other protocols would take it for theirs."""
_FIRST_FREE_PORT = 1_024


class AddressRefused(Exception):
    """The URL or address is not asked; the text says why, and what would allow it."""


@dataclass(frozen=True, slots=True)
class AllowedPlaces:
    """What may be asked although it is not of the public internet."""

    names: frozenset[str] = frozenset()
    """Host names, small letters."""
    networks: tuple[Network, ...] = ()
    setting: str = ALLOW_VARIABLE
    """The variable that allows them."""

    @classmethod
    def of(cls, texts: Iterable[str], *, setting: str = ALLOW_VARIABLE) -> Self:
        """From host names, addresses and networks (`10.1.0.0/16`) as the operator writes them; else ValueError."""
        names, networks = set[str](), list[Network]()
        for text in filter(None, (text.strip() for text in texts)):
            try:
                networks.append(ip_network(text.strip("[]"), strict=False))
            except ValueError:
                if "/" in text or ":" in text:
                    wrong = f"{setting} holds {text!r}"
                    raise ValueError(f"{wrong}: write a host, an address or a network such as 10.1.0.0/16") from None
                names.add(text.rstrip(".").lower())
        return cls(frozenset(names), tuple(networks), setting)

    def names_host(self, host: str) -> bool:
        """Whether the operator allows this host, wherever its name leads."""
        return host.rstrip(".").lower() in self.names

    def check(self, address: Address) -> None:
        """Raises AddressRefused for an address that is neither public nor allowed."""
        why = why_not_public(address)
        if why and not any(address in network for network in self.networks if network.version == address.version):
            raise AddressRefused(
                f"its address {address} is {why}, and only the public internet is asked."
                f" To allow it, name the host or address in {self.setting}"
            )


def why_not_public(address: Address) -> str:
    """What an address is that strangers may not have asked; empty for one of the public internet."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in _TRANSLATED else None)
        if inner is not None:
            return why_not_public(inner)
    for network, what in _NOT_PUBLIC:
        if address.version == network.version and address in network:
            return what
    return "reserved" if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6 else ""


def read_url(text: str) -> URL:
    """The URL of a page as it will be asked, without its fragment. Raises AddressRefused for anything else."""
    text = text.strip()
    if len(text) > LONGEST_URL:
        raise AddressRefused(f"the address is longer than {LONGEST_URL:,} characters")
    if any(character.isspace() or not character.isprintable() or character == "\\" for character in text):
        raise AddressRefused("the address has spaces, control characters or backslashes in it")
    try:
        url = URL(text)
        host, port, scheme = url.raw_host, url.port, url.scheme
    except (ValueError, UnicodeError) as error:
        raise AddressRefused(f"it is no address of a page: {error}") from error
    if scheme not in {"http", "https"} or not host:
        raise AddressRefused("only http and https are read: write the whole address, as in https://example.org/page")
    if url.raw_user is not None or url.raw_password is not None or "@" in url.raw_authority:
        raise AddressRefused("a user or password stands in the address: leave it out")
    if not host.isascii() or "%" in host:
        raise AddressRefused(f"{host!r} is no host name")
    _check_port(port or 0)
    return url.with_fragment(None)


def _check_port(port: int) -> None:
    if (port < _FIRST_FREE_PORT and port not in {80, 443}) or port in _OTHER_PROTOCOLS:
        raise AddressRefused(f"port {port} is not one of web servers")


def literal_address(host: str) -> Address | None:
    """The address that stands in a URL in place of a name, if one does.

    Raises AddressRefused for an unusual way to write one.
    """
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        pass
    last = host.rstrip(".").rpartition(".")[2]
    if ":" in host or last.isdigit() or last.lower().startswith("0x"):
        raise AddressRefused(f"{host!r} is an address in an unusual form: write it as four decimal numbers")
    return None
