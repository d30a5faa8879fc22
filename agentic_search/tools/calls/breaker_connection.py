"""A server behind a circuit breaker: while its calls keep failing it offers nothing, and no call is sent."""

import asyncio
import logging
from collections.abc import Callable

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ConnectionLost, ServerUnavailable, ToolError, ToolTimeout
from agentic_search.tools.calls.breaker import Breaker
from agentic_search.tools.config.server_config import BreakerRules, ServerConfig
from agentic_search.tools.mcp.connection import Connection
from agentic_search.tools.mcp.offer import Offer
from agentic_search.tools.mcp.progress import OnProgress

logger = logging.getLogger(__name__)

_PATIENCE = 5.0
"""Seconds: that a call took longer than less than this may be the fault of whoever set the limit."""


class BreakerConnection:
    """A tools.member.Member: a Connection, and a Breaker that hears how its calls end.

    A failure is the server's where a call timed out, its connection broke or it could not be sent. An error that the
    server answers with is an answer, and so is that it asks for fewer calls. A new session is a fresh start.
    """

    def __init__(
        self,
        config: ServerConfig,
        rules: BreakerRules,
        *,
        clock: Clock,
        open_within: float,
        task_timeout: float,
        on_change: Callable[[], None],
    ) -> None:
        """`task_timeout`: seconds for a call where the server's entry does not say."""
        self.name = config.name
        self._clock = clock
        self._on_change = on_change
        self._connection = Connection(config, clock=clock, open_within=open_within, on_change=self._note_change)
        self._breaker = Breaker(rules)
        self.is_shareable = self._connection.is_shareable
        self._patience = min(_PATIENCE, config.timeout or task_timeout)
        self._resting = asyncio.Event()

    def __repr__(self) -> str:
        return f"<GuardedConnection {self._connection!r} {self._breaker!r}>"

    @property
    def offer(self) -> Offer:
        """What the server offers now; nothing while it rests."""
        return Offer(self.name) if self._rests else self._connection.offer

    @property
    def is_settled(self) -> bool:
        """Whether the first attempt to connect has ended, well or not."""
        return self._connection.is_settled

    def status(self) -> ServerStatus:
        """The server as it is now."""
        status = self._connection.status()
        if not (self._connection.is_ready and self._rests):
            return status
        why = self._breaker.refusal(self._clock.now())
        return status.model_copy(update={"status": "unavailable", "tools": 0, "error": why})

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call a tool once: see Member."""
        if not self._connection.is_ready:  # which is no matter for the breaker: the next session is a fresh start
            return await self._connection.call(tool, arguments, timeout=timeout, on_progress=on_progress)
        began = self._clock.now()
        if why := self._breaker.refusal(began):
            raise ServerUnavailable(f"{self.name!r} is unavailable: {why}")
        self._breaker.admit(began)
        try:
            result = await self._connection.call(tool, arguments, timeout=timeout, on_progress=on_progress)
        except ToolError as error:
            self.judge(error, began=began, limit=timeout)
            raise
        finally:
            self._breaker.left(began)
        self._note_answer()
        return result

    def judge(self, error: ToolError, *, began: float, limit: float) -> None:
        """What a failed call says about the server; it was given `limit` seconds. A call is judged once."""
        match error:
            case ToolTimeout() if limit < self._patience:
                return
            case ToolTimeout() | ConnectionLost() | ServerUnavailable():
                self._note_failure(error, began)
            case _:
                self._note_answer()

    async def run(self) -> None:
        """Own the connection until closed."""
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._emit_of_returns(), name=f"rests of {self.name}")
            try:
                await self._connection.run()
            finally:
                watching.cancel()

    def close(self, owner: asyncio.Task[None]) -> None:
        """End `run`."""
        self._connection.close(owner)

    @property
    def _rests(self) -> bool:
        return self._breaker.state(self._clock.now()) == "open"

    def _note_answer(self) -> None:
        rested = self._rests
        self._breaker.answered()
        if rested:
            self._on_change()

    def _note_failure(self, error: ToolError, began: float) -> None:
        rested = self._rests
        self._breaker.failed(began, self._clock.now(), str(error))
        if self._rests and not rested:
            logger.warning("%s is left alone: %s", self.name, self._breaker.refusal(self._clock.now()))
            self._resting.set()
            self._on_change()

    def _note_change(self) -> None:
        if not self._connection.is_ready:
            self._breaker.start_afresh(self._clock.now())
        self._on_change()

    async def _emit_of_returns(self) -> None:
        """Nothing else happens when a rest ends, and what is offered then is another thing."""
        while True:
            await self._resting.wait()
            self._resting.clear()
            while (seconds := self._breaker.rests_for(self._clock.now())) > 0:
                await self._clock.sleep(seconds)
            self._on_change()
