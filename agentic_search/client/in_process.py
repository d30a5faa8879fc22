"""A service in the program's own process, without a port: requests are handed to the application directly."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Self

import anyio
import httpx
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from starlette.types import ASGIApp, Message, Scope

from agentic_search.api.access.guard import OWN_PROCESS
from agentic_search.api.app import create_app
from agentic_search.client.client import Client
from agentic_search.database.database import Database
from agentic_search.serving.configuration import read_settings
from agentic_search.settings import Settings

_ADDRESS = "http://localhost"


@asynccontextmanager
async def open_service(settings: Settings | None = None, database: Database | None = None) -> AsyncGenerator[Client]:
    """Open a service here; without `settings` as it is configured. Raises ConfigurationError.

    Leaving ends its runs and its servers, and closes a `database` that was open already. One process at a time can
    have an SQLite file.
    """
    app = create_app(settings or await asyncio.to_thread(read_settings), database)
    opened = AsyncExitStack()
    try:
        state = await opened.enter_async_context(app.router.lifespan_context(app))
        yield await opened.enter_async_context(Client(_ADDRESS, transport=InProcess(app, state or {})))
    finally:
        # Without what the caller's block raised: the groups of tasks inside would make an ExceptionGroup of it.
        await opened.aclose()


class InProcess(httpx.AsyncBaseTransport):
    """Hands requests to an application; unlike httpx's own, it gives answers piece by piece, as they are sent."""

    def __init__(self, app: ASGIApp, state: Mapping[str, Any]) -> None:
        self._app = app
        self._state = state
        self._group = asyncio.TaskGroup()
        self._requests = set[asyncio.Task[None]]()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        for request in self._requests:
            request.cancel()
        await self._group.__aexit__(None, None, None)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """What the application answers, as soon as it has begun to."""
        send, receive = anyio.create_memory_object_stream[Message](0)
        left = asyncio.Event()
        carried = _carry(self._app, self._scope(request), await request.aread(), send, left)
        task = self._group.create_task(carried)
        self._requests.add(task)
        task.add_done_callback(self._requests.discard)
        answer = _StreamedAnswer(receive, left)
        try:
            start = await receive.receive()
        except anyio.EndOfStream:
            raise httpx.RemoteProtocolError("the service broke down at this request", request=request) from None
        except BaseException:
            await answer.aclose()
            raise
        return httpx.Response(start["status"], headers=start["headers"], stream=answer)

    def _scope(self, request: httpx.Request) -> Scope:
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (request.url.host, request.url.port),
            "client": ("127.0.0.1", 0),
            "root_path": "",
            "state": dict(self._state),
            "extensions": {OWN_PROCESS: {}},
        }


class _StreamedAnswer(httpx.AsyncByteStream):
    """An answer's body; closing it tells the application that its client has left."""

    def __init__(self, receive: MemoryObjectReceiveStream[Message], left: asyncio.Event) -> None:
        self._receive = receive
        self._left = left

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for message in self._receive:
            if body := message.get("body"):
                yield body
            if not message.get("more_body"):
                return

    async def aclose(self) -> None:
        self._left.set()
        self._receive.close()


async def _carry(
    app: ASGIApp, scope: Scope, body: bytes, send: MemoryObjectSendStream[Message], left: asyncio.Event
) -> None:
    """Run the application for one request."""
    unread = [body]

    async def receive() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    async def pass_on(message: Message) -> None:
        if left.is_set():
            return
        try:
            await send.send(message)
        except anyio.BrokenResourceError:  # the client has left
            return

    # What breaks down here has been answered and logged by the application, which raises it once more.
    with send, suppress(Exception):
        await app(scope, receive, pass_on)
