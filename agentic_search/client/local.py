"""The service of this machine's settings: where it is, whether it runs, whether its MCP servers are there yet."""

import asyncio

from agentic_search.client.client import Client
from agentic_search.client.exchange import NoService, ServiceProblem
from agentic_search.clock import SystemClock
from agentic_search.domain.tool import ServerStatus
from agentic_search.models.network.address import host_to_connect
from agentic_search.settings import Settings

_POLL = 0.1
_PATIENCE = 3.0
"""Seconds: something may listen there that never answers."""


def address_of(settings: Settings) -> str:
    """Where a service of these settings is reached from this machine."""
    return f"http://{host_to_connect(settings.host or '127.0.0.1')}:{settings.port}"


async def is_running(url: str) -> bool:
    """Whether a service answers there; something else is none. Of port 0 nobody knows where it is."""
    if url.endswith(":0"):
        return False
    async with Client(url) as client:
        try:
            async with asyncio.timeout(_PATIENCE):
                return (await client.health()).status == "ok"
        except (NoService, ServiceProblem, TimeoutError):
            return False


async def settled(client: Client, *, within: float) -> tuple[ServerStatus, ...]:
    """The MCP servers, when each is connected or has failed to, or so many seconds are over."""
    clock = SystemClock()
    until = clock.now() + within
    while True:
        servers = (await client.servers()).servers
        if clock.now() >= until or all(server.status != "connecting" for server in servers):
            return servers
        await clock.sleep(_POLL)
