"""Connects to hosts: their addresses are checked, and the connection goes to the very address that was.

A name that is looked up once for a check and once more for the connection could lead elsewhere the second time.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import Any, TypeAlias

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from agentic_search.network.addresses import Address, AddressRefused, AllowedPlaces, literal_address

LookUp: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, asked with its port. Raises OSError."""

MOST_ADDRESSES = 16
"""Of one host."""


async def look_up(host: str, port: int) -> Sequence[str]:
    """As the system does it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class CheckedResolver(AbstractResolver):
    """Gives the addresses of hosts that may be connected to, and remembers them."""

    def __init__(self, allowed: AllowedPlaces, look_up: LookUp) -> None:
        self._allowed = allowed
        self._look_up = look_up
        self._checked = set[Address]()

    async def check(self, host: str, port: int) -> Sequence[str]:
        """The host's addresses, all checked. Raises AddressRefused, and OSError for a name that leads nowhere."""
        literal = literal_address(host)
        found = (
            [literal] if literal else [ip_address(each) for each in await self._look_up(host, port)][:MOST_ADDRESSES]
        )
        if not self._allowed.names_host(host):
            for address in found:
                self._allowed.check(address)
        self._checked.update(found)
        return [str(address) for address in found]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """What aiohttp connects to."""
        return [_as_result(host, port, address) for address in await self.check(host, port)]

    async def close(self) -> None:
        """There is nothing to close."""

    def open_socket(self, address: tuple[Any, ...]) -> socket.socket:
        """The socket for one of getaddrinfo's addresses. Raises AddressRefused for one that was never checked."""
        family, kind, protocol, _, where = address
        if ip_address(where[0]) not in self._checked:
            raise AddressRefused(f"its address {where[0]} was not checked")
        return socket.socket(family, kind, protocol)


def checked_connector(resolver: CheckedResolver) -> aiohttp.TCPConnector:
    """Every connection goes to an address that `resolver` checked."""
    return aiohttp.TCPConnector(
        resolver=resolver, use_dns_cache=False, force_close=True, socket_factory=resolver.open_socket
    )


def _as_result(host: str, port: int, address: str) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST,
    )
