"""Keeps requests to a size: a body that grows past it is refused while it is read, as a problem like any other."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_REQUEST = 4 * 1024 * 1024
"""Bytes."""


class BodyLimit:
    """ASGI middleware. Starlette's own limit answers in plain text, whatever handlers an application has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received; reading past the limit raises inside the route, so the route's handlers answer."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_REQUEST:
                raise HTTPException(413, f"The request is larger than {LARGEST_REQUEST // 1024**2} MiB.")
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)
