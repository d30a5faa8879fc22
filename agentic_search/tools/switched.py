"""A server that runs only while the user lets it, for what it does leaves the machine; and what the user said of it."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from agentic_search.domain.tool import ServerStatus
from agentic_search.files import write_whole
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.provider import ToolProvider
from agentic_search.tools.unconnected import UnconnectedServer

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


class SwitchedServer(UnconnectedServer):
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
        super().__init__(config, connect=connect, on_change=on_change)
        self._server = connect(config) if is_on else None

    def __repr__(self) -> str:
        return f"<SwitchedServer {self.name}: {'on' if self._server else 'off'}>"

    def status(self) -> ServerStatus:
        """The server's own while it is on; else that it is off, and how to switch it on."""
        config = self._config
        if self._server:
            return self._server.status().model_copy(update={"consent": config.consent})
        how = f"on the page or by POST /servers/{config.name}/switch"
        return ServerStatus(
            name=config.name,
            title=config.title,
            status="disabled",
            transport=config.reach.transport,
            error=f"it is off until you allow it, {how}. {config.consent}",
            warnings=config.warnings,
            consent=config.consent,
        )

    def switch(self, *, on: bool) -> None:
        """Take effect at once."""
        if on != bool(self._server):
            self._replace(self._connect(self._config) if on else None)


def _read(file: Path) -> dict[str, bool]:
    try:
        with file.open("rb") as opened:
            return _WORDS.validate_json(opened.read(LARGEST_FILE), strict=True)
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as problem:
        logger.warning("%s cannot be read, so what was said of servers there does not hold: %s", file, problem)
        return {}
