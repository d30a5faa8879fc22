"""A transport whose results mcp's types accept: what they would refuse is mended, or left out and named."""

import asyncio
from contextlib import AbstractAsyncContextManager
from functools import partial
from types import TracebackType
from typing import cast

from mcp.client import Transport
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.dispatcher import coerce_request_id
from mcp.shared.message import SessionMessage
from mcp_types import PROTOCOL_VERSION_META_KEY, JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from agentic_search.domain.limits import SizeLimits
from agentic_search.tools.mcp.wire.messages import CUT, cut_deeper, holds_more
from agentic_search.tools.mcp.wire.results import Asked, Result, mended_result, takes_long
from agentic_search.tools.mcp.wire.stream import ChangedMessages, MessageStream

_MOST_WAITING = 10_000
"""Requests whose answers are waited for; of older ones it is forgotten what they asked."""

_MANY = 20_000
"""Values of a result, which take milliseconds to look at."""


class MendedTransport(AbstractAsyncContextManager[tuple["_Mending", "_Noting"]]):
    """Entered by mcp's Client in the place of the transport that it wraps."""

    def __init__(self, inner: Transport, sizes: SizeLimits) -> None:
        self._inner = inner
        self._sizes = sizes

    async def __aenter__(self) -> tuple["_Mending", "_Noting"]:
        read, write = await self._inner.__aenter__()
        waiting: dict[int | str, Asked] = {}
        return _Mending(read, waiting, self._sizes), _Noting(write, waiting)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._inner.__aexit__(kind, error, trace)


class _Noting(MessageStream):
    """Messages to the server; notes what is asked, by which the answer is mended."""

    def __init__(self, inner: WriteStream[SessionMessage], waiting: dict[int | str, Asked]) -> None:
        self._inner = inner
        self._waiting = waiting

    async def send(self, item: SessionMessage, /) -> None:
        """Write one message."""
        match item.message:
            case JSONRPCRequest(id=request_id, method=method, params=params):
                meta = cast("dict[str, object]", (params or {}).get("_meta") or {})
                self._waiting[coerce_request_id(request_id)] = Asked(method, meta.get(PROTOCOL_VERSION_META_KEY))
                while len(self._waiting) > _MOST_WAITING:
                    del self._waiting[next(iter(self._waiting))]
            case JSONRPCNotification(method="notifications/cancelled", params={"requestId": int() | str() as given_up}):
                self._waiting.pop(coerce_request_id(given_up), None)
            case _:
                pass
        await self._inner.send(item)

    async def aclose(self) -> None:
        """Tell the server that nothing more comes."""
        await self._inner.aclose()


class _Mending(ChangedMessages):
    """Messages from the server; results are mended."""

    def __init__(
        self, inner: ReadStream[SessionMessage | Exception], waiting: dict[int | str, Asked], sizes: SizeLimits
    ) -> None:
        super().__init__(inner)
        self._waiting = waiting
        self._sizes = sizes

    async def receive(self) -> SessionMessage | Exception:
        """The next message; raises EndOfStream after the last."""
        item = await self._inner.receive()
        if not isinstance(item, SessionMessage) or not isinstance(item.message, JSONRPCResponse | JSONRPCError):
            return item
        asked = self._waiting.pop(coerce_request_id(item.message.id), None) if item.message.id is not None else None
        if asked is None or isinstance(item.message, JSONRPCError):
            return item
        given, sizes = item.message.result, self._sizes
        await self._cut(given)
        mend = partial(mended_result, asked, given, most_tools=sizes.tools, most_blocks=sizes.blocks)
        result = await asyncio.to_thread(mend) if takes_long(given, sizes.blocks) else mend()
        if result is item.message.result:
            return item
        answer = JSONRPCResponse(jsonrpc="2.0", id=item.message.id, result=result)
        return SessionMessage(answer, metadata=item.metadata)

    async def _cut(self, result: Result) -> None:
        """Leave out what is nested too deep; outside the event loop where there is much to look at."""
        deepest = self._sizes.nesting
        many = holds_more(result, _MANY)
        if await asyncio.to_thread(cut_deeper, result, deepest) if many else cut_deeper(result, deepest):
            result[CUT] = True
