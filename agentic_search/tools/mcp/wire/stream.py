"""What mcp asks of every stream of messages."""

from types import TracebackType
from typing import Self

import anyio
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
