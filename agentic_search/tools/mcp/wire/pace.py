"""Holds back a server that sends messages nobody asked for faster than they are worth reading.

Each of them costs the service a fraction of a millisecond on its event loop. What is not read stays in the pipe or the
connection, so that the server itself has to wait.
"""

import anyio

_AT_ONCE = 50
_SECONDS = 0.05
"""For so many: 1,000 a second."""


class Pace:
    """Of one stream of messages."""

    def __init__(self) -> None:
        self._count = 0
        self._began = 0.0

    def count(self) -> None:
        """One more message was read."""
        if self._count == 0:
            self._began = anyio.current_time()
        self._count += 1

    async def keep(self) -> None:
        """Wait where there were too many."""
        if self._count >= _AT_ONCE:
            self._count = 0
            await anyio.sleep(max(0.0, self._began + _SECONDS - anyio.current_time()))
