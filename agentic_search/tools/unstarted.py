"""A server that cannot be started as its entry stands: it has a fault, or asks the user for something first."""

import asyncio
from collections.abc import Callable, Mapping

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ServerUnavailable
from agentic_search.tools.config.inputs import with_inputs
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.provider import Offer, ToolProvider


class UnstartedServer:
    """Shows what is wrong or wanted; with the inputs given it becomes the server that it stands for."""

    def __init__(
        self,
        config: ServerConfig,
        *,
        connect: Callable[[ServerConfig], ToolProvider],
        on_change: Callable[[], None],
    ) -> None:
        """`connect` makes the server once its entry is complete."""
        self._config = config
        self._connect = connect
        self._on_change = on_change
        self._server: ToolProvider | None = None
        self._running: asyncio.Task[None] | None = None
        self._given = asyncio.Event()

    def __repr__(self) -> str:
        return f"<UnstartedServer {self.name}>"

    @property
    def name(self) -> str:
        """What plans call it."""
        return self._config.name

    @property
    def inputs(self) -> frozenset[str]:
        """The ids of what it asks for: nothing while a server that was given it connects or is ready."""
        if self._server and self._server.status().status != "unavailable":
            return frozenset()
        return frozenset(each.id for each in self._config.inputs)

    @property
    def offer(self) -> Offer:
        """Nothing until it is started."""
        return self._server.offer if self._server else Offer(self.name)

    @property
    def is_settled(self) -> bool:
        """It is not about to be ready, unless it was started."""
        return self._server.is_settled if self._server else True

    @property
    def is_shareable(self) -> bool:
        """As its entry says."""
        return self._config.cache is not None

    def status(self) -> ServerStatus:
        """What is wrong or wanted, or the started server's status."""
        if self._server:
            status = self._server.status()
            return status.model_copy(update={"inputs": self._config.inputs}) if self.inputs else status
        config = self._config
        status, error = _state(config)
        return ServerStatus(
            name=config.name,
            title=config.title,
            status=status,
            transport=config.reach.transport,
            error=error,
            warnings=config.warnings,
            inputs=config.inputs,
        )

    def give(self, values: Mapping[str, str]) -> None:
        """Start it with these values, kept in memory only; again with others where it could not start with those.

        Raises RequestError for a value that is missing or wrong.
        """
        self._server = self._connect(with_inputs(self._config, values))
        self._given.set()
        self._on_change()

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call a tool of the started server; raises ServerUnavailable before, else as it does."""
        if self._server is None:
            status = self.status()
            raise ServerUnavailable(f"{self.name!r} {status.state}: {status.error}")
        return await self._server.call(tool, arguments, timeout=timeout, on_progress=on_progress)

    async def run(self) -> None:
        """Wait for what it asks for, then run the server; another one when other values are given."""
        while self.inputs or self._server:
            await self._given.wait()
            self._given.clear()
            assert self._server is not None  # whoever gives makes it
            async with asyncio.TaskGroup() as group:
                server, self._running = self._server, group.create_task(self._server.run())
                await self._given.wait()
                server.close(self._running)

    def close(self, owner: asyncio.Task[None]) -> None:
        """End `run`."""
        if self._server and self._running:
            self._server.close(self._running)
        owner.cancel()


def _state(config: ServerConfig) -> tuple[str, str]:
    if config.disabled:
        return "disabled", config.problem
    if config.problem:
        return "unavailable", config.problem
    names = ", ".join(each.id for each in config.inputs)
    return "needs_input", f"it asks for {names}: give it on the page, or by POST /servers/{config.name}/inputs"
