"""One server: its owner task opens a session, and another when that is lost; calls from any task flow through it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import mcp_types
from mcp import Client, MCPError

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ServerUnavailable, ToolFailed, ToolTimeout
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.mcp.backoff import Backoff
from agentic_search.tools.mcp.failures import call_failed, wait_asked_for
from agentic_search.tools.mcp.offer import Offer
from agentic_search.tools.mcp.progress import OnProgress, ProgressRelay
from agentic_search.tools.mcp.session import Session
from agentic_search.tools.results.content import read_answer

logger = logging.getLogger(__name__)

_STEADY = 60.0
"""Seconds that a session must have held for its loss to count as a first failure."""
_DISABLED = "switched off in the servers file"

State = Literal["connecting", "ready", "unavailable", "disabled"]


@dataclass(frozen=True, slots=True)
class _Now:
    """How it stands with the server; an offer and a client only while it is ready."""

    state: State
    error: str | None = None
    offer: Offer | None = None
    client: Client | None = None


class Connection:
    """A server that is kept connected by its owner task, `run`."""

    def __init__(
        self, config: ServerConfig, *, clock: Clock, open_within: float, on_change: Callable[[], None]
    ) -> None:
        self.config = config
        self._clock = clock
        self._open_within = open_within
        self._on_change = on_change
        self._now = _Now("disabled", _DISABLED) if config.disabled else _Now("connecting")
        self._closing = False

    def __repr__(self) -> str:
        return f"<Connection {self.config.name}: {self._now.state}>"

    @property
    def offer(self) -> Offer:
        """What the server offers now; nothing unless it is ready."""
        return self._now.offer or Offer(self.config.name)

    @property
    def is_settled(self) -> bool:
        """Whether the first attempt to connect has ended, well or not."""
        return self._now.state != "connecting"

    @property
    def is_shareable(self) -> bool:
        """Unless the servers file says otherwise."""
        return self.config.cache is not None

    @property
    def is_ready(self) -> bool:
        """Whether a call would be sent."""
        return self._now.client is not None

    def status(self) -> ServerStatus:
        """The server as it is now."""
        return ServerStatus(
            name=self.config.name,
            status=self._now.state,
            transport=self.config.reach.transport,
            tools=len(self.offer.tools),
            error=self._now.error,
        )

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
        if (client := self._now.client) is None:
            why = f": {self._now.error}" if self._now.error else ""
            raise ServerUnavailable(f"{self.config.name!r} is {self._now.state}{why}")
        relay = ProgressRelay(on_progress)
        try:
            async with asyncio.timeout(timeout):
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
                self._become(_Now("unavailable", "the connection was closed"))

    def close(self, owner: asyncio.Task[None]) -> None:
        """End the owner task. Cancelling alone is not enough: anyio drops a cancellation while it unwinds an error."""
        self._closing = True
        owner.cancel()

    async def _hold_one_session(self) -> float:
        """Returns when it is over, with the seconds that the server asked to be left alone for."""
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
            self._become(_Now("unavailable", why))
            return wait_asked_for(error) or 0.0
        return 0.0

    def _take(self, client: Client, offer: Offer) -> None:
        self._become(_Now("ready", offer=offer, client=client))

    def _lose(self, why: str) -> None:
        """The session is over, though its context is still being left: no more calls through it."""
        if self._now.state == "ready":
            self._become(_Now("unavailable", why))

    def _become(self, now: _Now) -> None:
        if now != self._now:
            self._now = now
            self._on_change()
