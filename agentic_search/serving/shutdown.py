"""How the service ends: its runs first, so that whoever follows one is told; then the connections; by force in the end.

Left to themselves, uvicorn closes the connections before the service hears that it is to end, and sse-starlette the
streams at some moment of the half second after the signal.
"""

import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from threading import Timer
from types import FrameType

import uvicorn
from sse_starlette.sse import AppStatus

from agentic_search.runs.service import Service
from agentic_search.serving.memory import MemoryReturn

HARD_END = 5.0
"""Seconds after the first signal, whatever a run, a connection or a server's process does."""
_TICKS_OF_MEMORY = 50
"""Tenths of a second between looks at what memory may be given back."""

logger = logging.getLogger(__name__)


class RunsEndFirst(uvicorn.Server):
    """Ends the runs before the connections."""

    _forced: Timer | None = None

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        AppStatus.disable_automatic_graceful_drain()
        self._memory = MemoryReturn()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; from the first signal the time runs."""
        if self._forced is None:
            self._forced = Timer(HARD_END, _end_by_force)
            self._forced.daemon = True
            self._forced.start()
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """uvicorn, ten times a second: whether to end."""
        if counter % _TICKS_OF_MEMORY == 0:
            self._memory.give_back()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Have every run emit its last event, then close."""
        service: Service | None = self.lifespan.state.get("service")
        if service is not None:
            await service.searches.end()
        AppStatus.should_exit = True
        await super().shutdown(sockets)


def _end_by_force() -> None:
    logger.error("something did not end within %g s: the service ends by force", HARD_END)
    for pid in _children():
        with suppress(OSError):
            os.killpg(pid, signal.SIGKILL)  # each is the first of a session of its own
    os._exit(1)


def _children() -> list[int]:
    """The processes that this one has started, as far as the system says."""
    if sys.platform != "linux":  # elsewhere they see their stdin end
        return []
    told = (task / "children" for task in Path("/proc/self/task").iterdir())
    return [int(pid) for path in told for pid in path.read_text().split()]
