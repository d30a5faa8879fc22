"""One MCP session, from its opening to its loss: lists the server's tools, again whenever they may have changed."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

import mcp_types
from mcp import Client, MCPError
from mcp.client import IncomingMessage
from mcp.client.subscriptions import SubscriptionLost
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import JsonValue

from agentic_search import __version__
from agentic_search.clock import Clock
from agentic_search.errors import ConnectionLost
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.mcp.failures import connection_failed, wait_asked_for
from agentic_search.tools.mcp.offer import read_offer
from agentic_search.tools.mcp.tool_pages import whole_list
from agentic_search.tools.mcp.transports import transport_to
from agentic_search.tools.mcp.waiting import Backoff
from agentic_search.tools.mcp.wire.mended import MendedTransport
from agentic_search.tools.provider import LeftOutTool, Offer

logger = logging.getLogger(__name__)

OnOffer: TypeAlias = Callable[[Client, Offer], None]
"""Called with what the server of a working session offers, and with the client to call it by."""

_US = mcp_types.Implementation(name="agentic-search", version=__version__)
_BURST = 0.05
"""Seconds to let a burst of changes pass before the tools are listed again."""
_PAUSE = 5.0
"""Seconds before they are listed again where the server asked for fewer requests, or longer where it said so."""


class Session:
    """A session, and the SessionMonitor that its transport reports to.

    It is opened, used for listing and closed inside `hold`, in one task; calls may come from any task.
    """

    def __init__(
        self,
        config: ServerConfig,
        *,
        clock: Clock,
        open_within: float,
        on_offer: OnOffer,
        on_end: Callable[[str], None],
    ) -> None:
        """`open_within`: seconds for the server to start, to agree on a protocol and to list its tools."""
        self._config = config
        self._clock = clock
        self._open_within = open_within
        self._on_offer = on_offer
        self._on_end = on_end
        self._transport = transport_to(config, self, wall=clock.wall)
        self._look = asyncio.Event()
        self._over: str | None = None
        self._listed: tuple[list[JsonValue], tuple[LeftOutTool, ...]] | None = None
        self._offer = Offer(config.name)

    async def hold(self) -> None:
        """Open the session and keep it while it works; raises when it does not, or no longer."""
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(self._open_within):
                transport = await self._transport.open(stack)
                client = await stack.enter_async_context(
                    Client(MendedTransport(transport), cache=None, client_info=_US, message_handler=self._on_message)
                )
                await self._list_tools(client)
            async with asyncio.TaskGroup() as group:
                if _announces_changes(client):
                    group.create_task(self._listen(client))
                await self._watch(client, group)

    def explain(self, error: Exception) -> str:
        """Why `hold` raised, for people."""
        return connection_failed(self._config.reach.address, error, self._transport.explain())

    def suspect(self, why: str) -> None:
        """Find out, by listing the tools again, whether the session still works."""
        logger.debug("%s: %s", self._config.name, why)
        self._look.set()

    def ended(self, why: str) -> None:
        """Give the session up."""
        self._over = why
        self._look.set()
        self._on_end(why)

    async def _watch(self, client: Client, group: asyncio.TaskGroup) -> None:
        while True:
            await self._look.wait()
            self._raise_if_over()
            await self._clock.sleep(_BURST)
            self._look.clear()
            try:
                async with asyncio.timeout(self._open_within):
                    await self._list_tools(client)
            except MCPError as error:
                if (wait := wait_asked_for(error)) is None:
                    raise
                # The server is there, and answers: what it offered before holds until it may be asked again.
                group.create_task(self._look_again(max(wait, _PAUSE)))

    async def _look_again(self, after: float) -> None:
        await self._clock.sleep(after)
        self._look.set()

    async def _list_tools(self, client: Client) -> None:
        listed = await whole_list(client, self._config.name)
        if listed != self._listed:
            self._offer = await asyncio.to_thread(
                read_offer,
                self._config,
                listed[0],
                client.instructions or "",
                left_out=listed[1],
                checks_headers=client.protocol_version in MODERN_PROTOCOL_VERSIONS,
            )
            self._listed = listed
        self._raise_if_over()
        self._on_offer(client, self._offer)

    def _raise_if_over(self) -> None:
        if self._over is not None:
            raise ConnectionLost(self._over)

    async def _listen(self, client: Client) -> None:
        """Since 2026-07-28 a client subscribes to changes; when that breaks off, some may have been missed."""
        backoff = Backoff()
        while True:
            try:
                async with client.listen(tools_list_changed=True) as changes:
                    if not changes.honored.tools_list_changed:
                        return
                    self._look.set()  # for what changed before somebody listened
                    async for _ in changes:
                        self._look.set()
            except (MCPError, SubscriptionLost) as error:
                self.suspect(f"listening for changes broke off: {error}")
            await self._clock.sleep(backoff.next())

    async def _on_message(self, message: IncomingMessage) -> None:
        """Before 2026-07-28 a server reports changes unasked."""
        if isinstance(message, mcp_types.ToolListChangedNotification):
            self._look.set()


def _announces_changes(client: Client) -> bool:
    tools = client.server_capabilities.tools
    return client.protocol_version in MODERN_PROTOCOL_VERSIONS and tools is not None and bool(tools.list_changed)
