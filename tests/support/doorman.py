"""A doorman before an HTTP application: he turns requests of MCP away, as he is told, before it sees them."""

import json
from collections import defaultdict
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Doorman:
    """Refuses with 429 what his fields say, for a test in the same process, and every nth call with 503."""

    def __init__(self, app: ASGIApp, *, shaky: int = 0) -> None:
        """`shaky`: the n of the calls that find the server out of order; 0 for none."""
        self.url = ""
        self._app = app
        self.shaky = shaky
        self.forget()

    def forget(self) -> None:
        """Be as at first."""
        self.refusals: defaultdict[str, list[str | None]] = defaultdict(list)
        """By JSON-RPC method: the Retry-After of each refusal to come, none for no such header."""
        self.turned_away: list[str] = []
        """The methods of the requests that were refused."""
        self.let_in: list[str] = []
        """The methods of the others, in order."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body = await _whole(receive)
        method = str(json.loads(body).get("method"))
        if self.refusals[method]:
            self.turned_away.append(method)
            await _refuse(send, HTTPStatus.TOO_MANY_REQUESTS, self.refusals[method].pop(0))
            return
        self.let_in.append(method)
        if self.shaky and method == "tools/call" and self.let_in.count(method) % self.shaky == 0:
            await _refuse(send, HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            await self._app(scope, _again(body, receive), send)


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """What has been received, and then what comes."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


async def _refuse(send: Send, status: HTTPStatus, retry_after: str | None = None) -> None:
    headers = [] if retry_after is None else [(b"retry-after", retry_after.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"not now"})
