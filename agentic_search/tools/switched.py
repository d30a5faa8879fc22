"""A server that runs only while the user lets it, for what it does leaves the machine; and what the user said of it."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ServerUnavailable
from agentic_search.files import write_whole
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.provider import Offer, ToolProvider

logger = logging.getLogger(__name__)

LARGEST_FILE = 64 * 1024
"""Bytes that are read of the file."""
_WORDS: TypeAdapter[dict[str, bool]] = TypeAdapter(dict[str, bool])


class ServerSwitches:
    """What the user said of servers by name, kept in a file of the data folder, which is always whole."""

    def __init__(self, file: Path) -> None:
        """Reads the file, if there is one; what cannot be read is as if nothing had been said."""
        self._file = file
        self._words = _read(file)
        self._writing = asyncio.Lock()

    def said(self, server: str) -> bool | None:
        """Whether the server may run; none where the user said nothing."""
        return self._words.get(server)

    async def say(self, server: str, *, on: bool) -> None:
        """Remember; where the file cannot be written it holds until the service ends, and the log says so."""
        async with self._writing:
            self._words[server] = on
            try:
                await asyncio.to_thread(write_whole, self._file, _WORDS.dump_json(self._words))
            except OSError as problem:
                logger.warning(
                    "that %s is switched %s is forgotten when the service ends: %s cannot be written: %s",
                    server,
                    "on" if on else "off",
                    self._file,
                    problem,
                )


class SwitchedServer:
    """Connected while it is on; switching it off ends its process and the calls under way."""

    def __init__(
        self,
        config: ServerConfig,
        *,
        is_on: bool,
        connect: Callable[[ServerConfig], ToolProvider],
        on_change: Callable[[], None],
    ) -> None:
        """`connect` makes the server each time that it is switched on."""
        self._config = config
        self._is_on = is_on
        self._connect = connect
        self._on_change = on_change
        self._server: ToolProvider | None = None
        self._flipped = asyncio.Event()
        self._closing = False

    def __repr__(self) -> str:
        return f"<SwitchedServer {self.name}: {'on' if self._is_on else 'off'}>"

    @property
    def name(self) -> str:
        """What plans call it."""
        return self._config.name

    @property
    def offer(self) -> Offer:
        """Nothing while it is off."""
        return self._server.offer if self._server and self._is_on else Offer(self.name)

    @property
    def is_settled(self) -> bool:
        """It is off, or the server's first attempt to connect has ended."""
        return self._server.is_settled if self._server and self._is_on else not self._is_on

    @property
    def is_shareable(self) -> bool:
        """As its entry says."""
        return self._config.cache is not None

    def status(self) -> ServerStatus:
        """The server's own while it is on; else that it is off, and how to switch it on."""
        config = self._config
        if self._server and self._is_on:
            return self._server.status().model_copy(update={"consent": config.consent})
        how = f"on the page or by POST /servers/{config.name}/switch"
        return ServerStatus(
            name=config.name,
            title=config.title,
            status="connecting" if self._is_on else "disabled",
            transport=config.reach.transport,
            error=None if self._is_on else f"it is off until you allow it, {how}. {config.consent}",
            warnings=config.warnings,
            consent=config.consent,
        )

    def switch(self, *, on: bool) -> None:
        """Take effect at once."""
        self._is_on = on
        self._flipped.set()
        self._on_change()

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Call a tool of the server; raises ServerUnavailable while it is off, else as the server does."""
        if self._server is None or not self._is_on:
            status = self.status()
            raise ServerUnavailable(f"{self.name!r} {status.state}: {status.error or 'it has just been switched on'}")
        return await self._server.call(tool, arguments, timeout=timeout, on_progress=on_progress)

    async def run(self) -> None:
        """Run the server whenever it is on."""
        while await self._stays(on=False):
            self._server = self._connect(self._config)
            async with asyncio.TaskGroup() as group:
                running = group.create_task(self._server.run())
                await self._stays(on=True)
                self._server.close(running)
            self._server = None

    def close(self, owner: asyncio.Task[None]) -> None:
        """End `run`; asked once more, by cutting it off."""
        if self._closing:  # not before: cancelling a connection again while it ends can make anyio spin for ever
            owner.cancel()
        self._closing = True
        self._flipped.set()

    async def _stays(self, *, on: bool) -> bool:
        """Return when it is no longer as it was, or shall end; whether it goes on then."""
        while self._is_on == on and not self._closing:
            self._flipped.clear()
            await self._flipped.wait()
        return not self._closing


def _read(file: Path) -> dict[str, bool]:
    try:
        with file.open("rb") as opened:
            return _WORDS.validate_json(opened.read(LARGEST_FILE), strict=True)
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as problem:
        logger.warning("%s cannot be read, so what was said of servers there does not hold: %s", file, problem)
        return {}
