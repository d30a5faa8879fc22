"""Exchanges with any number of servers: a request flows out over a kept or a new connection, its answer flows in."""

import asyncio
import ssl
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from agentic_search.http1.connecting import Origin, connect
from agentic_search.http1.connection import Connection, Head

KEPT = 100
"""Connections to one server that are kept while nothing uses them."""
IDLE = 5.0
"""Seconds that an unused connection is trusted: the server may close it at any moment, also at the next request."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait; none: for ever."""

    connect: float | None = None
    silence: float | None = None
    """Between two pieces of an answer, and before the first."""


class Exchange:
    """An answer on its way. Whoever has it closes it."""

    def __init__(self, connection: Connection, head: Head, silence: float | None, done: Callable[[], None]) -> None:
        """`done` is called once, when nobody reads on."""
        self.head = head
        self._connection = connection
        self._silence = silence
        self._done: Callable[[], None] | None = done

    def __repr__(self) -> str:
        return f"<Exchange {self.head.status} on {self._connection!r}>"

    async def piece(self) -> bytes:
        """All of the body that has arrived meanwhile; empty at the end. Raises BrokenOff or Silent."""
        return await self._connection.piece(self._silence)

    def close(self) -> None:
        """Read no more: a connection whose answer is whole is kept, any other is closed."""
        done, self._done = self._done, None
        if done is not None:
            done()


class Pool:
    """As many connections as there are exchanges at a time, up to a limit; used from one event loop."""

    def __init__(self, tls: Callable[[], ssl.SSLContext], *, most: int, idle: float = IDLE) -> None:
        """Exchanges beyond `most` wait for one to end; a connection is kept for `idle` seconds.

        `tls` is asked once, for the first secure connection: reading the certificates takes a while.
        """
        self._make_tls = tls
        self._idle_for = idle
        self._room = asyncio.Semaphore(most)
        self._busy: set[Connection] = set()
        self._idle: defaultdict[Origin, deque[tuple[float, Connection]]] = defaultdict(deque)

    def __repr__(self) -> str:
        return f"<Pool {len(self._busy)} busy, {sum(map(len, self._idle.values()))} idle>"

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._make_tls()

    async def exchange(self, origin: Origin, request: bytes, patience: Patience) -> Exchange:
        """Send a whole request; gives the answer as soon as its head is there.

        Raises CannotConnect, BrokenOff or Silent.
        """
        await self._room.acquire()
        connection: Connection | None = None
        try:
            connection = self._trusted(origin) or await self._connect(origin, patience.connect)
            self._busy.add(connection)
            connection.send(request)
            head = await connection.head(patience.silence)
        except BaseException:
            self._drop(connection)
            raise
        return Exchange(connection, head, patience.silence, lambda: self._give_back(origin, connection))

    async def close(self) -> None:
        """Close every connection, also of exchanges under way."""
        connections = [*self._busy, *(connection for kept in self._idle.values() for _, connection in kept)]
        self._idle.clear()
        for connection in connections:
            connection.close()
        for connection in connections:
            await connection.closed()

    async def _connect(self, origin: Origin, patience: float | None) -> Connection:
        return await connect(origin, self._tls if origin.secure else None, patience)

    def _trusted(self, origin: Origin) -> Connection | None:
        """The connection used last, unless its server has closed it or may be about to."""
        kept = self._fresh(origin)
        while kept:
            _, connection = kept.pop()
            if connection.reusable and not connection.left:
                return connection
            connection.close()
        return None

    def _fresh(self, origin: Origin) -> deque[tuple[float, Connection]]:
        """The kept connections, when each was used last, and the one used last at the end; the others are closed."""
        kept, now = self._idle[origin], asyncio.get_running_loop().time()
        while kept and now - kept[0][0] >= self._idle_for:
            kept.popleft()[1].close()
        return kept

    def _give_back(self, origin: Origin, connection: Connection) -> None:
        kept = self._fresh(origin)
        if not connection.reusable or len(kept) >= KEPT:
            self._drop(connection)
            return
        self._busy.discard(connection)
        self._room.release()
        kept.append((asyncio.get_running_loop().time(), connection))

    def _drop(self, connection: Connection | None) -> None:
        self._room.release()
        if connection is not None:
            self._busy.discard(connection)
            connection.close()
