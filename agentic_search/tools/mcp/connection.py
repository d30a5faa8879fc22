"""One MCP server: its owner task opens a session, and another when that is lost; any task may call tools through it."""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import mcp_types
from mcp import Client, MCPError

from agentic_search.clock import Clock, time_limit
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ServerUnavailable, ToolFailed, ToolTimeout
from agentic_search.text.sentences import shortened
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.mcp.failures import call_failed, wait_asked_for
from agentic_search.tools.mcp.session import Session
from agentic_search.tools.mcp.waiting import Backoff
from agentic_search.tools.provider import Offer
from agentic_search.tools.results.content import read_answer

logger = logging.getLogger(__name__)

_STEADY = 60.0
"""Seconds that a session must have held for its loss to count as a first failure."""
_LONGEST_NOTE = 300
_DISABLED = "switched off in the servers file"

_Status = Literal["connecting", "ready", "unavailable", "disabled"]


@dataclass(frozen=True, slots=True)
class _ConnectionState:
    """An offer and a client only while the server is ready."""

    status: _Status
    error: str | None = None
    offer: Offer | None = None
    client: Client | None = None


class _ProgressRelay:
    """Passes progress on until it is closed.

    Over stdio mcp runs callbacks outside the caller's context, so that what a callback finds by contextvar would be
    missing; here it runs in a copy of the context that made the call.
    """

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress: OnProgress | None = on_progress
        self._context = contextvars.copy_context()

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        """mcp's form of callback."""
        if self._on_progress is not None:
            self._context.run(self._on_progress, progress, total, message or "")

    def close(self) -> None:
        """What comes from now on is too late."""
        self._on_progress = None


class Connection:
    """A server that is kept connected by its owner task, `run`."""

    def __init__(
        self, config: ServerConfig, *, clock: Clock, open_within: float, on_change: Callable[[], None]
    ) -> None:
        self.config = config
        self._clock = clock
        self._open_within = open_within
        self._on_change = on_change
        self._state = _ConnectionState("disabled", _DISABLED) if config.disabled else _ConnectionState("connecting")
        self._closing = False

    def __repr__(self) -> str:
        return f"<Connection {self.config.name}: {self._state.status}>"

    @property
    def offer(self) -> Offer:
        """What the server offers now; nothing unless it is ready."""
        return self._state.offer or Offer(self.config.name)

    @property
    def is_settled(self) -> bool:
        """Whether the first attempt to connect has ended, well or not."""
        return self._state.status != "connecting"

    @property
    def is_shareable(self) -> bool:
        """Unless the servers file says otherwise."""
        return self.config.cache is not None

    def status(self) -> ServerStatus:
        """The server as it is now."""
        return ServerStatus(
            name=self.config.name,
            status=self._state.status,
            transport=self.config.reach.transport,
            tools=len(self.offer.tools),
            error=self._state.error or self._why_empty(),
        )

    def _why_empty(self) -> str | None:
        """What a server that is ready says of tools that find nothing now, or of itself where it has no tools."""
        offer = self._state.offer
        if offer is None:
            return None
        if offer.tools:
            return next((shortened(tool.empty, _LONGEST_NOTE) for tool in offer.tools if tool.empty), None)
        if not offer.instructions:
            return None
        return f"it offers no tools now; it says of itself: {shortened(offer.instructions, _LONGEST_NOTE)}"

    @property
    def name(self) -> str:
        """As the servers file has it."""
        return self.config.name

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call a tool once, for at most `timeout` seconds; the server is told when the call is given up.

        Raises ServerUnavailable, RateLimited, ToolTimeout, ConnectionLost or ToolFailed.
        """
        answer = await self._answer(tool, arguments, timeout, on_progress)
        result = read_answer(answer, tool)
        if answer.is_error:
            raise ToolFailed(result.text or f"{tool.name} failed without saying why")
        return result

    async def _answer(
        self, tool: Tool, arguments: JsonObject, timeout: float, on_progress: OnProgress
    ) -> mcp_types.CallToolResult:
        if (client := self._state.client) is None:
            why = f": {self._state.error}" if self._state.error else ""
            raise ServerUnavailable(f"{self.config.name!r} is {self._state.status}{why}")
        relay = _ProgressRelay(on_progress)
        try:
            async with time_limit(timeout):
                return await client.call_tool(tool.remote_name, arguments, progress_callback=relay)
        except TimeoutError as error:
            raise ToolTimeout(f"{tool.name} took longer than {timeout:g} s") from error
        except (MCPError, RuntimeError, ValueError) as error:
            raise call_failed(tool.name, self.config.name, error) from error
        finally:
            relay.close()

    async def run(self) -> None:
        """Keep the server connected until closed; after each failure wait longer before the next attempt."""
        backoff = Backoff()
        try:
            while not (self._closing or self.config.disabled):
                began = self._clock.now()
                asked_for = await self._hold_one_session()
                if self._clock.now() - began > _STEADY:
                    backoff.reset()
                if not self._closing:
                    await self._clock.sleep(max(backoff.next(), asked_for))
        finally:
            if not self.config.disabled:
                self._become(_ConnectionState("unavailable", "the connection was closed"))

    def close(self, owner: asyncio.Task[None]) -> None:
        """End the owner task. Cancelling alone is not enough: anyio drops a cancellation while it unwinds an error."""
        self._closing = True
        owner.cancel()

    async def _hold_one_session(self) -> float:
        """Returns when it is over, with the seconds that the server asked to wait before the next."""
        session = Session(
            self.config,
            clock=self._clock,
            open_within=self._open_within,
            on_offer=self._take,
            on_end=self._lose,
        )
        try:
            await session.hold()
        except Exception as error:  # the supervisor of one server: its faults must not reach the others
            why = session.explain(error)
            logger.info("%s is unavailable: %s", self.config.name, why)
            logger.debug("%s: the whole error", self.config.name, exc_info=error)
            self._become(_ConnectionState("unavailable", why))
            return wait_asked_for(error) or 0.0
        return 0.0

    def _take(self, client: Client, offer: Offer) -> None:
        self._become(_ConnectionState("ready", offer=offer, client=client))

    def _lose(self, why: str) -> None:
        """The session is over, though it is still being closed: no more calls through it."""
        if self._state.status == "ready":
            self._become(_ConnectionState("unavailable", why))

    def _become(self, state: _ConnectionState) -> None:
        if state != self._state:
            self._state = state
            self._on_change()
