"""A server of the pool that is not connected at once: what it is until then, and the server that takes its place."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ServerUnavailable
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.provider import Offer, ToolProvider


class UnconnectedServer(ABC):
    """A ToolProvider that another one may take the place of, and leave it again."""

    def __init__(
        self,
        config: ServerConfig,
        *,
        connect: Callable[[ServerConfig], ToolProvider],
        on_change: Callable[[], None],
    ) -> None:
        """`connect` makes the server that takes its place."""
        self._config = config
        self._connect = connect
        self._on_change = on_change
        self._server: ToolProvider | None = None
        self._running: asyncio.Task[None] | None = None
        self._replaced = asyncio.Event()

    @property
    def name(self) -> str:
        """What plans call it."""
        return self._config.name

    @property
    def offer(self) -> Offer:
        """The server's; nothing without one."""
        return self._server.offer if self._server else Offer(self.name)

    @property
    def is_settled(self) -> bool:
        """Whether the server's first attempt to connect has ended; without one it is not about to be ready."""
        return self._server.is_settled if self._server else True

    @property
    def is_shareable(self) -> bool:
        """As its entry says."""
        return self._config.cache is not None

    @abstractmethod
    def status(self) -> ServerStatus:
        """The server's, or why there is none."""

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call a tool of the server; raises ServerUnavailable without one, else as it does."""
        if self._server is None:
            status = self.status()
            raise ServerUnavailable(f"{self.name!r} {status.state}: {status.error}")
        return await self._server.call(tool, arguments, timeout=timeout, on_progress=on_progress)

    def _replace(self, server: ToolProvider | None) -> None:
        self._server = server
        self._replaced.set()
        self._on_change()

    async def run(self) -> None:
        """Run the server that there is, until it is replaced."""
        while True:
            self._replaced.clear()
            server = self._server
            async with asyncio.TaskGroup() as group:
                self._running = group.create_task(server.run()) if server else None
                await self._replaced.wait()
                if server and self._running:
                    server.close(self._running)

    def close(self, owner: asyncio.Task[None]) -> None:
        """End `run`."""
        if self._server and self._running:
            self._server.close(self._running)
        owner.cancel()
