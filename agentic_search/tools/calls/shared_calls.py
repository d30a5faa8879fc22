"""Calls of tools that only read flow in; each is made once for all who ask, at the same time or soon after."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import ToolResult
from agentic_search.domain.tool import Tool
from agentic_search.errors import ToolTimeout
from agentic_search.tools.calls.cache import CacheLimits, CallKey, ResultCache
from agentic_search.tools.calls.single_flight import SingleFlight
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.mcp.progress import OnProgress
from agentic_search.tools.provider import ToolProvider

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_A_DAY = 86_400.0
"""Seconds for a call that several may wait for: each has a time limit of its own, the call itself needs none."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A call whose beginner would wait no longer."""

    server: str
    began: float
    """On the clock."""
    limit: float
    """Seconds that it was given."""
    error: ToolTimeout


class SharedCalls:
    """Joins calls that are under way and remembers results, of members that allow it."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        servers: Sequence[ServerConfig],
        *,
        limits: CacheLimits,
        clock: Clock,
        on_give_up: Callable[[GivenUp], None],
    ) -> None:
        """`group` holds the calls under way."""
        self._under_way: SingleFlight[CallKey] = SingleFlight(group)
        self._cache = ResultCache(limits, servers, clock=clock)
        self._clock = clock
        self._on_give_up = on_give_up
        self._closed = False

    def __repr__(self) -> str:
        return f"<SharedCalls: {self._under_way!r}>"

    def covers(self, provider: ToolProvider, tool: Tool) -> bool:
        """Whether calls of the tool may be shared; never where a call could change something."""
        return tool.read_only and provider.is_shareable and not self._closed

    async def call(
        self, provider: ToolProvider, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress
    ) -> ToolResult:
        """As `member.call`; the result is marked as cached where this caller did not start the call.

        `timeout`, in seconds from now, and cancellation are this caller's alone: others who wait go on waiting.
        """
        key = CallKey(tool.server, tool.remote_name, _CANONICAL.encode(arguments))
        if (kept := self._cache.get(key)) is not None:
            return _as_cached(kept)
        began, is_mine = self._clock.now(), False

        async def make(emit: OnProgress) -> ToolResult:
            nonlocal is_mine
            is_mine = True
            result = await provider.call(tool, arguments, timeout=_A_DAY, on_progress=emit)
            self._cache.put(key, result)
            return result

        try:
            async with asyncio.timeout(timeout):
                result, joined = await self._under_way.join(key, make, on_progress)
        except TimeoutError as error:
            late = ToolTimeout(f"{tool.name} took longer than {timeout:g} s")
            if is_mine:
                self._on_give_up(GivenUp(tool.server, began, timeout, late))
            raise late from error
        return _as_cached(result) if joined else result

    def close(self) -> None:
        """Break off what is under way; what is called from now on is not shared."""
        self._closed = True
        self._under_way.close()


def _as_cached(result: ToolResult) -> ToolResult:
    return result.model_copy(update={"cached": True})
