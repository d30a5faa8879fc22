"""What holds for every answer: HEAD wherever there is GET, and headers that keep a browser from misusing it."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""Unless a route says something else: what it answers is data, and no page of its own."""


class EveryAnswer:
    """Adds the headers that a route did not set, and answers HEAD as GET without a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, HEAD as GET."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, receive, has_body=scope["method"] != "HEAD")
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, answer.receive, answer.send)


class _Answer:
    """One answer on its way."""

    def __init__(self, send: Send, receive: Receive, *, has_body: bool) -> None:
        self._send = send
        self._receive = receive
        self._has_body = has_body
        self._is_whole = False

    async def receive(self) -> Message:
        """What the client sends; once a HEAD is answered it has gone, so that a stream ends."""
        return {"type": "http.disconnect"} if self._is_whole else await self._receive()

    async def send(self, message: Message) -> None:
        """Pass on what the route answers."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
            await self._send(message)
            if not self._has_body:
                self._is_whole = True
                await self._send({"type": "http.response.body", "body": b""})
        elif self._has_body:
            await self._send(message)
