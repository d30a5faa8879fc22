"""Which requests of a session wait for their answers."""

from mcp.shared._stream_protocols import WriteStream
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse, RequestId

from agentic_search.tools.mcp.wire.messages import addressed
from agentic_search.tools.mcp.wire.stream import MessageStream

_CANCELLED = "notifications/cancelled"


class SentRequests:
    """Those of one session, by their ids."""

    def __init__(self) -> None:
        self._ids: set[RequestId] = set()

    def note_sent(self, item: SessionMessage) -> None:
        """A message goes to the server."""
        match item.message:
            case JSONRPCRequest(id=asked):
                self._ids.add(asked)
            case JSONRPCNotification(method=method, params={"requestId": int() | str() as left}) if (
                method == _CANCELLED
            ):
                self._ids.discard(left)
            case _:
                pass

    def addressed(self, item: SessionMessage | Exception) -> SessionMessage | Exception:
        """A message from the server; an error that does not say what it answers, with the id of what alone is open."""
        if not isinstance(item, SessionMessage) or not isinstance(item.message, JSONRPCResponse | JSONRPCError):
            return item
        only = next(iter(self._ids)) if len(self._ids) == 1 else None
        message = addressed(item.message, only)
        if isinstance(message, JSONRPCResponse | JSONRPCError) and message.id is not None:
            self._ids.discard(message.id)
        return item if message is item.message else SessionMessage(message, metadata=item.metadata)


class NotedWrites(MessageStream):
    """Messages to a server, the requests among them noted."""

    def __init__(self, inner: WriteStream[SessionMessage], requests: SentRequests) -> None:
        self._inner = inner
        self._requests = requests

    async def send(self, item: SessionMessage, /) -> None:
        """Pass it on."""
        self._requests.note_sent(item)
        await self._inner.send(item)

    async def aclose(self) -> None:
        """Send nothing more."""
        await self._inner.aclose()
