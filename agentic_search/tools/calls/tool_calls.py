"""How tools are called: by a kept result, an equal call under way, or a new call where the server's breaker allows it.

The one place that sees how every call ends, also one that was given up while it went on, and tells the breaker.
"""

import asyncio
import json
from collections.abc import Iterable, Sequence

from agentic_search.clock import Clock, limits_of_call, time_limit
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import RateLimited, ToolFailed, ToolTimeout
from agentic_search.metrics.tallies import Sums
from agentic_search.tools.calls.cache import CacheLimits, CallKey, ResultCache
from agentic_search.tools.calls.durations import Durations
from agentic_search.tools.calls.server_breaker import OnChange, ServerBreaker
from agentic_search.tools.calls.shared_servers import SharedServers
from agentic_search.tools.calls.single_flight import SingleFlight
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.provider import Offer, ToolProvider

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_A_DAY = 86_400.0
"""Seconds for a call that several may wait for: each has a time limit of its own, the call itself needs none."""


class ToolCalls:
    """Calls of every provider's tools, and what of a provider can be used in the eyes of its breaker."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        servers: Sequence[ServerConfig],
        *,
        clock: Clock,
        cache: CacheLimits,
        task_timeout: float,
        on_change: OnChange,
        shared: SharedServers | None = None,
    ) -> None:
        """`group` holds the shared calls under way. `task_timeout`: seconds where a server's entry does not say.

        `shared`: where other services call the same servers.
        """
        self.lookups = Sums()
        """Calls that a kept result, or an equal call under way, might serve: whether it did."""
        self._shared = shared
        self._group = group
        self._clock = clock
        self._under_way: SingleFlight[CallKey] = SingleFlight(group)
        self._cache = ResultCache(cache, servers, clock=clock)
        self._durations = Durations()
        self._breakers = {
            server.name: ServerBreaker(
                server.name,
                server.breaker,
                clock=clock,
                usual_limit=server.timeout or task_timeout,
                on_change=on_change,
            )
            for server in servers
            if server.breaker is not None
        }
        if shared is not None:
            for server in servers:
                if breaker := self._breakers.get(server.name):
                    shared.share(server, breaker)
        self._breaker_tasks: list[asyncio.Task[None]] = []
        self._closed = False

    def __repr__(self) -> str:
        return f"<ToolCalls: {self._under_way!r}>"

    def start(self) -> None:
        """Let breakers report when they are half open; needs the group to be entered."""
        self._breaker_tasks = [
            self._group.create_task(breaker.run(), name=f"breaker of {name}")
            for name, breaker in self._breakers.items()
        ]

    def close(self) -> None:
        """Break off what is under way; what is called from now on is not shared."""
        self._closed = True
        self._under_way.close()
        for task in self._breaker_tasks:
            task.cancel()

    def offer(self, provider: ToolProvider) -> Offer:
        """What can be called of a provider's offer now: nothing while its breaker is open."""
        return Offer(provider.name) if self._open_breaker(provider) else provider.offer

    def status(self, provider: ToolProvider) -> ServerStatus:
        """A provider's status, or that it is unavailable while its breaker is open."""
        status = provider.status()
        if status.status == "ready" and (breaker := self._open_breaker(provider)):
            return status.model_copy(update={"status": "unavailable", "tools": 0, "error": breaker.refusal()})
        return status

    def forget_results(self, server: str) -> None:
        """Use no result again that a server gave until now."""
        self._cache.forget(server)

    def timed(self, tools: Iterable[Tool]) -> tuple[Tool, ...]:
        """The tools with how long their calls have usually taken; the same objects until that changes."""
        return self._durations.fill_in(tools)

    def note_change(self, provider: ToolProvider) -> None:
        """A provider's status or offer changed. What is known of a lost connection says nothing about the next."""
        if (breaker := self._breakers.get(provider.name)) and not _is_ready(provider):
            breaker.start_afresh()

    async def call(
        self,
        provider: ToolProvider,
        tool: Tool,
        arguments: JsonObject,
        *,
        timeout: float,
        on_progress: OnProgress,
        anew: bool = False,
    ) -> ToolResult:
        """As `ToolProvider.call`; the result is marked as cached where this caller did not start the call.

        `timeout`, in seconds from now, and cancellation are this caller's alone: others who wait go on waiting.
        `anew`: no result that is kept is used.
        """
        began = self._clock.now()
        if tool.read_only and provider.is_shareable and not self._closed:
            key = CallKey(tool.server, tool.remote_name, _CANONICAL.encode(tool.whole_arguments(arguments)))
            kept = None if anew else self._kept(key)
            result = kept or await self._call_once(key, provider, tool, arguments, timeout, on_progress)
        else:
            result = await self._make(provider, tool, arguments, timeout, on_progress)
        limits = limits_of_call.get()
        if not result.cached and not (limits and limits.were_paused):  # how long people think says nothing of the tool
            self._durations.note(tool, self._clock.now() - began)
        return result

    def _kept(self, key: CallKey) -> ToolResult | None:
        """What an earlier call gave."""
        if (kept := self._cache.get(key)) is None:
            return None
        self.lookups.add("hit")
        return _as_cached(kept)

    async def _call_once(
        self,
        key: CallKey,
        provider: ToolProvider,
        tool: Tool,
        arguments: JsonObject,
        timeout: float,
        on_progress: OnProgress,
    ) -> ToolResult:
        began, is_mine = self._clock.now(), False

        async def make(emit: OnProgress) -> ToolResult:
            nonlocal is_mine
            is_mine = True
            self.lookups.add("miss")
            result = await self._make(provider, tool, arguments, _A_DAY, emit)
            if not result.passing:
                self._cache.put(key, result)
            return result

        try:
            async with time_limit(timeout):
                result, joined = await self._under_way.join(key, make, on_progress)
        except TimeoutError as error:
            state = provider.status()
            if state.status != "ready":  # it waited for the server to be back: that says nothing about its calls
                why = f": {state.error}" if state.error else ""
                late = f"{tool.name} took longer than {timeout:g} s: {tool.server!r} is {state.status}{why}"
                raise ToolTimeout(late) from error
            late = ToolTimeout(f"{tool.name} took longer than {timeout:g} s")
            if is_mine and (breaker := self._breakers.get(provider.name)):
                breaker.judge(late, began=began, limit=timeout)
            raise late from error
        except ToolFailed as error:
            if is_mine or not error.personal:
                raise
            return await self._make(provider, tool, arguments, timeout, on_progress)
        if joined:
            self.lookups.add("joined")
        if joined and result.personal:
            return await self._make(provider, tool, arguments, timeout, on_progress)
        return _as_cached(result) if joined else result

    async def _make(
        self, provider: ToolProvider, tool: Tool, arguments: JsonObject, timeout: float, on_progress: OnProgress
    ) -> ToolResult:
        if self._shared is None:
            return await self._send(provider, tool, arguments, timeout, on_progress)
        await self._shared.turn(provider.name)
        try:
            async with self._shared.trial(provider.name) as may_try:
                if not may_try:
                    raise self._breakers[provider.name].tried_elsewhere()
                return await self._send(provider, tool, arguments, timeout, on_progress)
        except RateLimited as error:
            await self._shared.pause(provider.name, error.retry_after or 0.0)
            raise

    async def _send(
        self, provider: ToolProvider, tool: Tool, arguments: JsonObject, timeout: float, on_progress: OnProgress
    ) -> ToolResult:
        breaker = self._breakers.get(provider.name)
        if breaker is None or not _is_ready(provider):  # the next connection is a fresh start
            return await provider.call(tool, arguments, timeout=timeout, on_progress=on_progress)
        with breaker.watch(timeout):
            return await provider.call(tool, arguments, timeout=timeout, on_progress=on_progress)

    def _open_breaker(self, provider: ToolProvider) -> ServerBreaker | None:
        breaker = self._breakers.get(provider.name)
        return breaker if breaker is not None and breaker.is_open else None


def _is_ready(provider: ToolProvider) -> bool:
    return provider.status().status == "ready"


def _as_cached(result: ToolResult) -> ToolResult:
    return result.model_copy(update={"cached": True})
