"""What mcp asks of every stream of messages."""

import contextvars
from types import TracebackType
from typing import Self

import anyio
from mcp.shared._stream_protocols import ReadStream
from mcp.shared.message import SessionMessage


class MessageStream:
    """Closed when its block is left."""

    async def aclose(self) -> None:
        """Done with it."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.aclose()


class IncomingMessages(MessageStream):
    """Messages one after another, until EndOfStream."""

    async def receive(self) -> SessionMessage | Exception:
        """The next message; raises EndOfStream after the last."""
        raise NotImplementedError

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None


class ChangedMessages(IncomingMessages):
    """Messages of a transport of mcp's, some of them changed."""

    def __init__(self, inner: ReadStream[SessionMessage | Exception]) -> None:
        self._inner = inner

    @property
    def last_context(self) -> contextvars.Context | None:
        """In which mcp's own transports received the last message."""
        return getattr(self._inner, "last_context", None)

    async def aclose(self) -> None:
        """Receive nothing more."""
        await self._inner.aclose()
