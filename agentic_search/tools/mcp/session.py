"""One MCP session, from its opening to its loss: lists the server's tools, again whenever they may have changed."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import TypeAlias

import mcp_types
from mcp import Client, MCPError
from mcp.client import IncomingMessage
from mcp.client.session import ElicitationFnT
from mcp.client.subscriptions import SubscriptionLost
from mcp.shared.subscriptions import ResourcesListChanged
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import JsonValue

from agentic_search import __version__
from agentic_search.clock import Clock
from agentic_search.errors import ConnectionLost
from agentic_search.tools.config.secrets import SecretMask
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch
from agentic_search.tools.mcp.auth.server_auth import ServerAuth
from agentic_search.tools.mcp.exchange.open_calls import OpenCalls
from agentic_search.tools.mcp.exchange.resources import ResourceLists, refreshed_after
from agentic_search.tools.mcp.exchange.task_calls import TasksExtension, runs_tasks
from agentic_search.tools.mcp.failures import connection_failed, wait_asked_for
from agentic_search.tools.mcp.offer import read_offer
from agentic_search.tools.mcp.opening.ways import BY_INITIALIZE, Way, Ways
from agentic_search.tools.mcp.process.naming import called
from agentic_search.tools.mcp.tool_pages import whole_list
from agentic_search.tools.mcp.transports import ServerTransport, transport_to
from agentic_search.tools.mcp.waiting import Backoff, set_or_after
from agentic_search.tools.mcp.wire.mended import MendedTransport
from agentic_search.tools.provider import LeftOutTool, ListedResource, Offer

logger = logging.getLogger(__name__)

OnOffer: TypeAlias = Callable[[Client, Offer], None]
"""Called with what the server of a working session offers, and with the client to call it by."""

_US = mcp_types.Implementation(name="agentic-search", version=__version__)
_BURST = 0.05
"""Seconds to let a burst of changes pass before the tools are listed again."""
_LAST_ANSWERS = 2.0
"""Seconds for calls under way to get what has come for them, before a session that is over is closed."""
_TRYING_OLDER = 10.0
"""Seconds for a server to show that it speaks the older HTTP with server-sent events."""
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
        elicitation: ElicitationFnT,
        calls: OpenCalls,
        auth: ServerAuth | None = None,
        ways: Ways | None = None,
        hurry: Callable[[], bool] = lambda: False,
    ) -> None:
        """`open_within`: seconds for a server that listens to agree on a protocol and to list its tools.

        A process of ours has its entry's `startup_timeout` for that. `ways`: what is known of how to open a session
        with this server. `calls` are those under way. `hurry` says whether the whole service ends.
        """
        self._config = config
        self._clock = clock
        self._open_within = open_within
        self._on_offer = on_offer
        self._on_end = on_end
        self._elicitation = elicitation
        self._calls = calls
        self._signing = auth.for_session(lambda: self.suspect("the sign-in has changed")) if auth else None
        self._ways = ways or Ways()
        self._hurry = hurry
        self._transport = self._new_transport(self._ways.first)
        self._failures: list[str] = []
        self._late = False
        """A process of ours lived, and took longer than it may to start."""
        self._mask = SecretMask(config)
        self._look = asyncio.Event()
        self._over: str | None = None
        self._client: Client | None = None
        self._stale_after: float | None = None
        self._resources = ResourceLists(config, clock, self._take_resources)
        self._listed: tuple[list[JsonValue], tuple[LeftOutTool, ...]] | None = None
        self._offer = Offer(config.name)

    async def hold(self) -> None:
        """Open the session and keep it while it works; raises when it does not, or no longer."""
        async with AsyncExitStack() as stack:
            client = await self._open(stack)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._resources.keep(client))
                if _announces_changes(client):
                    group.create_task(self._listen(client))
                await self._watch(client, group)

    def explain(self, error: Exception) -> str:
        """Why `hold` raised, for people."""
        known = self._transport.explain()
        if self._late:
            limit = f'{self._config.startup_timeout:g} s from its start; "startupTimeout" gives it longer'
            known = "; ".join(filter(None, (limit, known)))
        if self._failures:
            known = f"{self._failures[0]} (the older transport was tried too: {known or 'no answer'})"
        return self._mask(connection_failed(called(self._config), error, known))

    @property
    def log(self) -> tuple[str, ...]:
        """The last lines that the server's process wrote on stderr, secrets masked."""
        return self._transport.log

    async def _open(self, stack: AsyncExitStack) -> Client:
        """By the way that is known, or the usual one; where it fails as it does with older servers, by theirs."""
        way = self._ways.first
        try:
            return await self._open_by(way, stack)
        except Exception as error:
            self._late = isinstance(error, TimeoutError) and isinstance(self._config.reach, StdioLaunch)
            self._ways.forget()
            other = self._ways.other(way, self._transport, error)
            if other is None:
                raise
            level = logging.INFO if self._ways.is_new(other) else logging.DEBUG
            logger.log(level, "%s: %s", self._config.name, other.why)
            if other.older_transport:
                self._failures.append(self._transport.explain() or str(error))
        self._transport = self._new_transport(other)
        self._over = None
        self._look.clear()
        client = await self._open_by(other, stack)
        self._failures.clear()
        self._ways.learn(other)
        return client

    async def _open_by(self, way: Way, stack: AsyncExitStack) -> Client:
        async with asyncio.timeout(self._patience(way)), AsyncExitStack() as opened:
            transport = await self._transport.open(opened)
            client = await opened.enter_async_context(
                Client(
                    MendedTransport(transport, self._config.sizes),
                    cache=None,
                    client_info=_US,
                    message_handler=self._on_message,
                    elicitation_callback=self._elicitation,
                    extensions=[TasksExtension(self._clock)],
                    mode=way.mode,
                )
            )
            if self._transport.probe_unanswered:
                self._ways.learn(BY_INITIALIZE)
            await self._resources.start(client)
            await self._list_tools(client)
            stack.push_async_exit(opened.pop_all())
            return client
        raise AssertionError("no block here keeps an exception")

    def _patience(self, way: Way) -> float:
        if isinstance(self._config.reach, StdioLaunch):
            return self._config.startup_timeout
        return min(self._open_within, _TRYING_OLDER) if way.older_transport else self._open_within

    def _new_transport(self, way: Way) -> ServerTransport:
        return transport_to(self._config, self, way=way, wall=self._clock.wall, hurry=self._hurry, auth=self._signing)

    def suspect(self, why: str) -> None:
        """Find out, by listing the tools again, whether the session still works."""
        logger.debug("%s: %s", self._config.name, why)
        self._look.set()

    def ended(self, why: str) -> None:
        """Give the session up: no more calls at once; calls under way first get what the server has answered them."""
        self._over = why
        self._on_end(why)
        self._look.set()

    async def _watch(self, client: Client, group: asyncio.TaskGroup) -> None:
        while True:
            await set_or_after(self._look, self._stale_after, self._clock)
            await self._end_if_over()
            await self._clock.sleep(_BURST)
            self._look.clear()
            try:
                async with asyncio.timeout(self._open_within):
                    await self._list_tools(client)
            except MCPError as error:
                await self._end_if_over()
                if (wait := wait_asked_for(error)) is None:
                    raise
                # The server is there, and answers: what it offered before holds until it may be asked again.
                group.create_task(self._look_again(max(wait, _PAUSE)))

    async def _look_again(self, after: float) -> None:
        await self._clock.sleep(after)
        self._look.set()

    async def _list_tools(self, client: Client) -> None:
        pages = await whole_list(client, self._config.name, self._config.sizes)
        listed, self._stale_after = (pages.tools, pages.left_out), refreshed_after(pages.holds)
        if listed != self._listed:
            offer = await asyncio.to_thread(
                read_offer,
                self._config,
                pages.tools,
                client.instructions or "",
                left_out=pages.left_out,
                checks_headers=client.protocol_version in MODERN_PROTOCOL_VERSIONS,
                runs_tasks=runs_tasks(client),
            )
            self._offer = replace(offer, resources=self._offer.resources)
            self._listed = listed
        await self._end_if_over()
        self._client = client
        self._on_offer(client, self._offer)

    def _take_resources(self, resources: Sequence[ListedResource]) -> None:
        self._offer = replace(self._offer, resources=tuple(resources))
        if self._client is not None and self._over is None:
            self._on_offer(self._client, self._offer)

    async def _end_if_over(self) -> None:
        if self._over is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_ANSWERS):
                    await self._calls.all_ended()
            raise ConnectionLost(self._over)

    async def _listen(self, client: Client) -> None:
        """Since 2026-07-28 a client subscribes to changes; when that breaks off, some may have been missed."""
        backoff = Backoff()
        while True:
            try:
                async with client.listen(tools_list_changed=True, resources_list_changed=True) as changes:
                    if not (changes.honored.tools_list_changed or changes.honored.resources_list_changed):
                        return
                    self._look.set()  # for what changed before somebody listened
                    async for change in changes:
                        if isinstance(change, ResourcesListChanged):
                            self._resources.note_change()
                        else:
                            self._look.set()
            except (MCPError, SubscriptionLost) as error:
                self.suspect(f"listening for changes broke off: {error}")
            await self._clock.sleep(backoff.next())

    async def _on_message(self, message: IncomingMessage) -> None:
        """Before 2026-07-28 a server reports changes unasked."""
        if isinstance(message, mcp_types.ToolListChangedNotification):
            self._look.set()
        elif isinstance(message, mcp_types.ResourceListChangedNotification):
            self._resources.note_change()


def _announces_changes(client: Client) -> bool:
    offered = client.server_capabilities
    changing = (offered.tools and offered.tools.list_changed, offered.resources and offered.resources.list_changed)
    return client.protocol_version in MODERN_PROTOCOL_VERSIONS and any(changing)
