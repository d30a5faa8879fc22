"""An origin flows in, a new connection to it flows out, or why there is none."""

import asyncio
import os
import socket
import ssl
from dataclasses import dataclass

from agentic_search.http1.connection import Connection

_PORTS = {"http": 80, "https": 443}
_MAKES_WAY = 2.0
"""Seconds after which an address that stays silent makes way for a server's next one."""


class CannotConnect(ConnectionError):
    """Nobody answers there, or nobody to be trusted: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where to connect to."""

    host: str
    port: int
    secure: bool

    @staticmethod
    def of(scheme: str, host: str, port: int | None) -> "Origin":
        """The origin of a URL in parts; raises ValueError for a scheme that is not HTTP's."""
        if scheme not in _PORTS:
            raise ValueError(f"{scheme!r} is neither http nor https")
        return Origin(host, port or _PORTS[scheme], secure=scheme == "https")


async def connect(origin: Origin, tls: ssl.SSLContext | None, patience: float | None) -> Connection:
    """A connection to the first address of the origin that answers, within `patience` seconds. Raises CannotConnect."""
    try:
        async with asyncio.timeout(patience):
            return await _first_that_answers(origin, tls)
    except (OSError, UnicodeError) as error:
        raise CannotConnect(_why(error)) from error


def _why(error: OSError | UnicodeError) -> str:
    match error:
        case TimeoutError():
            return "it takes too long to connect"
        case ConnectionError(errno=int(number)):
            return os.strerror(number)
        case _:
            return str(error)


async def _first_that_answers(origin: Origin, tls: ssl.SSLContext | None) -> Connection:
    found = await asyncio.get_running_loop().getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    *others, last = dict.fromkeys(str(address[0]) for *_, address in found)
    for address in others:
        try:
            async with asyncio.timeout(_MAKES_WAY):
                return await _connected(address, origin, tls)
        except OSError:
            continue
    return await _connected(last, origin, tls)


async def _connected(address: str, origin: Origin, tls: ssl.SSLContext | None) -> Connection:
    name = origin.host if tls else None
    _, connection = await asyncio.get_running_loop().create_connection(
        Connection, address, origin.port, ssl=tls, server_hostname=name
    )
    return connection
