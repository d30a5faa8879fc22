"""Watches how a server over stdio takes the first request, `server/discover`, which older servers do not know.

mcp's Client asks for the protocol by it, and falls back to `initialize` where it is refused; where nothing comes it
waits ten seconds. Here the silence is answered for the server sooner, and what became of the request is known after.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from mcp.shared.message import SessionMessage
from mcp_types import METHOD_NOT_FOUND, ErrorData, JSONRPCError, JSONRPCRequest, JSONRPCResponse, RequestId

from agentic_search.tools.mcp.stdio_streams import Incoming, Outgoing
from agentic_search.tools.mcp.wire.requests import SentRequests

DISCOVER = "server/discover"
PROBE_WITHIN = 3.0
"""Seconds for an answer to the first request; a server that is only slow answers what follows it all the same."""


class Probe:
    """What is known of one session's first request, and of whether anything was heard at all."""

    def __init__(self) -> None:
        self.requests = SentRequests()
        self.heard = False
        """The server has written a message: it runs, whatever else is the matter with it."""
        self._asked: RequestId | None = None
        self._answered = False
        self._is_over = False
        self._due: float | None = None
        self._limit: asyncio.Timeout | None = None

    @property
    def unanswered(self) -> bool:
        """It was sent, and no answer has come."""
        return self._asked is not None and not self._answered

    @property
    def failed(self) -> bool:
        """It was sent, and no protocol has been agreed on since."""
        return self._asked is not None and not self._is_over

    @property
    def is_pending(self) -> bool:
        """An answer may still be told from silence."""
        return not (self._answered or self._is_over)

    def note_sent(self, item: SessionMessage) -> None:
        """A message goes to the server."""
        self.requests.note_sent(item)
        message = item.message
        if isinstance(message, JSONRPCRequest) and message.method == DISCOVER:
            self._asked, self._answered = message.id, False
            self._due = asyncio.get_running_loop().time() + PROBE_WITHIN
            if self._limit is not None:
                self._limit.reschedule(self._due)
        elif not (isinstance(message, JSONRPCRequest) and message.method == "initialize"):
            self._is_over = True  # nothing else is sent before a protocol is agreed on

    def note_received(self, item: SessionMessage | Exception) -> None:
        """A message came from the server."""
        if isinstance(item, SessionMessage):
            self.heard = True
            message = item.message
            answers = isinstance(message, JSONRPCResponse | JSONRPCError)
            self._answered = self._answered or (answers and message.id == self._asked is not None)

    def limit(self) -> asyncio.Timeout:
        """How long to wait for the next message."""
        self._limit = asyncio.timeout_at(self._due)
        return self._limit

    def give_up(self) -> SessionMessage:
        """The server is silent: the answer that it owes."""
        self._due = None
        error = ErrorData(code=METHOD_NOT_FOUND, message=f"no answer to {DISCOVER} within {PROBE_WITHIN:g} s")
        return SessionMessage(JSONRPCError(jsonrpc="2.0", id=self._asked, error=error))

    def unlimited(self) -> None:
        """Nobody waits for a message just now."""
        self._limit = None


class ProbedIncoming(Incoming):
    """The server's messages, and after a while the answer that its silence means."""

    def __init__(
        self,
        name: str,
        stdout: asyncio.StreamReader,
        on_end: Callable[[str | None], None],
        on_garbage: Callable[[bytes], str],
        probe: Probe,
        *,
        longest: int,
    ) -> None:
        super().__init__(name, stdout, on_end, on_garbage, longest=longest)
        self._probe = probe

    async def receive(self) -> SessionMessage | Exception:
        """As Incoming, while the first request is open for a limited time."""
        if not self._probe.is_pending:
            return self._probe.requests.addressed(await super().receive())
        with suppress(TimeoutError):
            try:
                async with self._probe.limit():
                    item = await super().receive()
            finally:
                self._probe.unlimited()
            item = self._probe.requests.addressed(item)
            self._probe.note_received(item)
            return item
        return self._probe.give_up()


class ProbedOutgoing(Outgoing):
    """Messages to the server, the first request noted."""

    def __init__(self, stdin: asyncio.StreamWriter, probe: Probe, on_close: Callable[[], None]) -> None:
        super().__init__(stdin, on_close)
        self._probe = probe

    async def send(self, item: SessionMessage, /) -> None:
        """As Outgoing."""
        self._probe.note_sent(item)
        await super().send(item)
