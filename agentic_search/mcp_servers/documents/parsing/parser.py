"""Parses files in worker processes, so that one that hangs, crashes or eats memory costs nothing but itself."""

from agentic_search.mcp_servers.documents.files.folder import MOST_BYTES
from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.text.document_kinds import Kind
from agentic_search.workers.bounds import Bounds
from agentic_search.workers.ending import Ending, Raised, Returned
from agentic_search.workers.frames import Order, pack_order
from agentic_search.workers.pool import WorkerPool
from agentic_search.workers.worker import WorkerDied

TIMEOUT = 60.0
"""Seconds for one file; longer than a parser grants itself."""

BOUNDS = Bounds(memory=2 * 1024**3)

PROCESSES = 2
"""One for the indexing, one for somebody who waits for a page."""

IDLE_TIMEOUT = 10.0
"""Seconds that a process is kept without work: starting one takes some tenths of a second, keeping one 40 MB."""

WORK = "agentic_search.mcp_servers.documents.parsing.work"
"""Named, not imported: the parsers are loaded in the processes alone."""


class Parser:
    """Its processes start when there is something to parse; its owner must call `close` in the end."""

    def __init__(
        self, most_bytes: int = MOST_BYTES, *, timeout: float = TIMEOUT, idle_timeout: float = IDLE_TIMEOUT
    ) -> None:
        """`most_bytes`: of a file; seconds for one, and for which a process without work is kept."""
        self._most_bytes = most_bytes
        self._timeout = timeout
        self._workers = WorkerPool(PROCESSES, bounds=BOUNDS, idle_timeout=idle_timeout)

    @property
    def pids(self) -> frozenset[int]:
        """The processes that there are now."""
        return self._workers.pids

    async def parse(self, kind: Kind, data: bytes) -> Document:
        """Raises Unreadable, and OSError where no process can be started."""
        given = {"kind": kind, "data": data, "most_bytes": self._most_bytes}
        return Document.load(await self.perform(Order(WORK, "parse_file", given)))

    async def perform(self, work: Order) -> bytes:
        """What a function like `parse_file` returns. Raises Unreadable, and OSError where no process can be started."""
        order = pack_order(work)
        try:
            ending = await self._carry_out(order)
        except WorkerDied:
            ending = await self._once_more(order)
        match ending:
            case Returned(body):
                return body
            case Raised(why):
                raise Unreadable(why)

    async def close(self) -> None:
        """End the processes, whatever they are at."""
        await self._workers.close()

    async def _carry_out(self, order: bytes) -> Ending:
        try:
            return await self._workers.perform(order, timeout=self._timeout)
        except TimeoutError as error:
            raise Unreadable(f"its parser was stopped after {self._timeout:g} s") from error

    async def _once_more(self, order: bytes) -> Ending:
        """A process may have been ended from outside; a file that ends two is to blame."""
        try:
            return await self._carry_out(order)
        except WorkerDied as error:
            raise Unreadable("its parser crashed") from error
