"""All providers of tools together: keeps each running in its own task, gives their catalog, takes calls by name."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import BUILT_IN, ServerStatus, Tool
from agentic_search.errors import NotFound, RequestError, ServerUnavailable, ToolFailed, WrongState
from agentic_search.metrics.tallies import Sums
from agentic_search.tools.builtin.resources import ResourceTools
from agentic_search.tools.calls.cache import CacheLimits
from agentic_search.tools.calls.shared_servers import SharedServers
from agentic_search.tools.calls.tool_calls import ToolCalls
from agentic_search.tools.catalog import Catalog
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.mcp.auth.sign_ins import SignIns
from agentic_search.tools.mcp.connection import Connection
from agentic_search.tools.provider import READ_RESOURCE, ListedResource, Offer, ToolProvider
from agentic_search.tools.switched import ServerSwitches, SwitchedServer
from agentic_search.tools.unstarted import UnstartedServer

logger = logging.getLogger(__name__)

OPEN_WITHIN = 30.0
"""Seconds for a server to start, to agree on a protocol and to list its tools; a first `npx` or `uvx` downloads."""

_CLOSING = 3.0
"""Seconds for the connections to be closed in order, before what still hangs is cut off."""
_CUTTING_OFF = 1.0
"""Seconds for what was cut off to end, before it is left behind."""


class ToolPool:
    """Every provider, each run by a task of its own while the pool is entered.

    Entering waits for no server, and no server's fault leaves the pool.
    """

    def __init__(
        self,
        servers: Sequence[ServerConfig],
        *,
        clock: Clock,
        local: Sequence[ToolProvider] = (),
        task_timeout: float = 60.0,
        open_within: float = OPEN_WITHIN,
        cache: CacheLimits | None = None,
        sign_ins: SignIns | None = None,
        switches: ServerSwitches | None = None,
        shared: SharedServers | None = None,
    ) -> None:
        """`local`: tools of the service's own, whose offer never changes; a server of the same name takes their place.

        `task_timeout`: seconds for a call where neither the task nor the server says otherwise. `cache`: what is kept
        of the results of tools that only read, where a server or a local provider does not say otherwise.
        `sign_ins`: how remote servers are signed in at by OAuth; without, they are not. `switches`: what the user said
        of servers that run only while they are let; without, what the settings say holds. `shared`: where other
        services call the same servers.
        """
        self._switches = switches
        self._sign_ins = sign_ins
        self._clock = clock
        self._task_timeout = task_timeout
        self._open_within = open_within
        self._connections: dict[str, Connection] = {}
        """Those servers that can be started; others join them when they are given what they ask for."""
        self._resources = ResourceTools(self.resources, self._read_resource)
        self._providers: dict[str, ToolProvider] = {
            provider.name: provider for provider in (*local, self._resources, *map(self._provide, servers))
        }
        self._catalog: Catalog | None = None
        self._last_offers: dict[str, Offer] = {}
        """What each server offered when it last offered anything."""
        self._known: dict[str, Tool] = {}
        """Every name that a tool has had."""
        self._next_change = asyncio.Event()
        self._group = asyncio.TaskGroup()
        self._leaving: asyncio.Task[bool | None] | None = None
        """Kept, for nothing else refers to a task that waits for what was left behind."""
        self._owners: list[tuple[ToolProvider, asyncio.Task[None]]] = []
        self._calls = ToolCalls(
            self._group,
            servers,
            clock=clock,
            cache=cache or CacheLimits(),
            task_timeout=task_timeout,
            on_change=self._note_change,
            shared=shared,
        )

    def __repr__(self) -> str:
        ready = sum(status.status == "ready" for status in self.statuses())
        return f"<ToolPool: {ready} of {len(self._providers)} servers ready>"

    async def __aenter__(self) -> Self:
        """Begin to connect."""
        await self._group.__aenter__()
        self._calls.start()
        self._owners = [
            (provider, self._group.create_task(provider.run(), name=f"owner of {name}"))
            for name, provider in self._providers.items()
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every connection and child process, within about three seconds; return after four at the latest."""
        self._close_all()
        try:
            if self._owners:
                await asyncio.wait([owner for _, owner in self._owners], timeout=_CLOSING)
        finally:
            self._close_all()  # cuts off what still hangs
            self._calls.close()
            await self._leave_group()

    @property
    def cache_lookups(self) -> Sums:
        """Calls that a kept result, or an equal call under way, might serve: by `hit`, `joined` or `miss`."""
        return self._calls.lookups

    def statuses(self) -> tuple[ServerStatus, ...]:
        """Every configured server as it is now, in the order of the configuration."""
        statuses = (self._calls.status(provider) for provider in self._providers.values())
        return tuple(status for status in statuses if status.transport != BUILT_IN)

    def catalog(self) -> Catalog:
        """The tools that can be used now; the same object until something changes."""
        if self._catalog is None:
            offers = [self._calls.offer(provider) for provider in self._providers.values()]
            self._last_offers |= {offer.server: offer for offer in offers if offer.tools}
            gone = [self._last_offers[name] for name in self._absent() if name in self._last_offers]
            self._catalog = Catalog(offers, absent=gone)
            self._known |= {tool.name: tool for tool in self._catalog.tools}
        return self._catalog

    def _absent(self) -> list[str]:
        """The servers that cannot be called now."""
        return [status.name for status in self.statuses() if status.status not in {"ready", "disabled"}]

    def timed(self, tools: Iterable[Tool]) -> tuple[Tool, ...]:
        """The tools with how long their calls have usually taken; the same objects until that changes."""
        return self._calls.timed(tools)

    async def settled(self, within: float) -> None:
        """Return when no server is in its first connecting any more, at the latest after `within` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not all(provider.is_settled for provider in self._providers.values()):
                    await self.changed()

    async def changed(self) -> None:
        """Return at the next change of any server's status or tools."""
        await self._next_change.wait()

    async def call(
        self,
        tool: str,
        arguments: JsonObject,
        *,
        planned: Tool | None = None,
        timeout: float | None,
        on_progress: OnProgress,
        globs: Sequence[str] = (),
        anew: bool = False,
    ) -> ToolResult:
        """Call `tool` by its catalog name, once; `timeout` in seconds overrides the server's and the default.

        `planned`: the tool that is meant, whatever has the name by now; it is not called where its server says by now
        that it may do more harm. `globs`: the tools that the request may use, which say also whose resources may be
        read; none: all.
        An equal call of a read-only tool that is under way, or was lately, is not made again: the result is marked as
        cached. `anew`: what an earlier call gave does not do. Cancelling the coroutine cancels the call at the
        server, unless others wait for it too. Raises
        ToolFailed (the tool says so, or there is no such tool), ToolTimeout, ServerUnavailable (nothing was sent),
        RateLimited (turned away unread) or ConnectionLost (it may have happened).
        """
        found = planned or self._find(tool)
        limit = timeout or found.timeout or self._task_timeout
        provider = self._providers[found.server]
        if provider is self._resources:
            provider = self._resources.within(globs)
        return await self._calls.call(provider, found, arguments, timeout=limit, on_progress=on_progress, anew=anew)

    def _find(self, name: str) -> Tool:
        """A tool that is there, or was: a plan keeps its names while servers come and go."""
        if tool := self.catalog().get(name) or self._known.get(name):
            return tool
        if missing := self._absent():
            raise ServerUnavailable(f"there is no tool {name!r} now; not connected: {', '.join(missing)}")
        near = self.catalog().nearest(name)
        raise ToolFailed(f"there is no tool {name!r}" + (f"; did you mean {near!r}?" if near else ""))

    def give_inputs(self, server: str, values: Mapping[str, str]) -> ServerStatus:
        """Give what a server's entry asks for, to every server that asks for the same and can then start.

        Raises NotFound, WrongState, or RequestError for what is missing or wrong.
        """
        asking = self._configured(server)
        if not isinstance(asking, UnstartedServer) or not asking.inputs:
            raise WrongState(f"{server!r} asks for no values now")
        if unknown := sorted(set(values) - asking.inputs):
            raise RequestError(f"{server!r} does not ask for {', '.join(unknown)}")
        asking.give(values)
        for other in self._providers.values():
            if isinstance(other, UnstartedServer) and other.inputs and other.inputs <= set(values):
                other.give(values)
        return asking.status()

    def _provide(self, server: ServerConfig) -> ToolProvider:
        for warning in server.warnings:
            logger.warning("%s: %s", server.title or server.name, warning)
        if not (server.problem or server.inputs):
            return self._switched(server) if server.consent and not server.disabled else self._connect(server)
        if server.problem and not server.disabled:
            logger.warning("%s cannot be used: %s", server.title or server.name, server.problem)
        return UnstartedServer(server, connect=self._connect, on_change=self._note_change)

    def _switched(self, server: ServerConfig) -> SwitchedServer:
        said = self._switches.said(server.name) if self._switches else None
        is_on = server.consented if said is None else said
        return SwitchedServer(server, is_on=is_on, connect=self._connect, on_change=self._note_change)

    async def switch(self, server: str, *, on: bool) -> ServerStatus:
        """Let a server run from now on, or end it; that is remembered. Raises NotFound, WrongState."""
        provider = self._configured(server)
        if not isinstance(provider, SwitchedServer):
            raise WrongState(f"{server!r} is not switched on and off here: the servers file says whether it runs")
        provider.switch(on=on)
        if self._switches:
            await self._switches.say(server, on=on)
        return provider.status()

    def forget_results(self, server: str) -> None:
        """Use no result again that a server gave until now: what it reads has changed."""
        self._calls.forget_results(server)

    def _configured(self, server: str) -> ToolProvider:
        """Raises NotFound."""
        provider = self._providers.get(server)
        if provider is None or server not in {status.name for status in self.statuses()}:
            raise NotFound(f"there is no server {server!r}; GET /servers lists them")
        return provider

    def resources(self) -> Sequence[ListedResource]:
        """What can be read now, of all servers."""
        return [each for connection in self._connections.values() for each in self._calls.offer(connection).resources]

    async def _read_resource(self, server: str, uri: str, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        connection = self._connections.get(server)
        if connection is None:
            raise ToolFailed(f"there is no server {server!r}")
        if not connection.config.rules.offers(READ_RESOURCE):
            raise ToolFailed(f"the servers file does not let {READ_RESOURCE} be used with {server!r}")
        return await self._calls.call(
            connection, connection.reading, {"uri": uri}, timeout=timeout, on_progress=on_progress
        )

    def _connect(self, server: ServerConfig) -> Connection:
        def note_change() -> None:
            self._calls.note_change(self._providers[server.name])
            self._note_change()

        auth = self._sign_ins.auth_at(server) if self._sign_ins else None
        connection = Connection(
            server, clock=self._clock, open_within=self._open_within, on_change=note_change, auth=auth
        )
        self._connections[server.name] = connection
        return connection

    async def _leave_group(self) -> None:
        """Cancel what is left in the group; wait for it no longer than it may take."""
        # A group waits for its tasks without end, whatever is done to whoever waits: so another task does.
        leaving = self._group.__aexit__(asyncio.CancelledError, asyncio.CancelledError(), None)
        self._leaving = asyncio.create_task(leaving, name="end of the tools")  # noqa: TID251 - it may have to be left
        await asyncio.wait({self._leaving}, timeout=_CUTTING_OFF)
        if not self._leaving.done():
            hanging = [provider.name for provider, owner in self._owners if not owner.done()]
            for name in hanging or ["a tool's call"]:
                logger.warning("%s: does not end although it was cut off; it is left behind", name)
        elif not self._leaving.cancelled():
            self._leaving.result()

    def _close_all(self) -> None:
        for provider, owner in self._owners:
            provider.close(owner)

    def _note_change(self) -> None:
        self._catalog = None
        self._next_change.set()
        self._next_change = asyncio.Event()
