"""Hosts and how much was exchanged with them: noted where requests are made, for whoever wants to know of a call.

A bundled server tells its client, in a result's `_meta`, which hosts it asked in the course of the call.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address

CONTACTED = "agentic-search/contacted"
"""In the `_meta` of a bundled server's result: a list of `host`, `sent` and `received`, in bytes, one a request."""


@dataclass(slots=True)
class HostExchange:
    """One request to a host; what is received is added as it comes."""

    host: str
    sent: int = 0
    received: int = 0


_exchanges_of_call: ContextVar[list[HostExchange] | None] = ContextVar("exchanges_of_call", default=None)


@contextmanager
def exchanges_noted() -> Generator[list[HostExchange]]:
    """Every exchange of the block, also those of its tasks and threads."""
    noted: list[HostExchange] = []
    token = _exchanges_of_call.set(noted)
    try:
        yield noted
    finally:
        _exchanges_of_call.reset(token)


def note_exchange(host: str, *, sent: int) -> HostExchange:
    """A request goes out."""
    exchange = HostExchange(host, sent)
    if (noted := _exchanges_of_call.get()) is not None:
        noted.append(exchange)
    return exchange


def is_loopback(host: str) -> bool:
    """Whether a host, as it stands in a URL, is this machine itself."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
