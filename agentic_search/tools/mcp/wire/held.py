"""Large messages on their way through mcp's HTTP transports, which read all they are given on the event loop.

Such a message is read in a thread and held here. mcp reads a small one in its stead, for which it is exchanged later.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast
from uuid import uuid4

from mcp.client import Transport
from mcp.client._transport import TransportStreams
from mcp.shared._stream_protocols import ReadStream
from mcp.shared.message import SessionMessage
from mcp_types import ErrorData, JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from agentic_search.tools.mcp.wire.requests import NotedWrites, SentRequests
from agentic_search.tools.mcp.wire.stream import ChangedMessages

_LONGEST = 60.0
"""Seconds until one that nobody has taken is dropped: whoever waited for it has left."""


class HeldMessages:
    """Those of one connection."""

    def __init__(self) -> None:
        self._messages: dict[str, JSONRPCMessage] = {}

    def hold(self, message: JSONRPCMessage) -> JSONRPCMessage:
        """Keep a message for a while; gives the small one that stands for it."""
        name = uuid4().hex  # no server can guess it
        self._messages[name] = message
        asyncio.get_running_loop().call_later(_LONGEST, self._messages.pop, name, None)
        stand_in = {"_meta": {"agentic-search/held": name}}
        match message:
            case JSONRPCResponse():
                return message.model_copy(update={"result": stand_in})
            case JSONRPCError(error=error):
                return message.model_copy(update={"error": ErrorData(code=error.code, message="", data=stand_in)})
            case JSONRPCRequest() | JSONRPCNotification():
                return message.model_copy(update={"params": stand_in})

    def exchanged(self, item: SessionMessage | Exception) -> SessionMessage | Exception:
        """The held message in the place of the one that stands for it; any other item as it is."""
        if not self._messages or not isinstance(item, SessionMessage):
            return item
        message = item.message
        held = self._messages.pop(_name_in(message), None)
        if held is None:
            return item
        if isinstance(message, JSONRPCResponse | JSONRPCError):
            held = held.model_copy(update={"id": message.id})  # mcp may have put the request's own id there
        return SessionMessage(held, metadata=item.metadata)


def _name_in(message: JSONRPCMessage) -> str:
    match message:
        case JSONRPCResponse(result=body):
            pass
        case JSONRPCError(error=ErrorData(data=body)):
            pass
        case JSONRPCRequest(params=body) | JSONRPCNotification(params=body):
            pass
    match cast(object, body):
        case {"_meta": {"agentic-search/held": str(name)}}:
            return name
        case _:
            return ""


@asynccontextmanager
async def exchanging(inner: Transport, held: HeldMessages) -> AsyncGenerator[TransportStreams, None]:
    """A transport whose held messages take their places again, and whose errors say what they answer."""
    requests = SentRequests()
    async with inner as (read, write):
        yield _Exchanging(read, held, requests), NotedWrites(write, requests)


class _Exchanging(ChangedMessages):
    def __init__(
        self, inner: ReadStream[SessionMessage | Exception], held: HeldMessages, requests: SentRequests
    ) -> None:
        super().__init__(inner)
        self._held = held
        self._requests = requests

    async def receive(self) -> SessionMessage | Exception:
        """The next message; raises EndOfStream after the last."""
        return self._requests.addressed(self._held.exchanged(await self._inner.receive()))
